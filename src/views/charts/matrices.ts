import { overlaps, ownShares } from "../../comparison/overlap.js";
import { errorsOfMeans } from "../../runs/standard-errors.js";
import { rankedCounts, rankedFeatures } from "../../runs/top-features.js";
import { byText, rankedCaption, sharingCaution } from "../ranking-text.js";
import { cells, middleOf, withHalf } from "./cells.js";
import {
  type Chart,
  type ChartOptions,
  framed,
  type PlottedRun,
  panelsOf,
  sourceText,
  told,
  toldOfScore,
  V_FORMULA,
} from "./chart.js";

/** Shares and Jaccard indices. */
const SHARES: [number, number] = [0, 1];

const LANGUAGE_ROWS = { field: "language", type: "nominal", sort: null, title: null };

/** v of each language's best feature at each layer. */
export function languageHeatmap(run: PlottedRun, { layers, languages }: ChartOptions): Chart {
  const title = `v of each language's best feature${byText(run)}, by layer`;
  const rows = rankedFeatures(run, { topK: 1 })
    .filter(({ layer, language }) => layers.includes(layer) && languages.includes(language))
    .map(({ layer, language, feature, v, score }) => ({
      ...{ layer, language, feature, v },
      ...(score === undefined ? {} : { score }),
    }));
  const x = { field: "layer", type: "ordinal", title: "layer", axis: { labelAngle: 0 } };
  const tooltip = told(
    { layer: "layer", language: "language", feature: "feature" },
    { ...toldOfScore(run), v: "v" },
  );
  const matrix = { x, y: LANGUAGE_ROWS, value: "v", title: "v", format: ".2f", tooltip };
  return {
    title,
    caption: `${V_FORMULA}. Colours are those of all layers together, though their activations differ in size.${rankedCaption(run, { layers, languages, topK: 1 })}`,
    spec: framed(title, sourceText(run), {
      data: { values: withHalf(rows, ({ v }) => v) },
      ...cells(matrix, { x: 54, y: 24 }),
    }),
  };
}

/** Mean activation of each language's best features on every language; null where the run has no means. */
export function featureHeatmap(run: PlottedRun, options: ChartOptions): Chart | null {
  const [layer] = options.layers;
  const statistics = layer === undefined ? undefined : run.statistics?.get(layer);
  if (layer === undefined || statistics === undefined) return null;
  const title = `Mean activation of each language's top ${options.topK} features${byText(run)}, layer ${layer}`;
  const rows = rankedFeatures(run, { layer, topK: options.topK })
    .filter(({ language }) => options.languages.includes(language))
    .flatMap(({ language: of, rank, feature }) => {
      const errors = errorsOfMeans(run, layer, feature);
      return run.meta.languages.flatMap((language, k) =>
        options.languages.includes(language)
          ? [
              {
                ...{ of, rank, feature, language },
                row: `${of} ${rank}: ${feature}`,
                mean: statistics.mean[k * statistics.features + feature] as number,
                ...twoErrors(errors[k] ?? null),
              },
            ]
          : [],
      );
    });
  const hasErrors = rows.some((row) => "se" in row);
  const x = { ...LANGUAGE_ROWS, axis: { labelAngle: -45, orient: "top" } };
  const y = { field: "row", type: "nominal", sort: null, title: "language, rank: feature" };
  const tooltip = told(
    { feature: "feature", of: "among the best of", rank: "rank there", language: "on language" },
    { mean: "mean activation", ...(hasErrors ? { se: "its standard error" } : {}) },
  );
  const matrix = {
    ...{ x, y, value: "mean", title: "mean activation", format: ".2f", tooltip },
    ...(hasErrors ? { below: "two_se" } : {}),
  };
  return {
    title,
    caption: `A row a feature: its mean activation over the counted tokens of each language${hasErrors ? ", and below it ± 2 standard errors of the mean, texts being the units" : ""}. A feature of one language is bright in one column alone.${rankedCaption(run, options)}`,
    spec: framed(title, sourceText(run), {
      data: { values: withHalf(rows, ({ mean }) => mean) },
      ...cells(matrix, { x: 46, y: hasErrors ? 27 : 18 }),
    }),
  };
}

/** A standard error, and twice of it as a cell shows it. */
const twoErrors = (se: number | null) =>
  se === null ? {} : { se, two_se: `± ${(2 * se).toFixed(2)}` };

/** What a panel of the overlap is: languages against languages, their Jaccard index as colour and number. */
function overlapPanels(layers: readonly number[]) {
  const axis = { type: "nominal", sort: null, title: null };
  const x = { ...axis, field: "second", axis: { labelAngle: -45 } };
  const y = { ...axis, field: "first" };
  const tooltip = told(
    { layer: "layer", first: "language", second: "other language" },
    { jaccard: "Jaccard" },
  );
  const matrix = { x, y, value: "jaccard", title: "Jaccard", format: ".2f", tooltip };
  return {
    columns: 2,
    ...panelsOf(layers),
    // With a shared one, a place without a panel would have axes of its own.
    resolve: { axis: { x: "independent", y: "independent" } },
    spec: cells({ ...matrix, domain: SHARES }, { x: 32, y: 20 }),
  };
}

const overlapRows = (run: PlottedRun, { layers, languages }: ChartOptions, topK: number) =>
  overlaps(run, layers, topK)
    .filter(({ first, second }) => languages.includes(first) && languages.includes(second))
    .map((row) => ({ ...row, half: middleOf(SHARES) }));

/** By what lists that are compared are ranked, and what that makes of what they share. */
function sharedCaption(run: PlottedRun, options: ChartOptions): string {
  const caution = sharingCaution(run.measure ?? "v");
  return `${rankedCaption(run, options)}${caution === null ? "" : ` Beware: ${caution}.`}`;
}

/** How many of their top-k features languages share, a panel a layer. */
export function overlapMatrix(run: PlottedRun, options: ChartOptions): Chart {
  const title = `Top ${options.topK} features${byText(run)} that two languages share`;
  return {
    title,
    caption: `Jaccard index |A ∩ B| / |A ∪ B| of the ${options.topK} features with the highest ${run.measure ?? "v"} of each language; 1 is the same features, 0 none in common.${sharedCaption(run, options)}`,
    spec: framed(title, sourceText(run), {
      data: { values: overlapRows(run, options, options.topK) },
      ...overlapPanels(options.layers),
    }),
  };
}

/** Steps of the slider over k. */
const K_STEP = 5;
const K_MOST = 100;

/** The same for a page, where k can be moved. */
export function overlapOverK(run: PlottedRun, options: ChartOptions): Chart {
  const title = `Top k features${byText(run)} that two languages share`;
  const features = Math.min(...rankedCounts(run, options.layers, run.meta.languages));
  const most = Math.max(K_STEP, Math.min(K_MOST, features - (features % K_STEP)));
  const steps = Array.from({ length: most / K_STEP }, (_, at) => (at + 1) * K_STEP);
  const start = Math.min(options.topK - (options.topK % K_STEP), most);
  const panels = overlapPanels(options.layers);
  const byStep = steps.map((k) => overlapRows(run, options, k));
  return {
    title,
    caption: `Jaccard index |A ∩ B| / |A ∪ B| of the k features with the highest ${run.measure ?? "v"} of each language; 1 is the same features, 0 none in common. The slider above the panels moves k.${sharedCaption(run, options)}`,
    spec: framed(title, sourceText(run), {
      params: [
        { name: "k", value: start, bind: { input: "range", min: K_STEP, max: most, step: K_STEP } },
      ],
      // A row a pair with its index at every step: a row for each step would make pages of deep models too large to send.
      data: {
        values: (byStep[0] ?? []).map(({ jaccard: _, ...pair }, at) => ({
          ...pair,
          at_steps: byStep.map((rows) => Number(rows[at]?.jaccard.toFixed(6))),
        })),
      },
      ...panels,
      transform: [
        ...panels.transform,
        { calculate: `datum.at_steps[k / ${K_STEP} - 1]`, as: "jaccard" },
      ],
    }),
  };
}

/** Share of a language's top-k features that no other language has in its own. */
export function uniqueness(run: PlottedRun, options: ChartOptions): Chart {
  const title = `Share of a language's top ${options.topK} features${byText(run)} that are its alone`;
  const rows = ownShares(run, options.layers, options.topK).filter(({ language }) =>
    options.languages.includes(language),
  );
  const x = { field: "layer", type: "ordinal", title: "layer", axis: { labelAngle: 0 } };
  const tooltip = told(
    { layer: "layer", language: "language" },
    { share: "share that is its alone" },
  );
  const matrix = { x, y: LANGUAGE_ROWS, value: "share", title: "share", format: ".0%", tooltip };
  return {
    title,
    caption: `Of the ${options.topK} features with the highest ${run.measure ?? "v"} of a language, the share that is in no other language's top ${options.topK}.${sharedCaption(run, options)}`,
    spec: framed(title, sourceText(run), {
      data: { values: rows.map((row) => ({ ...row, half: middleOf(SHARES) })) },
      ...cells({ ...matrix, domain: SHARES }, { x: 54, y: 24 }),
    }),
  };
}

import type { Comparison, RankAgreement } from "../../comparison/compare-runs.js";
import type { LanguagePair } from "../../comparison/language-bests.js";
import { byText } from "../ranking-text.js";
import { type Chart, framed, HUES, type PlottedRun, panelOf, SHAPES, sourceText } from "./chart.js";

/** Two runs, and how many of each language's best features are compared. */
export interface ComparedRuns {
  first: PlottedRun;
  second: PlottedRun;
  topK: number;
}

/** Maps of more layers than these lie better below each other than beside each other. */
const FEW_LAYERS = 8;
const OWN_COLOURS = { scale: { color: "independent", shape: "independent" } };
const FEW_PANELS = 4;
const PANELS_A_ROW = 3;

/** Two runs side by side: where features are the same, how alike they are ranked; where not, how much is each language's own. */
export function comparisonChart(runs: ComparedRuns, comparison: Comparison): Chart {
  const { agreements, bests } = comparison;
  const isAlike = agreements.length > 0;
  const own = bests.length > 0 ? ownPanels(runs, bests) : null;
  const title = isAlike
    ? `How alike two runs rank the top ${topOf(runs.topK)}${byText(runs.first)} of each language`
    : `${own?.title ?? ""}, in two runs`;
  const caption = [
    ...(isAlike ? [AGREEMENT_CAPTION(runs.topK, runs.first)] : []),
    ...(own === null ? [] : [own.caption]),
  ].join(" ");
  const parts = [
    ...(isAlike ? [agreementMaps(agreements)] : []),
    ...(own === null ? [] : [isAlike ? { title: sectionTitle(own.title), ...own.view } : own.view]),
  ];
  const body =
    parts.length === 1 ? parts[0] : { vconcat: parts, spacing: 30, resolve: OWN_COLOURS };
  return {
    title,
    caption,
    spec: framed(title, "", {
      // Lines for each run, which the frame's own subtitle does not have.
      title: {
        ...{ text: title, anchor: "start", subtitleColor: "#555" },
        subtitle: (["first", "second"] as const).flatMap((side) =>
          wordsOf(side, runs[side], own !== null),
        ),
      },
      ...body,
    }),
  };
}

const topOf = (topK: number): string => (topK === 1 ? "feature" : `${topK} features`);

function wordsOf(side: string, run: PlottedRun, hasOtherDictionaries: boolean): string[] {
  if (run.statistics === null) return [`${side}: ${sourceText(run)}`];
  const release = hasOtherDictionaries ? ` (${run.meta.sae_release})` : "";
  return [`${side}: ${run.name}${release}`, sourceText(run)];
}

const sectionTitle = (text: string) => ({ text, anchor: "start", fontSize: 12, offset: 8 });

const AGREEMENT_CAPTION = (topK: number, { measure }: PlottedRun): string =>
  `Jaccard: |A ∩ B| / |A ∪ B| of the ${topK} features with the highest ${measure ?? "v"} in each run; 1 is the same features, 0 none in common. Rank correlation: Spearman's ρ of the ranks of these features in the two runs; 1 is the same order, below 0 rather the reverse, – fewer than three features${measure === undefined ? "" : ", or one that has no rank in both"}.`;

/** Language × layer twice: which features, in which order. */
function agreementMaps(agreements: readonly RankAgreement[]) {
  const layers = [...new Set(agreements.map(({ layer }) => layer))];
  const languages = [...new Set(agreements.map(({ language }) => language))];
  const isFew = layers.length <= FEW_LAYERS;
  const values = agreements.map(({ layer, language, jaccard, rank_correlation }) => ({
    ...{ layer, language, jaccard, rho: rank_correlation },
  }));
  const map = (field: "jaccard" | "rho", name: string, domain: number[], isDark: string) => ({
    title: sectionTitle(name),
    width: { step: isFew ? 54 : 30 },
    height: { step: isFew ? 24 : 20 },
    encoding: {
      x: {
        ...{ field: "layer", type: "ordinal", title: "layer", axis: { labelAngle: 0 } },
        scale: { domain: layers },
      },
      y: { field: "language", type: "nominal", title: null, scale: { domain: languages } },
    },
    layer: [
      // What is left of this is a cell without a number.
      { mark: { type: "rect", color: "#f2f2f2" } },
      {
        transform: [{ filter: `isValid(datum.${field})` }],
        mark: { type: "rect", tooltip: true },
        encoding: {
          color: { field, type: "quantitative", title: null, scale: { scheme: "viridis", domain } },
        },
      },
      {
        transform: [
          {
            calculate: `isValid(datum.${field}) ? format(datum.${field}, '.2f') : '–'`,
            as: "text",
          },
        ],
        mark: { type: "text", fontSize: 9 },
        encoding: {
          text: { field: "text" },
          color: { condition: { test: isDark, value: "white" }, value: "black" },
        },
      },
    ],
  });
  return {
    data: { values },
    columns: isFew ? 2 : 1,
    resolve: OWN_COLOURS,
    // Bright is alike in both.
    concat: [
      map("jaccard", "Jaccard index", [0, 1], "datum.jaccard < 0.55"),
      map("rho", "rank correlation ρ", [-1, 1], "isValid(datum.rho) && datum.rho < 0.1"),
    ],
  };
}

/** What of a language's best features is its own, in each run; as shares, which have no unit. */
function ownPanels(runs: ComparedRuns, bests: readonly LanguagePair[]) {
  const { first, second, topK } = runs;
  const hasMeans = first.statistics !== null && second.statistics !== null;
  const what = hasMeans ? "v / mean" : "share";
  const names = [`${first.name} (first)`, `${second.name} (second)`];
  const values = bests.flatMap(({ layer, language, ...sides }) =>
    ([sides.first, sides.second] as const).flatMap((best, at) =>
      best === null
        ? []
        : [
            {
              ...{ layer, language, panel: panelOf(layer) },
              ...{ side: at === 0 ? "first" : "second", run: names[at] },
              ...{ feature: best.feature, v: best.v },
              own: hasMeans ? best.share : best.own / topK,
            },
          ],
    ),
  );
  const layers = [...new Set(bests.map(({ layer }) => layer))];
  const languages = [...new Set(bests.map(({ language }) => language))];
  const isPaired = bests.every(({ first, second }) => first !== null && second !== null);
  const shares = values.map(({ own }) => own ?? 0);
  const share = {
    ...{ field: "own", type: "quantitative", title: what },
    scale: { domain: [Math.min(0, ...shares), Math.max(1, ...shares)] },
  };
  const legend = { title: null, orient: "bottom", labelLimit: 400 };
  const run = (range: readonly string[]) => ({
    ...{ field: "run", type: "nominal", legend, scale: { domain: names, range } },
  });
  const marks = { color: run(HUES.slice(0, 2)), shape: run(SHAPES.slice(0, 2)) };
  const view =
    isPaired && layers.length <= FEW_PANELS
      ? byLayer(layers, languages, share, marks)
      : byLanguage(languages, share, marks);
  return {
    title: hasMeans
      ? `Share of a best feature's mean that is its language's own${first.measure === undefined ? "" : `, best${byText(first)}`}`
      : `Share of a language's top ${topOf(topK)}${byText(first)} that ${topK === 1 ? "is" : "are"} its alone`,
    caption: hasMeans
      ? "v(f, L) / μ(f, L) of each language's best feature: 1 where the other languages are silent, 0 where they are as loud. The runs' dictionaries differ, so a number of a feature means another feature in each: what is compared has no unit and no number."
      : `Of the ${topK} features with the highest ${first.measure ?? "v"} of a language, the share that is in no other language's top ${topK}. The runs' dictionaries differ, and one of the runs has no means.`,
    view: { data: { values }, ...view },
  };
}

/** A panel a layer, a row a language: two points, and how far they are apart. */
const byLayer = (
  layers: readonly number[],
  languages: readonly string[],
  x: object,
  marks: object,
) => ({
  columns: 2,
  facet: panels("panel", layers.map(panelOf)),
  resolve: { axis: { x: "independent", y: "independent" } },
  spec: {
    width: layers.length === 1 ? 460 : 300,
    height: { step: 22 },
    encoding: {
      ...{ x, y: { field: "language", type: "nominal", sort: [...languages], title: null } },
    },
    layer: [
      {
        mark: { type: "line", color: "#bbb", strokeWidth: 2 },
        encoding: { detail: { field: "language" } },
      },
      // A circle within a square is seen where the two are the same.
      ...(
        [
          ["first", 30],
          ["second", 110],
        ] as const
      ).map(([side, size]) => ({
        transform: [{ filter: `datum.side === '${side}'` }],
        mark: { type: "point", filled: false, size, strokeWidth: 2, opacity: 1, tooltip: true },
        encoding: marks,
      })),
    ],
  },
});

/** A panel a language, a line a run, over the layers that each has. */
const byLanguage = (languages: readonly string[], y: object, marks: object) => ({
  columns: PANELS_A_ROW,
  facet: panels("language", languages),
  resolve: { axis: { x: "independent" } },
  spec: {
    width: 240,
    height: 130,
    mark: { type: "line", point: { filled: true, size: 40 }, tooltip: true },
    encoding: {
      x: {
        ...{ field: "layer", type: "quantitative", title: "layer" },
        scale: { zero: false, nice: false, padding: 10 },
        axis: { tickMinStep: 1, format: "d", grid: false },
      },
      y,
      ...marks,
    },
  },
});

const panels = (field: string, sort: readonly string[]) => ({
  ...{ field, type: "nominal", sort: [...sort], header: { title: null } },
});

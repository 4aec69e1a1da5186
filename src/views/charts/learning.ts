import { rankedFeatures } from "../../runs/top-features.js";
import {
  type Chart,
  type ChartOptions,
  framed,
  type PlottedRun,
  panelsOf,
  signScale,
  sourceText,
  told,
} from "./chart.js";

const PANELS_A_ROW = 3;

interface CurvePoint {
  layer: number;
  language: string;
  texts: number;
  jaccard: number;
  overlap: number;
  inSample: number;
  outOfSample: number;
}

/** What a run's evidence tells of smaller samples; null where it has none. */
function pointsOf(run: PlottedRun, { layers, languages }: ChartOptions): CurvePoint[] | null {
  if (run.statistics === null || run.evidence === null) return null;
  const { facts, layers: evidence } = run.evidence;
  const S = facts.curve_shares.length;
  return layers.flatMap((layer) =>
    languages.flatMap((language) => {
      const own = evidence.get(layer);
      const k = run.meta.languages.indexOf(language);
      return facts.curve_shares.flatMap((share, s) => {
        const at = k * S + s;
        const overlap = own?.curveOverlap[at] ?? Number.NaN;
        if (own === undefined || Number.isNaN(overlap)) return [];
        const texts = Math.round(share * (run.meta.texts[language] ?? 0));
        return [
          {
            ...{ layer, language, texts, overlap, jaccard: own.curveJaccard[at] as number },
            inSample: own.curveInSample[at] as number,
            outOfSample: own.curveOutOfSample[at] as number,
          },
        ];
      });
    }),
  );
}

const TEXTS = {
  ...{ field: "texts", type: "quantitative", title: "texts of a language in a sample" },
  scale: { type: "log", base: 2, nice: false },
  axis: { tickCount: 5, format: "d" },
};

/** How far two samples without a common text agree on each language's top features, by how many texts they have. */
export function stability(run: PlottedRun, options: ChartOptions): Chart | null {
  const values = pointsOf(run, options);
  if (values === null || run.statistics === null || run.evidence === null) return null;
  const { curve_top_k: k } = run.evidence.facts;
  const title = `How far two samples agree on the top ${k} features`;
  const { color, shape, strokeDash } = signScale(options.languages);
  const by = (scale: object) => ({
    ...{ field: "language", type: "nominal", scale, sort: null, title: "language" },
    legend: { symbolStrokeWidth: 0 },
  });
  const y = {
    ...{ field: "overlap", type: "quantitative", title: "rank-biased overlap" },
    scale: { domain: [0, 1] },
  };
  const tooltip = told(
    { layer: "layer", language: "language", texts: "texts" },
    { overlap: "rank-biased overlap", jaccard: "Jaccard" },
  );
  return {
    title,
    caption: `Two samples without a common document or text are drawn from the run's own and rank by themselves; agreement of each language's top ${k} by v, rank-biased overlap (p = 0.9, Webber et al. 2010): 1 the same in the same order, 0 none in common. The run itself has twice as many texts as the largest samples.`,
    spec: framed(title, sourceText(run), {
      data: { values },
      columns: PANELS_A_ROW,
      ...panelsOf(options.layers),
      spec: {
        ...{ width: 220, height: 180 },
        encoding: { x: TEXTS, y, color: by(color) },
        layer: [
          { mark: "line", encoding: { strokeDash: by(strokeDash) } },
          {
            mark: { type: "point", filled: true, size: 40, opacity: 1 },
            encoding: { shape: by(shape), tooltip },
          },
        ],
      },
    }),
  };
}

const WHERE = { domain: ["on its own texts", "on the other's"], range: ["#d55e00", "#0072b2"] };

/** v of what a sample ranks first, on its own texts and on others, in parts of the v that all texts give. */
export function learning(run: PlottedRun, options: ChartOptions): Chart | null {
  const points = pointsOf(run, options);
  if (points === null || run.statistics === null) return null;
  const title = "What is left of the best feature's v on other texts";
  const best = new Map(
    rankedFeatures(run, { topK: 1 }).map(({ layer, language, v }) => [`${layer} ${language}`, v]),
  );
  const groups = Map.groupBy(points, ({ layer, texts }) => `${layer} ${texts}`);
  const values = [...groups.values()].flatMap((group) => {
    const [{ layer, texts }] = group as [CurvePoint];
    const meanOf = (of: (point: CurvePoint) => number) => {
      const ratios = group.flatMap((point) => {
        const v = best.get(`${point.layer} ${point.language}`) ?? 0;
        return v > 0 ? [of(point) / v] : [];
      });
      return ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
    };
    return [
      { layer, texts, where: WHERE.domain[0], share: meanOf(({ inSample }) => inSample) },
      { layer, texts, where: WHERE.domain[1], share: meanOf(({ outOfSample }) => outOfSample) },
    ].filter(({ share }) => Number.isFinite(share));
  });
  const tooltip = told({ layer: "layer", texts: "texts", where: "measured" }, { share: "of v" });
  const color = { field: "where", type: "nominal", scale: WHERE, title: "measured" };
  return {
    title,
    caption:
      "v of the feature that a sample ranks first, measured on the sample's own texts and on those of another without a common one, in parts of the v of the first feature of all texts; mean over the languages. What is above the other line was chance: it goes with the number of texts.",
    spec: framed(title, sourceText(run), {
      data: { values },
      columns: PANELS_A_ROW,
      ...panelsOf(options.layers),
      spec: {
        ...{ width: 220, height: 180 },
        encoding: {
          ...{ x: TEXTS, color },
          y: {
            ...{ field: "share", type: "quantitative", title: "v, in parts of that of all texts" },
            scale: { zero: false },
          },
        },
        layer: [
          { mark: "line" },
          {
            mark: { type: "point", filled: true, size: 40, opacity: 1 },
            encoding: { shape: { field: "where", type: "nominal", title: "measured" }, tooltip },
          },
        ],
      },
    }),
  };
}

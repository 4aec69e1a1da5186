import { requestError } from "../../errors.js";
import { controlsOf } from "../../runs/controls.js";
import { isExclusive, refuseExclusive } from "../../runs/rank-by.js";
import { runWord } from "../../runs/read.js";
import { refuseShortLists, refuseTopK } from "../../runs/refuse-top-k.js";
import { rankedCounts } from "../../runs/top-features.js";
import type { Chart, ChartOptions, PlottedRun } from "./chart.js";
import { controlsChart } from "./controls.js";
import { learning, stability } from "./learning.js";
import {
  featureHeatmap,
  languageHeatmap,
  overlapMatrix,
  overlapOverK,
  uniqueness,
} from "./matrices.js";
import { palingNotRebuilt } from "./not-rebuilt.js";
import { rankScatter, summaryTable } from "./others.js";
import { layerLines, specialisation } from "./over-layers.js";
import { distribution, dropOff, topFeatureBars } from "./rankings.js";

interface Kind {
  about: string;
  /** Features of each language, where nobody asks for another number. */
  topK: number;
  /** Shows one layer; the run's middle one, where nobody asks for another. */
  isOfOneLayer?: boolean;
  /** Needs more than v-scores, which are all that runs of another tool have. */
  needsMeans?: boolean;
  /** Needs a run that knows how sure its scores are. */
  needsEvidence?: boolean;
  /** What the run itself found out ranking by v: by another measure there is nothing to show. */
  isByV?: boolean;
  /** About what languages' lists share: these have to be of one length, and able to share something. */
  comparesLists?: boolean;
  /** Needs a run that has controls. */
  needsControls?: boolean;
  /** Of more languages it cannot be read: each has a sign of its own in it, or a place beside every other. */
  most?: number;
  /** Another drawing for a page, where a figure can have controls. */
  onPage?: (run: PlottedRun, options: ChartOptions) => Chart;
  /** Null for a run that lacks what it shows: means, of a run of another tool. */
  draw: (run: PlottedRun, options: ChartOptions) => Chart | null;
}

/** Languages that have signs of their own, and so many that each is compared with every other. */
const [SIGNED, PAIRED] = [100, 40];

/** Every figure there is, in the order of a report. */
export const KINDS = {
  "figure-1": {
    about: "the paper's bars: v of each language's top features",
    topK: 4,
    most: SIGNED,
    draw: topFeatureBars,
  },
  heatmap: {
    about: "v of each language's best feature, language × layer",
    topK: 1,
    draw: languageHeatmap,
  },
  features: {
    ...{ about: "means of each language's top features on every language", topK: 2 },
    ...{ isOfOneLayer: true, needsMeans: true, most: PAIRED, draw: featureHeatmap },
  },
  layers: {
    ...{ about: "v of each language's best feature over the layers", topK: 1 },
    ...{ most: SIGNED, draw: layerLines },
  },
  specialisation: {
    ...{ about: "v / mean of each language's best feature over the layers", topK: 1 },
    ...{ needsMeans: true, most: SIGNED, draw: specialisation },
  },
  distribution: {
    about: "spread of v among each language's top features",
    topK: 20,
    most: SIGNED,
    draw: distribution,
  },
  "drop-off": {
    about: "how v, or what features are ranked by, falls along each language's ranking",
    topK: 50,
    most: SIGNED,
    draw: dropOff,
  },
  overlap: {
    ...{ about: "top features that languages share (Jaccard)", topK: 50 },
    ...{ comparesLists: true, most: PAIRED, draw: overlapMatrix, onPage: overlapOverK },
  },
  uniqueness: {
    about: "share of top features that are a language's alone",
    topK: 50,
    comparesLists: true,
    draw: uniqueness,
  },
  scatter: {
    ...{ about: "v in one language against v in another", topK: 30 },
    ...{ isOfOneLayer: true, draw: rankScatter },
  },
  stability: {
    ...{ about: "how far two samples of the texts agree on the top features", topK: 10 },
    ...{ needsMeans: true, needsEvidence: true, isByV: true, draw: stability },
  },
  learning: {
    ...{ about: "what is left of a best feature's v on other texts, by their number", topK: 1 },
    ...{ needsMeans: true, needsEvidence: true, isByV: true, draw: learning },
  },
  controls: {
    ...{ about: "what is left of v under the run's controls, and a random dictionary", topK: 5 },
    ...{ isOfOneLayer: true, needsMeans: true, needsControls: true, draw: controlsChart },
  },
  summary: {
    about: "each language's best feature at each layer, as a table",
    topK: 1,
    draw: summaryTable,
  },
} satisfies Record<string, Kind>;

export type ChartKind = keyof typeof KINDS;
export const CHART_KINDS = Object.keys(KINDS) as ChartKind[];

/** Whether a run has the numbers for a figure. */
export const canDraw = (run: PlottedRun, kind: ChartKind): boolean => {
  const chosen: Kind = KINDS[kind];
  if (run.statistics === null) return chosen.needsMeans !== true;
  if (run.measure !== undefined && (chosen.isByV === true || comparesNothing(run, chosen)))
    return false;
  if (chosen.needsControls === true) return controlsOf(run).length > 0;
  return run.evidence !== null || chosen.needsEvidence !== true;
};

/** Whether all of a run's languages have room in a figure. */
export const hasRoom = ({ meta }: PlottedRun, kind: ChartKind): boolean =>
  meta.languages.length <= ((KINDS[kind] as Kind).most ?? meta.languages.length);

/** Whether a figure is of something that a run of ours may not have, and need not. */
export const isOfControls = (kind: ChartKind): boolean =>
  (KINDS[kind] as Kind).needsControls === true;

/** Whether a figure is about features in common, and the run ranked by a measure that ranks each for one language, or too few. */
const comparesNothing = (run: PlottedRun, { comparesLists, topK }: Kind): boolean => {
  if (comparesLists !== true || run.measure === undefined) return false;
  const most = (layer: number) => Math.min(topK, run.rankings.get(layer)?.features ?? 0);
  return (
    isExclusive(run.measure) ||
    run.meta.layers.some((layer) =>
      rankedCounts(run, [layer], run.meta.languages).some((count) => count < most(layer)),
    )
  );
};

/** What a person asked for; what is left out is chosen by the kind. */
export interface ChartRequest {
  layers?: readonly number[] | undefined;
  languages?: readonly string[] | undefined;
  topK?: number | undefined;
}

/**
 * One figure of a run.
 *
 * @throws VscoreError (request) for layers and languages that the run lacks, and for what a run of another tool cannot show
 */
export function drawChart(
  run: PlottedRun,
  kind: ChartKind,
  request: ChartRequest,
  place: "file" | "page" = "file",
): Chart {
  const chosen: Kind = KINDS[kind];
  const { layers: known, languages } = run.meta;
  const middle = known[Math.floor(known.length / 2)] as number;
  const layers = request.layers ?? (chosen.isOfOneLayer ? [middle] : known);
  refuseUnknown("--layer", layers, known, run.name);
  refuseUnknown("--language", request.languages ?? [], languages, run.name);
  if (chosen.isOfOneLayer && layers.length > 1)
    throw requestError(`--layer: ${kind} shows one layer, found ${layers.join(", ")}. Name one.`);
  if (kind === "scatter" && request.languages !== undefined && request.languages.length !== 2)
    throw requestError(
      `--language: scatter shows two languages, found ${request.languages.length}. Name two, such as --language ${languages.slice(0, 2).join(",")}.`,
    );
  if (request.topK !== undefined) refuseTopK(request.topK, run, layers);
  const options: ChartOptions = {
    layers,
    languages: request.languages ?? languages,
    topK: request.topK ?? chosen.topK,
  };
  refuseMany(run, kind, options);
  refuseMeasure(run, kind, options);
  const draw = (place === "page" && chosen.onPage) || chosen.draw;
  const chart = draw(run, options);
  if (chart !== null) return palingNotRebuilt(chart, run, options);
  if (run.statistics !== null && chosen.needsControls === true)
    throw requestError(
      `${kind}: the run ${run.name} has no controls. Expected at least one. Make them: npx vscore controls ${runWord(run)} --kind all`,
    );
  if (run.statistics !== null)
    throw requestError(
      `${kind}: the run ${run.name} has no evidence.safetensors, which tells how sure its scores are. Expected a run that has it. Make one without the model: npx vscore rescore ${runWord(run)} --languages …`,
    );
  throw requestError(
    `${run.name} is in the format of the original tool, which has no means: ${kind} cannot be drawn. Compute it here, or draw ${CHART_KINDS.filter((each) => canDraw(run, each)).join(", ")}.`,
  );
}

/** A picture that nobody can read, and that takes minutes and gigabytes, is none. */
function refuseMany(run: PlottedRun, kind: ChartKind, { languages }: ChartOptions): void {
  const { most }: Kind = KINDS[kind];
  if (most === undefined || languages.length <= most) return;
  throw requestError(
    `${kind} of ${languages.length} languages cannot be read. Expected at most ${most}. Name them, such as --language ${languages.slice(0, 3).join(",")}; or see all of ${run.name} as heatmap, uniqueness or summary, or on the map of npx vscore cluster ${runWord(run)}.`,
  );
}

/** What a figure cannot show of a run that is ranked by another measure than v. */
function refuseMeasure(
  run: PlottedRun,
  kind: ChartKind,
  { layers, languages, topK }: ChartOptions,
): void {
  const { measure } = run;
  if (measure === undefined) return;
  const chosen: Kind = KINDS[kind];
  if (chosen.isByV === true)
    throw requestError(
      `--rank-by ${measure}: ${kind} shows samples of the texts that were ranked by v when the run was made, and how they rank by ${measure} is not known. Expected v, or another figure. Leave --rank-by out, or draw ${CHART_KINDS.filter((each) => canDraw(run, each)).join(", ")}.`,
    );
  if (chosen.comparesLists === true) {
    refuseExclusive(measure, kind);
    // A figure's own number may be beyond a small dictionary, whose lists are then of all features.
    for (const layer of layers)
      refuseShortLists(Math.min(topK, run.rankings.get(layer)?.features ?? 0), run, [layer]);
  }
  if (rankedCounts(run, layers, languages).every((count) => count === 0))
    throw requestError(
      `--rank-by ${measure} ranks no feature of ${languages.join(", ")} at layer ${layers.join(", ")}. Expected one at least. Name other languages or layers, or rank by v or margin.`,
    );
}

function refuseUnknown<T>(
  flag: string,
  asked: readonly T[],
  known: readonly T[],
  run: string,
): void {
  const unknown = asked.filter((each) => !known.includes(each));
  if (unknown.length === 0) return;
  throw requestError(
    `${flag} ${unknown.join(", ")}: the run ${run} has no such one. It has ${known.join(", ")}.`,
  );
}

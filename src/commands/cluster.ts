import { readFileSync } from "node:fs";
import { basename, relative } from "node:path";
import { openAnyRun } from "../compute/open-any-run.js";
import { isFolder } from "../config/paths.js";
import { withEngine } from "../engine/with-engine.js";
import { requestError } from "../errors.js";
import {
  CLUSTER,
  type ClusterSource,
  clusterLanguages,
  refuseCut,
} from "../experiments/clustering/cluster-languages.js";
import {
  type Distances,
  interactionDistances,
  type Measure,
  overlapDistances,
  profileDistances,
} from "../experiments/clustering/distances.js";
import {
  interactionMatrixCsv,
  latestInteractionFile,
  readInteractionMatrix,
} from "../experiments/interactions/interaction-matrix.js";
import { textHash } from "../plan.js";
import { refuseOtherContent, writeExperiment, writeExperimentInto } from "../runs/experiments.js";
import { notRebuiltWarnings } from "../runs/fidelity-file.js";
import type { ForeignRun } from "../runs/foreign.js";
import { anyRankedBy, type Measure as RankMeasure, refuseExclusive } from "../runs/rank-by.js";
import type { FinishedRun, ScoredRun } from "../runs/read.js";
import { refuseKept } from "../runs/refuse-run-file.js";
import { refuseShortLists, refuseTopK } from "../runs/refuse-top-k.js";
import { modelText, sourceText } from "../views/charts/chart.js";
import type { DrawnClusters } from "../views/charts/cluster-signs.js";
import { dendrogram, distanceMatrix } from "../views/charts/clustering.js";
import { drawnFiles } from "../views/charts/drawn-files.js";
import { languageMap } from "../views/charts/language-map.js";
import { clusterLines } from "../views/cluster-table.js";
import { sharingCaution } from "../views/ranking-text.js";
import { matrixCautions } from "./matrix-cautions.js";
import { asJson, type Output } from "./output.js";
import { noteConversion } from "./show.js";

export interface ClusterOptions {
  by?: Measure | undefined;
  k?: number | undefined;
  cut?: number | undefined;
  topK?: number | undefined;
  /** By which measure the top features are taken. */
  rankBy?: RankMeasure | undefined;
  layers?: readonly (number | string)[] | undefined;
  output?: string | undefined;
  json: boolean;
}

/** Features of each language that overlap compares, where nobody asks for another number. */
const TOP_K = 50;

interface Compared {
  source: ClusterSource;
  distances: Distances;
  /** What was said of the numbers before. */
  cautions: string[];
}

/** `vscore cluster RUN|MATRIX.csv`: which languages belong together. */
export async function cluster(
  name: string,
  options: ClusterOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const cut = { k: options.k ?? null, cut: options.cut ?? null };
  refuseCut(cut);
  const run = isMatrix(name)
    ? null
    : await openAnyRun(name, signal, (folder) => noteConversion(folder, output));
  const { source, distances, cautions } =
    run === null ? ofMatrix(name, options) : ofRun(run, options);
  refuseCut(cut, distances.languages.length);
  const place = options.output ?? ownPlace(source.name, run);
  if (options.output !== undefined) refuseKept(options.output, "--output");
  if (place !== null) refuseOtherContent(place, CLUSTER);
  output.note("Joining languages; importing the libraries takes some seconds…");
  const made = await withEngine(signal, (jobs) =>
    clusterLanguages(source, distances, cut, (values, asked) => jobs.cluster(values, asked)),
  );
  const lost = run === null ? [] : lostLanguages(run);
  const result = { ...made, warnings: [...cautions, ...lost, ...made.warnings] };
  const folder = await write(place ?? (run as ScoredRun), { result, from: fromText(source, run) });
  if (options.json) output.data(asJson({ ...result, folder }));
  else
    output.result(
      [...clusterLines(result), "", `Wrote ${relative(".", folder) || folder}`].join("\n"),
    );
}

/** Which of a run's languages are not to be trusted at a layer. */
const lostLanguages = (run: FinishedRun | ForeignRun): string[] =>
  run.statistics === null || run.fidelity === null ? [] : notRebuiltWarnings(run.fidelity);

const isMatrix = (name: string): boolean => name.toLowerCase().endsWith(".csv") && !isFolder(name);

/** A matrix has no folder to write into, and a run of another tool is not ours to write into; null: into the run. */
function ownPlace(name: string, run: FinishedRun | ForeignRun | null): string | null {
  const isOurs = run !== null && run.statistics !== null;
  return isOurs ? null : `cluster-${name}`;
}

function ofMatrix(file: string, options: ClusterOptions): Compared {
  const { by = "interactions" } = options;
  if (by !== "interactions")
    throw requestError(
      `--by ${by}: ${file} is an interaction matrix, which has no v-scores. Expected --by interactions. Leave --by out, or name a run.`,
    );
  return ofInteractions(file, basename(file).replace(/\.csv$/i, ""), options);
}

function ofRun(run: FinishedRun | ForeignRun, options: ClusterOptions): Compared {
  const { by = "overlap", topK = TOP_K, rankBy = "v" } = options;
  if (by === "interactions") return ofInteractions(latestInteractionFile(run), run.name, options);
  const layers = layersOf(run, options.layers);
  const source = { name: run.name, by, matrix: null, layers };
  if (by === "v-profile") {
    refuseForeign(options, "topK", "--top-k", by);
    refuseForeign(options, "rankBy", "--rank-by", by);
    const distances = profileDistances(run, layers);
    return { source: { ...source, top_k: null, ranked_by: null }, distances, cautions: [] };
  }
  refuseTopK(topK, run, layers);
  refuseExclusive(rankBy, "--by overlap");
  const ranked = anyRankedBy(run, rankBy);
  refuseShortLists(topK, ranked, layers);
  const distances = overlapDistances(ranked, layers, topK);
  const caution = sharingCaution(rankBy);
  return {
    source: { ...source, top_k: topK, ranked_by: rankBy },
    ...{ distances, cautions: caution === null ? [] : [caution] },
  };
}

function ofInteractions(file: string, name: string, options: ClusterOptions): Compared {
  refuseForeign(options, "topK", "--top-k", "interactions");
  refuseForeign(options, "layers", "--layers", "interactions");
  refuseForeign(options, "rankBy", "--rank-by", "interactions");
  const matrix = readInteractionMatrix(file);
  const sha256 = textHash(readFileSync(file));
  return {
    source: {
      ...{ name, by: "interactions", matrix: { file, sha256 } },
      ...{ layers: null, top_k: null, ranked_by: null },
    },
    distances: interactionDistances(matrix),
    cautions: matrixCautions(file),
  };
}

/** An option that would change nothing is a misunderstanding. */
function refuseForeign(
  options: ClusterOptions,
  key: "topK" | "layers" | "rankBy",
  flag: string,
  by: Measure,
): void {
  if (options[key] === undefined || (key === "rankBy" && options.rankBy === "v")) return;
  throw requestError(
    `${flag} ${options[key]} has no meaning with --by ${by}. Expected it with --by overlap${key === "layers" ? " or v-profile" : ""} of a run. Leave it out.`,
  );
}

function layersOf({ name, meta }: ScoredRun, asked: ClusterOptions["layers"]): number[] {
  if (asked === undefined) return meta.layers;
  const isKnown = (layer: number | string): layer is number =>
    typeof layer === "number" && meta.layers.includes(layer);
  const unknown = asked.filter((layer) => !isKnown(layer));
  if (unknown.length > 0)
    throw requestError(
      `--layers ${unknown.join(", ")}: the run ${name} has the layers ${meta.layers.join(", ")}. Choose among them.`,
    );
  return [...new Set(asked.filter(isKnown))];
}

/** Effects of an ablation are from other texts than the run's. */
function fromText({ by }: ClusterSource, run: FinishedRun | ForeignRun | null): string | null {
  if (run === null) return null;
  return by === "interactions" && run.statistics !== null ? modelText(run.meta) : sourceText(run);
}

async function write(place: string | ScoredRun, drawn: DrawnClusters): Promise<string> {
  const { result } = drawn;
  const { languages, distances: matrix } = result;
  const files = new Map<string, string | Uint8Array>([
    ["distances.csv", interactionMatrixCsv({ languages, matrix })],
  ]);
  const figures = await drawnFiles([
    ["dendrogram", dendrogram(drawn)],
    ["map", languageMap(drawn)],
    ["distances", distanceMatrix(drawn)],
  ]);
  for (const [name, content] of figures) files.set(name, content);
  if (typeof place !== "string") return writeExperiment(place.folder, CLUSTER, result, files);
  await writeExperimentInto(place, result, files);
  return place;
}

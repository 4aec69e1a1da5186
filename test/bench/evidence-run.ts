import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Kind, type LayerRunner, WORK } from "../../src/evidence/layer-work.js";
import { drawnFor, gatherEvidence, piecesOf } from "../../src/evidence.js";
import { layerColumns } from "../../src/layer-columns.js";
import { permutationTest } from "../../src/reduce/permutation-test.js";
import { sharedIds } from "../../src/reduce/text-ids.js";
import { textUnits } from "../../src/reduce/text-units.js";
import type { Ranking } from "../../src/reduce/v-score.js";
import { RUN_FILES, sumsFile } from "../../src/runs/files.js";
import { encodeSums, type LanguageSums, openSumsFile } from "../../src/runs/sums-file.js";
import { EvidenceInMemory, encodeEvidence } from "../fixtures/evidence.js";
import { scoresOf } from "../fixtures/sums.js";
import type { SyntheticSize } from "./asked-size.js";
import { syntheticSums } from "./synthetic-sums.js";

const POOL = "token";
const sumsFolder = (folder: string) => join(folder, RUN_FILES.sumsFolder);

/** Writes the sums of a run, language by language. */
export function makeRun(folder: string, asked: SyntheticSize): void {
  mkdirSync(sumsFolder(folder), { recursive: true });
  for (let k = 0; k < asked.languages; k++) {
    const sums = syntheticSums(asked, k);
    writeFileSync(join(folder, sumsFile(sums.language)), encodeSums(sums));
  }
}

const readRun = (folder: string): LanguageSums[] =>
  readdirSync(sumsFolder(folder))
    .sort()
    .map((name) => openSumsFile(join(sumsFolder(folder), name)));

/** Seconds of a part of the work. */
export type Times = Record<string, number>;

function timed<T>(times: Times, part: string, work: () => T): T {
  const began = performance.now();
  const result = work();
  times[part] = (times[part] ?? 0) + (performance.now() - began) / 1000;
  return result;
}

/** What the parts of one layer's evidence take, one after the other in this thread. */
export function timeParts(
  folder: string,
  { sharesIds }: { sharesIds: boolean },
): { times: Times; entries: number } {
  const times: Times = {};
  const sums = timed(times, "reading", () => readRun(folder));
  const layer = [...(sums[0]?.layers.keys() ?? [])][0] as number;
  const { rankings } = timed(times, "scores", () => scoresOf(sums, [layer], { pool: POOL }));
  const columns = timed(times, "by feature", () => layerColumns(sums, layer, POOL));
  const drawn = timed(times, "draws", () => {
    const { ids, isParallel } = sharedIds(
      sums.map(({ texts }) => texts),
      sharesIds,
    );
    return drawnFor(columns, textUnits(columns, ids, isParallel)).layer;
  });
  const pieces = piecesOf(columns, rankings.get(layer) as Ranking);
  const doAll = <K extends Kind>(part: string, kind: K, work: (piece: never) => unknown) =>
    timed(times, part, () => {
      for (const piece of pieces[kind]) work(piece as never);
    });
  const whole = { ...drawn, columns };
  doAll("bootstrap", "intervals", (piece) => WORK.intervals(whole, piece));
  doAll("halvings", "halves", (piece) => WORK.halves(whole, piece));
  doAll("learning curve", "curve", (piece) => WORK.curve(whole, piece));
  doAll("AUROC and d_z", "effects", (piece) => WORK.effects({ ...whole, labels: null }, piece));
  const { labels } = drawn;
  if (labels !== null)
    doAll("permutations", "effects", ({ from, to }: { from: number; to: number }) =>
      permutationTest(columns, labels, from, to),
    );
  return { times, entries: columns.row.length };
}

/** The evidence of all layers, from the files to the file, as a run has it made. `cpu_s`: of the evidence, in all threads. */
export async function timeWhole(
  folder: string,
  { sharesIds }: { sharesIds: boolean },
  runner?: LayerRunner,
): Promise<{ times: Times; cpu_s: number; bytes: Uint8Array }> {
  const times: Times = {};
  const sums = timed(times, "reading", () => readRun(folder));
  const layers = [...(sums[0]?.layers.keys() ?? [])];
  const { rankings } = timed(times, "scores", () => scoresOf(sums, layers, { pool: POOL }));
  const request = { layers, rankings, pool: POOL, sharesIds, scoresSha256: "" } as const;
  const [began, used] = [performance.now(), process.cpuUsage()];
  const shelf = new EvidenceInMemory();
  const facts = await gatherEvidence(sums, request, shelf, undefined, runner);
  times.evidence = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(used);
  const bytes = timed(times, "encoding", () => encodeEvidence({ facts, layers: shelf.layers }));
  return { times, cpu_s: (user + system) / 1e6, bytes };
}

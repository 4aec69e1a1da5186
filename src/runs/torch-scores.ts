import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Ranking } from "../reduce/v-score.js";
import { writeAside, writeWhole } from "./atomic-write.js";
import { RUN_FILES } from "./files.js";
import type { ScoredRun } from "./read.js";
import { decodeConvertedScores, encodeScores } from "./score-files.js";

/** Rankings by layer of a `.pt`. @param convert writes it to a path as safetensors (the engine's `readTorch`) */
export async function readTorchScores(
  scores: string,
  convert: (source: string, target: string) => Promise<void>,
): Promise<Map<number, Ranking>> {
  return inTemporaryFolder(async (folder) => {
    const converted = join(folder, RUN_FILES.scores);
    await convert(scores, converted);
    return decodeConvertedScores(await readFile(converted));
  });
}

/**
 * Writes `meta.json` and `v_scores.pt` alone, as the original tool does; `meta.json` last, since with it the folder is whole.
 *
 * @param convert writes a `.pt` of a safetensors file, for these layers (the engine's `writeTorch`)
 */
export async function writeOriginalFormat(
  folder: string,
  run: ScoredRun,
  convert: (source: string, target: string, layers: readonly number[]) => Promise<void>,
): Promise<void> {
  await inTemporaryFolder(async (temporary) => {
    const source = join(temporary, RUN_FILES.scores);
    await writeFile(source, encodeScores(run.rankings, run.meta.languages));
    await writeAside(join(folder, RUN_FILES.torchScores), (aside) =>
      convert(source, aside, run.meta.layers),
    );
  });
  // The version tells a run of ours, which has more files than these.
  const { schema_version: _, ...meta } = { schema_version: undefined, ...run.meta };
  await writeWhole(join(folder, RUN_FILES.meta), `${JSON.stringify(meta, null, 2)}\n`);
}

/**
 * Writes tensors of one ranking as `.pt` files, each a tensor alone: indices int64 [K, F], values float32 [K, F].
 *
 * @param files where to, by tensor
 * @param convert writes a tensor of a safetensors file as such a `.pt` (the engine's `writeTensor`)
 */
export async function writeRankingTensors(
  layer: number,
  ranking: Ranking,
  files: { index?: string; value?: string },
  convert: (source: string, target: string, tensor: string) => Promise<void>,
): Promise<void> {
  await inTemporaryFolder(async (temporary) => {
    const source = join(temporary, RUN_FILES.scores);
    await writeFile(source, encodeScores(new Map([[layer, ranking]]), []));
    for (const [key, file] of Object.entries(files))
      await writeAside(file, (aside) => convert(source, aside, `layer.${layer}.${key}`));
  });
}

async function inTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "vscore-scores-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

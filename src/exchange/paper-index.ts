import { join } from "node:path";
import type { Ranking } from "../reduce/v-score.js";
import { PAPER_INDEX, replaceExport } from "../runs/exported-folders.js";
import { writeRankingTensors } from "../runs/torch-scores.js";

/**
 * Writes what the paper's own code keeps of a ranking: `layer_<L>/top_index_per_lan_magnitude.pth`, int64 [10, F].
 *
 * @param rankings rows in the order of the paper's languages
 * @param writeTensor as of the engine's jobs
 */
export async function writePaperIndex(
  folder: string,
  rankings: ReadonlyMap<number, Ranking>,
  writeTensor: (source: string, target: string, tensor: string) => Promise<void>,
): Promise<void> {
  await replaceExport(folder, PAPER_INDEX, async () => {
    for (const [layer, ranking] of rankings) {
      const file = join(folder, `layer_${layer}`, "top_index_per_lan_magnitude.pth");
      await writeRankingTensors(layer, ranking, { index: file }, writeTensor);
    }
  });
}

import { withEngine } from "../engine/with-engine.js";
import { type ForeignRun, openForeignRun } from "../runs/foreign.js";
import { type FinishedRun, openRun, readForeignMeta, runFolder } from "../runs/read.js";
import { readTorchScores } from "../runs/torch-scores.js";

/**
 * A finished run of ours, or one that another tool wrote; that one's scores are converted by Python the first time.
 *
 * @throws VscoreError
 */
export async function openAnyRun(
  name: string,
  signal: AbortSignal,
  onConvert: (folder: string) => void,
): Promise<FinishedRun | ForeignRun> {
  const folder = runFolder(name);
  const meta = readForeignMeta(folder);
  if (meta === null) return openRun(name);
  return openForeignRun(folder, meta, (scores) => {
    onConvert(folder);
    return withEngine(signal, (jobs) =>
      readTorchScores(scores, (source, target) => jobs.readTorch(source, target)),
    );
  });
}

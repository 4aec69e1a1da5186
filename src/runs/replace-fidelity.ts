import { join } from "node:path";
import { writeWhole } from "./atomic-write.js";
import { type Fidelity, fidelityText } from "./fidelity-file.js";
import { RUN_FILES } from "./files.js";
import { lockRun } from "./lock.js";
import type { FinishedRun } from "./read.js";

/** Writes what was measured of a finished run's dictionaries, in place of what was known. @throws VscoreError while another is at work */
export async function replaceFidelity(
  run: FinishedRun,
  fidelity: Fidelity,
): Promise<FinishedRun & { fidelity: Fidelity }> {
  const unlock = await lockRun(run.folder);
  try {
    await writeWhole(join(run.folder, RUN_FILES.fidelity), fidelityText(fidelity));
  } finally {
    await unlock();
  }
  return { ...run, fidelity };
}

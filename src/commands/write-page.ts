import { writeOver } from "../runs/atomic-write.js";
import { refuseRunFile } from "../runs/refuse-run-file.js";
import type { Output } from "./output.js";

/** Writes a page where `--html` says; `-` is stdout. @throws VscoreError (request) where that is a file of a run */
export async function writePage(
  file: string,
  page: string,
  runFolder: string,
  output: Output,
): Promise<void> {
  if (file === "-") {
    output.data(page);
    return;
  }
  refuseRunFile(file, runFolder, "--html");
  await writeOver(file, page);
  output.note(`Wrote ${file}`);
}

import { join, relative } from "node:path";
import { openAnyRun } from "../compute/open-any-run.js";
import { withEngine } from "../engine/with-engine.js";
import { requestError } from "../errors.js";
import { clusterLanguages } from "../experiments/clustering/cluster-languages.js";
import { overlapDistances } from "../experiments/clustering/distances.js";
import { needsFinder } from "../report/language-finder.js";
import { methodsSheet } from "../report/methods-sheet.js";
import { writeReport } from "../report/write-report.js";
import { writeOver } from "../runs/atomic-write.js";
import { RUN_FILES } from "../runs/files.js";
import { anyRankedBy, type Measure } from "../runs/rank-by.js";
import { type FinishedRun, runWord } from "../runs/read.js";
import { refuseKept } from "../runs/refuse-run-file.js";
import { type PlottedRun, sourceText } from "../views/charts/chart.js";
import type { DrawnClusters } from "../views/charts/cluster-signs.js";
import { showProgress } from "../views/progress.js";
import { asJson, type Output } from "./output.js";
import { noteConversion } from "./show.js";

export interface ReportOptions {
  outDir?: string | undefined;
  /** Whether texts of a gated corpus may be on the page. */
  gatedTexts: boolean;
  /** Whether the sheet for reviewers is written too. */
  methods: boolean;
  rankBy?: Measure | undefined;
  json: boolean;
}

/** `vscore report RUN`: all figures of a run, and one page to read. */
export async function report(
  name: string,
  { outDir, gatedTexts, methods, rankBy, json }: ReportOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const opened = await openAnyRun(name, signal, (folder) => noteConversion(folder, output));
  // It tells of the best feature of every language at every layer: each must have one.
  const run = anyRankedBy(opened, rankBy, 1);
  // The sheet is about v.
  const own = opened.statistics === null ? null : opened;
  if (methods && own === null)
    throw requestError(
      `--methods: ${run.name} is in the format of the original tool, which does not tell how it came about. Expected a run of vscore. Leave --methods out, or compute the run here.`,
    );
  if (outDir !== undefined) refuseKept(outDir, "--out-dir");
  const clusters = needsFinder(run.meta.languages) ? await clustersOf(run, output, signal) : null;
  const progress = showProgress({ ...output, write: output.raw });
  const written = await writeReport(run, outDir ?? run.folder, {
    ...{ gatedTexts, clusters },
    onFigure: (kind) => progress.news({ type: "phase", phase: `drawing ${kind}` }),
  }).finally(progress.stop);
  const sheet = methods ? join(outDir ?? run.folder, RUN_FILES.methods) : null;
  if (sheet !== null) await writeOver(sheet, methodsSheet(own as FinishedRun));
  if (json) {
    output.data(asJson({ schema_version: 1, ...written, methods: sheet }));
    return;
  }
  output.result(
    [
      ...written.sentences.map((sentence) => `· ${sentence}`),
      "",
      ...(sheet === null ? [] : [`Methods: ${relative(".", sheet) || sheet}`]),
      `Report: ${relative(".", written.page) || written.page}`,
      `Figures: ${written.figures.length} files in ${relative(".", `${outDir ?? run.folder}/figures`)}`,
      ...(written.left_out.length === 0
        ? []
        : [
            `Left out, for want of ${run.measure === undefined ? "means or of how sure scores are" : `their numbers by ${run.measure}`}: ${written.left_out.join(", ")}`,
          ]),
      ...(written.crowded.length === 0
        ? []
        : [
            `Left out, for ${run.meta.languages.length} languages have no room in them: ${written.crowded.join(", ")}. Of some: npx vscore plot ${written.crowded[0]} ${runWord(run)} --language ${run.meta.languages.slice(0, 3).join(",")}`,
          ]),
    ].join("\n"),
  );
}

/** Features of each language by which languages of a long page are joined. */
const JOINED_BY = 50;

/** How the languages of a long page belong together; null by another measure than v, whose lists may have nothing in common. */
async function clustersOf(
  run: PlottedRun,
  output: Output,
  signal: AbortSignal,
): Promise<DrawnClusters | null> {
  if (run.measure !== undefined) return null;
  const { layers } = run.meta;
  const widths = layers.map((layer) => run.rankings.get(layer)?.features ?? 0);
  const top_k = Math.min(JOINED_BY, ...widths);
  output.note("Joining languages for the map; importing the libraries takes some seconds…");
  const result = await withEngine(signal, (jobs) =>
    clusterLanguages(
      { name: run.name, by: "overlap", matrix: null, layers, top_k, ranked_by: "v" },
      overlapDistances(run, layers, top_k),
      { k: null, cut: null },
      (values, cut) => jobs.cluster(values, cut),
    ),
  );
  return { result, from: sourceText(run) };
}

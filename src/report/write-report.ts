import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ControlsComparison } from "../comparison/controls.js";
import { projectRoot } from "../config/paths.js";
import { environmentError } from "../errors.js";
import { writeWhole } from "../runs/atomic-write.js";
import { GATED_CORPUS, RUN_FILES, reportFile } from "../runs/files.js";
import { openExamples } from "../runs/read.js";
import type { Chart, PlottedRun } from "../views/charts/chart.js";
import type { DrawnClusters } from "../views/charts/cluster-signs.js";
import { describedSpec, drawnFiles } from "../views/charts/drawn-files.js";
import { CHART_KINDS, canDraw, drawChart, hasRoom, isOfControls } from "../views/charts/kinds.js";
import { languageMap } from "../views/charts/language-map.js";
import { compiled } from "../views/charts/render.js";
import { clusterTable } from "../views/cluster-table.js";
import { controlsLines } from "../views/controls-table.js";
import type { ReportContexts } from "./best-features-html.js";
import { caveats } from "./caveats.js";
import { bestUnderControls, controlFindings } from "./control-findings.js";
import { findings } from "./findings.js";
import { type ReportFigure, reportHtml } from "./report-html.js";

/** What the files of a run are called, where it is ranked by another measure than v. */
const suffixOf = ({ measure }: PlottedRun): string =>
  measure === undefined ? "" : `-by-${measure}`;

/** Where a report's files went. */
export interface WrittenReport {
  page: string;
  figures: string[];
  sentences: string[];
  /** Figures that the run has not the numbers for; that of controls is none of them: a run need not have any. */
  left_out: string[];
  /** Figures in which so many languages could not be told apart. */
  crowded: string[];
}

/** Writes every figure of a run as SVG and PNG, and one page with all of them, below `folder`. */
export async function writeReport(
  run: PlottedRun,
  folder: string,
  {
    gatedTexts = false,
    clusters = null,
    onFigure = () => undefined,
  }: {
    gatedTexts?: boolean;
    /** Of a run over many languages: how they belong together. */
    clusters?: DrawnClusters | null;
    onFigure?: (kind: string) => void;
  } = {},
): Promise<WrittenReport> {
  const client = readClient();
  const underControls = bestUnderControls(run);
  const able = CHART_KINDS.filter((kind) => canDraw(run, kind));
  const kinds = able.filter((kind) => hasRoom(run, kind));
  const figures: ReportFigure[] = [];
  const written: string[] = [];
  const add = async (kind: string, chart: Chart, page: Chart, table: ReportFigure["table"]) => {
    const name = `${kind}${suffixOf(run)}`;
    for (const [file, content] of await drawnFiles([[name, chart]])) {
      const path = join(folder, RUN_FILES.figuresFolder, file);
      await writeWhole(path, content);
      written.push(path);
    }
    // The page says the title itself.
    const bare = await compiled({ ...describedSpec(page), title: "" });
    figures.push({ kind, title: page.title, caption: page.caption, spec: bare, table });
  };
  if (clusters !== null) {
    onFigure("map");
    const chart = languageMap(clusters);
    await add("map", chart, chart, {
      title: "The clusters, as a table",
      lines: clusterTable(clusters.result),
    });
  }
  for (const kind of kinds) {
    onFigure(kind);
    const chart = drawChart(run, kind, {});
    const page = drawChart(run, kind, {}, "page");
    await add(
      kind,
      chart,
      page,
      underControls !== null && isOfControls(kind) ? controlsTable(underControls) : null,
    );
  }
  const sentences = [...findings(run), ...controlFindings(underControls), ...caveats(run)];
  const page = join(folder, reportFile(run.measure));
  await writeWhole(
    page,
    reportHtml(
      run,
      {
        ...{ sentences, figures, contexts: contextsOf(run, gatedTexts) },
        clustering: clusters?.result ?? null,
      },
      client,
    ),
  );
  return {
    page,
    figures: written,
    sentences,
    left_out: CHART_KINDS.filter((kind) => !able.includes(kind) && !isOfControls(kind)),
    crowded: able.filter((kind) => !kinds.includes(kind)),
  };
}

const controlsTable = (comparison: ControlsComparison): ReportFigure["table"] => ({
  title: "The best feature of each language and layer, as a table",
  lines: controlsLines(comparison),
});

/** A page is made to be passed on: texts of a gated corpus are on it only where that is asked for. */
function contextsOf(run: PlottedRun, gatedTexts: boolean): ReportContexts {
  if (run.statistics === null) return { examples: null, why: "foreign" };
  const examples = openExamples(run);
  if (examples === null) return { examples: null, why: "none kept" };
  if (run.meta.corpus !== GATED_CORPUS) return { examples, isGated: false };
  return gatedTexts ? { examples, isGated: true } : { examples: null, why: "gated" };
}

function readClient(): string {
  const file = join(projectRoot, "dist", "report-client.js");
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw environmentError(
      `${file} is missing: the script of the report is made by the build. Run: npm run setup`,
      error,
    );
  }
}

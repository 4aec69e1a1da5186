import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../config/paths.js";
import { environmentError } from "../errors.js";
import { writeWhole } from "../runs/atomic-write.js";
import { RUN_FILES } from "../runs/files.js";
import type { PlottedRun } from "../views/charts/chart.js";
import { CHART_KINDS, canDraw, drawChart } from "../views/charts/kinds.js";
import { compiled, renderPng, renderSvg } from "../views/charts/render.js";
import { findings } from "./findings.js";
import { type ReportFigure, reportHtml } from "./report-html.js";

/** Where a report's files went. */
export interface WrittenReport {
  page: string;
  figures: string[];
  sentences: string[];
  /** Figures that a run of another tool has not the numbers for. */
  left_out: string[];
}

/** Writes every figure of a run as SVG and PNG, and one page with all of them, below `folder`. */
export async function writeReport(
  run: PlottedRun,
  folder: string,
  onFigure: (kind: string) => void = () => undefined,
): Promise<WrittenReport> {
  const client = readClient();
  const kinds = CHART_KINDS.filter((kind) => canDraw(run, kind));
  const figures: ReportFigure[] = [];
  const written: string[] = [];
  for (const kind of kinds) {
    onFigure(kind);
    const { spec } = drawChart(run, kind, {});
    const svg = await renderSvg(spec);
    for (const [ending, content] of [
      ["svg", svg],
      ["png", await renderPng(svg)],
    ] as const) {
      const file = join(folder, RUN_FILES.figuresFolder, `${kind}.${ending}`);
      await writeWhole(file, content);
      written.push(file);
    }
    const page = drawChart(run, kind, {}, "page");
    // The page says the title itself.
    const bare = await compiled({ ...page.spec, title: "" });
    figures.push({ kind, title: page.title, caption: page.caption, spec: bare });
  }
  const sentences = findings(run);
  const page = join(folder, RUN_FILES.report);
  await writeWhole(page, reportHtml(run, sentences, figures, client));
  return {
    page,
    figures: written,
    sentences,
    left_out: CHART_KINDS.filter((kind) => !kinds.includes(kind)),
  };
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

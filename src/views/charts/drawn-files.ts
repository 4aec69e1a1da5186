import type { TopLevelSpec } from "vega-lite";
import { type Chart, drawable } from "./chart.js";
import { renderPng, renderSvg } from "./render.js";

/** As what a figure can be written; json is its Vega-Lite specification, to restyle. */
export const FIGURE_FORMATS = ["svg", "png", "json"] as const;
export type FigureFormat = (typeof FIGURE_FORMATS)[number];

/** The specification with the caption as its description, which an SVG has as its label for those who cannot see it. */
export const describedSpec = ({ title, caption, spec }: Chart): TopLevelSpec => ({
  ...spec,
  description: drawable(`${title}. ${caption}`),
});

/** A figure in one format. */
export async function drawnAs(chart: Chart, format: FigureFormat): Promise<string | Uint8Array> {
  const spec = describedSpec(chart);
  if (format === "json") return `${JSON.stringify(spec, null, 2)}\n`;
  const svg = await renderSvg(spec);
  return format === "png" ? renderPng(svg) : svg;
}

/** Figures as files: each as SVG and PNG, by its name. */
export async function drawnFiles(
  charts: readonly (readonly [name: string, chart: Chart])[],
): Promise<[string, string | Uint8Array][]> {
  const files: [string, string | Uint8Array][] = [];
  for (const [name, chart] of charts) {
    const svg = await renderSvg(describedSpec(chart));
    files.push([`${name}.svg`, svg], [`${name}.png`, await renderPng(svg)]);
  }
  return files;
}

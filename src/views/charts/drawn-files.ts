import type { Chart } from "./chart.js";
import { renderPng, renderSvg } from "./render.js";

/** Figures as files: each as SVG and PNG, by its name. */
export async function drawnFiles(
  charts: readonly (readonly [name: string, chart: Chart])[],
): Promise<[string, string | Uint8Array][]> {
  const files: [string, string | Uint8Array][] = [];
  for (const [name, { spec }] of charts) {
    const svg = await renderSvg(spec);
    files.push([`${name}.svg`, svg], [`${name}.png`, await renderPng(svg)]);
  }
  return files;
}

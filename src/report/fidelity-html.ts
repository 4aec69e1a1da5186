import { describeFidelity, type LanguageFidelity } from "../fidelity/describe-fidelity.js";
import type { PlottedRun } from "../views/charts/chart.js";
import { fidelityCells, fidelityColumns, fidelityLegend } from "../views/fidelity-table.js";
import { findable } from "./language-finder.js";
import { escapeHtml } from "./page.js";

/** How well the dictionaries rebuild the languages, folded unless one is not rebuilt; "" where nobody looked. */
export function fidelityHtml(run: PlottedRun): string {
  if (run.statistics === null || run.fidelity === null) return "";
  const layers = describeFidelity({ ...run, fidelity: run.fidelity });
  const isFine = layers.every(({ languages }) => languages.every((of) => of.is_rebuilt));
  const row = (layer: number, of: LanguageFidelity) =>
    `<tr ${findable(of.language)}${of.is_rebuilt ? "" : ' style="opacity:.5"'}>${fidelityCells(
      layer,
      of,
    )
      .map((cell) => `<td>${escapeHtml(cell)}</td>`)
      .join("")}</tr>`;
  return `<section id="fidelity">
<h2>How well the dictionaries rebuild the languages</h2>
<details${isFine ? "" : " open"}><summary>${isFine ? "All languages are rebuilt at all layers." : "Not all languages are rebuilt."}</summary>
<table><tr>${fidelityColumns.map(({ title }) => `<th>${escapeHtml(title)}</th>`).join("")}</tr>
${layers.flatMap(({ layer, languages }) => languages.map((of) => row(layer, of))).join("\n")}</table>
${fidelityLegend(run, layers)
  .map((line) => `<p class="caption">${escapeHtml(line)}</p>`)
  .join("\n")}
</details>
</section>`;
}

import { languageName } from "../config/languages.js";
import type { ClusterResult } from "../experiments/clustering/cluster-languages.js";
import type { PlottedRun } from "../views/charts/chart.js";
import { findable } from "./language-finder.js";
import { escapeHtml } from "./page.js";

/** A row a language, folded: what was read in it, and with which others it is in a cluster. */
export function languagesHtml(run: PlottedRun, clustering: ClusterResult | null): string {
  const meta = run.statistics === null ? null : run.meta;
  const clusterOf = new Map(
    clustering?.clusters.flatMap((codes, at) => codes.map((code) => [code, at + 1] as const)),
  );
  const titles = [
    ...["code", "name"],
    ...(meta === null ? [] : ["texts", "counted tokens"]),
    ...(clustering === null ? [] : ["cluster"]),
  ];
  const rows = run.meta.languages.map((code) => {
    const cells = [
      ...[code, languageName(code)],
      ...(meta === null ? [] : [meta.texts[code] ?? 0, meta.tokens_counted[code] ?? 0]),
      ...(clustering === null ? [] : [clusterOf.get(code) ?? ""]),
    ];
    return `<tr ${findable(code)}>${cells.map((cell) => `<td>${escapeHtml(String(cell))}</td>`).join("")}</tr>`;
  });
  return `<details><summary>The ${run.meta.languages.length} languages</summary>
<table><tr>${titles.map((title) => `<th>${title}</th>`).join("")}</tr>
${rows.join("\n")}</table>
</details>`;
}

import type { Spec } from "vega";
import type { ClusterResult } from "../experiments/clustering/cluster-languages.js";
import { controlWords } from "../runs/controls.js";
import type { Meta } from "../runs/meta.js";
import { type PlottedRun, sourceText, V_FORMULA } from "../views/charts/chart.js";
import { rangeText } from "../views/digits.js";
import { duration } from "../views/progress.js";
import { workersText } from "../views/workers-text.js";
import { bestFeaturesHtml, FOLDED_STYLE, type ReportContexts } from "./best-features-html.js";
import { fidelityHtml } from "./fidelity-html.js";
import { FINDER_STYLE, finderHtml, needsFinder } from "./language-finder.js";
import { languagesHtml } from "./languages-html.js";
import { embedded, escapeHtml, htmlPage } from "./page.js";
import { SHADED_STYLE } from "./shaded-html.js";

/** Small enough to be sent by mail: what figures leave of it, in bytes, contexts may fill. */
const PAGE_BYTES = 5_500_000;

/** A figure of the report: drawn once for those who print, and as a specification for those who look closer. */
export interface ReportFigure {
  kind: string;
  title: string;
  caption: string;
  spec: Spec;
  /** The same as a table of plain text, folded; null where there is none. */
  table: { title: string; lines: readonly string[] } | null;
}

/** What a report says of a run. */
export interface ReportParts {
  sentences: readonly string[];
  figures: readonly ReportFigure[];
  contexts: ReportContexts;
  /** How languages belong together; null where nobody looked. */
  clustering: ClusterResult | null;
}

/**
 * One page that needs nothing else: it is read from a file, without a network.
 *
 * @param client the script that draws the figures (`dist/report-client.js`)
 */
export function reportHtml(
  run: PlottedRun,
  { sentences, figures, contexts, clustering }: ReportParts,
  client: string,
): string {
  const specifications = embedded(figures.map(({ kind, spec }) => ({ kind, spec })));
  const room = PAGE_BYTES - Buffer.byteLength(specifications) - Buffer.byteLength(client);
  const title = `v-scores of ${run.name}${run.measure === undefined ? "" : `, features by ${run.measure}`}`;
  const isLong = needsFinder(run.meta.languages);
  const section = ({ kind, title, caption, table }: ReportFigure) => `
<section id="${kind}">
  <h2>${escapeHtml(title)}</h2>
  <div class="figure" id="figure-${kind}"></div>
  <p class="caption">${escapeHtml(caption)}</p>${tableHtml(table)}
</section>`;
  return htmlPage({
    title,
    scripts: true,
    style: SHADED_STYLE + FOLDED_STYLE + FINDER_STYLE + FIGURE_STYLE,
    body: `<header>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(sourceText(run))}</p>
</header>
${finderHtml(run.meta.languages)}
${figures.filter(isMap).map(section).join("\n")}
<section>
<h2>What was found</h2>
<p class="formula">${escapeHtml(V_FORMULA)}</p>
<p class="caption">Said of the texts that were read, and among the languages of this run alone. A language's best feature at a layer is the one with the highest ${run.measure ?? "v"}.</p>
<ul>${sentences.map((sentence) => `<li>${escapeHtml(sentence)}</li>`).join("\n")}</ul>
</section>
<section>
<h2>What it was made from</h2>
<table>${provenance(run)
      .map(([name, value]) => `<tr><th>${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`)
      .join("\n")}</table>
${isLong ? languagesHtml(run, clustering) : ""}
</section>
${fidelityHtml(run)}
<nav><a href="#best-features">Best features</a> · ${figures.map(({ kind, title }) => `<a href="#${kind}">${escapeHtml(title)}</a>`).join(" · ")}</nav>
${figures
  .filter((figure) => !isMap(figure))
  .map(section)
  .join("\n")}
<section id="best-features">
<h2>Best features, in their strongest contexts</h2>
${bestFeaturesHtml(run, contexts, room)}
</section>
<noscript><p>The figures are drawn by a script. As pictures they lie in the folder figures beside this page.</p></noscript>
<script type="application/json" id="specifications">${specifications}</script>
<script>${client.replaceAll("</script", "<\\/script")}</script>`,
  });
}

/** Of many languages it is what a reader begins with. */
const isMap = ({ kind }: ReportFigure): boolean => kind === "map";

const tableHtml = (table: ReportFigure["table"]): string =>
  table === null
    ? ""
    : `
  <details><summary>${escapeHtml(table.title)}</summary><pre>${escapeHtml(table.lines.join("\n"))}</pre></details>`;

function provenance(run: PlottedRun): [string, string][] {
  if (run.statistics === null)
    return Object.entries(run.meta).map(([key, value]) => [
      key,
      Array.isArray(value) ? value.join(", ") : String(value),
    ]);
  const meta: Meta = run.meta;
  const revision = (value: string | null) => (value === null ? "" : ` @ ${value}`);
  return [
    ["model", `${meta.model_id}${revision(meta.model_revision)}`],
    ["dictionaries", `${meta.sae_release}, ${meta.sae_id_template}`],
    ...meta.dictionaries.map(
      ({ layer, sae_id, d_sae, hook_name, revision: commit }): [string, string] => [
        `layer ${layer}`,
        `${sae_id}, ${d_sae} features, reads ${hook_name}${revision(commit)}`,
      ],
    ),
    [
      "corpus",
      `${meta.corpus}${meta.split === null ? "" : ` (${meta.split})`}${revision(meta.corpus_revision)}`,
    ],
    ["texts", countsText(meta, meta.texts)],
    ["counted tokens", countsText(meta, meta.tokens_counted)],
    [
      "rule",
      `special tokens: ${meta.special_tokens}, first position: ${meta.first_token}, mean over ${meta.pool}s`,
    ],
    ...[controlWords(meta)].flatMap((words): [string, string][] =>
      words === null ? [] : [["control", words]],
    ),
    ["device", `${meta.device} (${meta.device_name}), ${meta.dtype}${workersText(meta)}`],
    ["made", `${meta.finished} in ${duration(meta.duration_s)}, by vscore ${meta.vscore_version}`],
    [
      "versions",
      Object.entries(meta.versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(", "),
    ],
    ...meta.warnings.map((warning): [string, string] => ["warning", warning]),
  ];
}

/** Of each language; of many, from the least to the most, for a table has them all. */
const countsText = ({ languages }: Meta, counts: Readonly<Record<string, number>>): string =>
  needsFinder(languages)
    ? `${rangeText(languages.map((code) => counts[code] ?? 0))} in each of ${languages.length} languages`
    : languages.map((code) => `${code} ${counts[code]}`).join(", ");

const FIGURE_STYLE = `
nav { margin: 2rem 0; font-size: .85rem; }
section pre { font-size: .75rem; overflow-x: auto; }
.figure { overflow-x: auto; display: flex; flex-direction: column; align-items: flex-start; }
.vega-bindings { order: -1; font-size: .85rem; margin: .5rem 0; } .vega-bind-name { margin-right: .5rem; }
@media print { nav { display: none; } section { break-inside: avoid; } }
`;

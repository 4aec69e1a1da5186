import { languageName } from "../config/languages.js";
import type { DescribedFeature, FeatureOnLanguage } from "../features/describe-feature.js";
import { V_FORMULA } from "../views/charts/chart.js";
import { digits } from "../views/digits.js";
import { describedLegend } from "../views/feature-table.js";
import { escapeHtml, htmlPage } from "./page.js";
import { contextHtml, SHADED_STYLE, scaleHtml } from "./shaded-html.js";

/** One feature of a run as a page: what it does on every language, and the texts in which it is strongest. */
export function featureHtml(described: DescribedFeature): string {
  const { run, layer, feature, dictionary, neuronpedia, contexts } = described;
  const title = `Feature ${feature} of layer ${layer}`;
  const from =
    dictionary === null
      ? "in the format of the original tool"
      : `${dictionary.release}, ${dictionary.sae_id}, ${dictionary.d_sae} features, reads ${dictionary.hook_name}`;
  const page =
    neuronpedia === null
      ? "No page on Neuronpedia is known for its dictionary."
      : `<a href="${escapeHtml(neuronpedia)}">${escapeHtml(neuronpedia)}</a>`;
  return htmlPage({
    title: `${title}, ${run}`,
    style: SHADED_STYLE + BAR_STYLE,
    body: `<header>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(`Run ${run}: ${from}`)}<br>${page}</p>
</header>
<section>
<h2>On each language</h2>
<p class="formula">${escapeHtml(V_FORMULA)}</p>
${languageTable(described.languages)}
</section>
<section>
<h2>Where it is strongest</h2>
${contextsHtml(contexts)}
</section>`,
  });
}

function contextsHtml(contexts: DescribedFeature["contexts"]): string {
  if (contexts === null) return "<p>No contexts of it are kept.</p>";
  const most = Math.max(...contexts.flatMap(({ activations }) => activations.map((a) => a ?? 0)));
  if (contexts.length === 0 || most <= 0) return "<p>It fires on no token of the run's texts.</p>";
  return `${scaleHtml(most)}\n${contexts.map((context) => contextHtml(context, most)).join("\n")}`;
}

function languageTable(languages: readonly FeatureOnLanguage[]): string {
  const hasMeans = languages.every(({ mean }) => mean !== null);
  const size = ({ mean, v }: FeatureOnLanguage) => mean ?? v;
  const rows = languages.toSorted((a, b) => size(b) - size(a));
  const most = Math.max(...rows.map(size), Number.MIN_VALUE);
  const titles = [
    ...["language", "", hasMeans ? "mean activation ± SE" : "v"],
    ...(hasMeans ? ["active", "at first position", "v"] : []),
    "rank",
  ];
  const row = (each: FeatureOnLanguage) => {
    const { language, rank, v, mean, standard_error: error } = each;
    const bar = `<span class="bar" style="width:${Math.max(0, (100 * size(each)) / most).toFixed(1)}%"></span>`;
    const cells = [
      `${escapeHtml(language)} ${escapeHtml(languageName(language))}`,
      bar,
      mean === null ? digits(v) : `${digits(mean)} ± ${error === null ? "?" : digits(error)}`,
      ...(hasMeans
        ? [percent(each.active_fraction), percent(each.first_position_share), digits(v)]
        : []),
      String(rank),
    ];
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  };
  return `<table class="languages"><tr>${titles.map((each) => `<th>${each}</th>`).join("")}</tr>
${rows.map(row).join("\n")}</table>
<p class="caption">${escapeHtml(`${describedLegend(languages)}${hasMeans ? FIRST_POSITION : ""}`)}</p>`;
}

const FIRST_POSITION =
  " at first position: the share of its activation, on all tokens, that sits there.";

const percent = (share: number | null): string =>
  share === null ? "–" : `${(100 * share).toFixed(1)} %`;

/** Bars take the width that names and numbers leave. */
const BAR_STYLE = `
.languages { width: 100%; } .languages th, .languages td { padding-right: 1.2rem; }
.languages th:nth-child(2) { width: 100%; min-width: 4rem; } .languages td:first-child { min-width: 10rem; }
.languages th:nth-child(n+3), .languages td:nth-child(n+3) { text-align: right; white-space: nowrap; }
.languages th:last-child, .languages td:last-child { padding-right: 0; }
.bar { display: block; height: .8rem; background: #0072b2; }
`;

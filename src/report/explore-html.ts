import { languageName } from "../config/languages.js";
import type { ExploredText, ExploredToken, Shares } from "../explore/explored-text.js";
import type { FeatureCount } from "../explore/language-features.js";
import { HUES } from "../views/charts/chart.js";
import { short } from "../views/digits.js";
import {
  baselineLines,
  isMoreBytes,
  MORE_BYTES,
  MORE_BYTES_WORDS,
  pieceText,
} from "../views/explore-table.js";
import { byMeasure } from "../views/ranking-text.js";
import { escapeHtml, htmlPage } from "./page.js";
import { SHADED_STYLE } from "./shaded-html.js";

/** Languages of a summary, and the share from which on one is named. */
const SUMMARY = 6;
const SMALLEST = 0.01;

/** What a run's language features say of a text, as a page: the text layer by layer, each token in the hue of its language. */
export function exploreHtml(
  explored: ExploredText,
  run: { model_id: string; languages: readonly string[] },
  counts: readonly FeatureCount[],
): string {
  const { tokens, layers, warnings, among, ranked_by } = explored;
  const counted = tokens.filter((token) => token.counted).length;
  const hues = new Map(run.languages.map((code, at) => [code, HUES[at % HUES.length] as string]));
  const title = `A text read with ${explored.run}`;
  return htmlPage({
    title,
    style: SHADED_STYLE + TOKEN_STYLE,
    body: `<header>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(`${run.model_id}, ${tokens.length} tokens, ${counted} counted`)}</p>
</header>
${warnings.map((warning) => `<p class="warning">${escapeHtml(warning)}</p>`).join("\n")}
<p class="caption">Each token has the hue of the language that it speaks for most, the stronger the larger its share; the pointer over a token tells its features. A language feature of L is one of the first ${among} of L's ranking${byMeasure(ranked_by)} with v &gt; 0. A token speaks for L by Σ a · v(f, L) / μ(f, L) over the language features f of L that fire with activation a; shares are of the sum over all languages. ${escapeHtml(baselineLines(run.languages, counts).join(" "))}${tokens.some(isMoreBytes) ? ` ${MORE_BYTES}: ${MORE_BYTES_WORDS}.` : ""}</p>
${layers
  .map(
    ({ layer, speaks_for }) => `<section>
<h2>Layer ${layer}</h2>
<p>This text speaks for ${summaryHtml(speaks_for, hues)}.</p>
<p class="text" dir="auto">${tokens.map((token) => tokenHtml(token, layer, hues)).join("")}</p>
<details><summary>token by token</summary>${tokenTable(tokens, layer)}</details>
</section>`,
  )
  .join("\n")}`,
  });
}

function summaryHtml(shares: Shares, hues: ReadonlyMap<string, string>): string {
  if (shares.length === 0) return "no language: no language feature fires";
  return shares
    .filter(({ share }, at) => at === 0 || (at < SUMMARY && share >= SMALLEST))
    .map(
      ({ language, share }) =>
        `<span class="named"><span class="key" style="background:${hues.get(language)}"></span> ${escapeHtml(languageName(language))} (${escapeHtml(language)}) ${Math.round(100 * share)} %</span>`,
    )
    .join(", ");
}

function tokenHtml(token: ExploredToken, layer: number, hues: ReadonlyMap<string, string>): string {
  const own = token.layers.find((each) => each.layer === layer);
  const [first] = own?.speaks_for ?? [];
  const style = token.counted
    ? first === undefined
      ? ""
      : ` style="background:${hues.get(first.language)}${alpha(first.share)}"`
    : ' style="color:#999"';
  const told = token.counted
    ? [sharesText(own?.speaks_for ?? []), featuresText(own?.features ?? [])].join("\n")
    : "does not count";
  // What stands for no part of the text has no say in its direction.
  const tag = token.counted ? "span" : "bdi";
  return `<${tag} title="${escapeHtml(told)}"${style}>${escapeHtml(token.piece)}</${tag}>`;
}

/** As two hexadecimal digits behind a colour; never so strong that dark text is lost on it. */
const alpha = (share: number): string =>
  Math.round(255 * (0.1 + 0.6 * share))
    .toString(16)
    .padStart(2, "0");

function tokenTable(tokens: readonly ExploredToken[], layer: number): string {
  const rows = tokens.map((token) => {
    const own = token.layers.find((each) => each.layer === layer);
    const cells = token.counted
      ? [pieceText(token), sharesText(own?.speaks_for ?? []), featuresText(own?.features ?? [])]
      : [pieceText(token), "", "does not count"];
    return `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")}</tr>`;
  });
  return `<table class="tokens"><tr><th>token</th><th>speaks for</th><th>feature (language, activation)</th></tr>
${rows.join("\n")}</table>`;
}

const sharesText = (shares: Shares): string =>
  shares
    .slice(0, 4)
    .map(({ language, share }) => `${language} ${Math.round(100 * share)} %`)
    .join(", ") || "no language";

const featuresText = (features: ExploredToken["layers"][number]["features"]): string =>
  features
    .map(({ feature, language, activation }) => `${feature} (${language}, ${short(activation)})`)
    .join(", ") || "no language feature";

const TOKEN_STYLE = `
.key { display: inline-block; width: .8rem; height: .8rem; } .named { white-space: nowrap; } .warning { color: #b35900; }
.tokens td { padding: .1rem 1.5rem .1rem 0; vertical-align: top; white-space: pre-wrap; }
`;

import type { FeatureContext } from "../features/describe-feature.js";
import { short } from "../views/digits.js";
import { escapeHtml } from "./page.js";

/** How strong the background is; nothing where nothing fires. A page has many thousand of them: the style holds the rest. */
const background = (share: number): string =>
  share <= 0 ? "" : `--a:${(0.12 + 0.88 * Math.min(1, share)).toFixed(2)}`;

/** The tag of a FLORES+ code, by which browsers choose the forms of characters that languages share. */
export const langTag = (code: string): string => escapeHtml(code.split("_").slice(0, 2).join("-"));

/** A context as running text, in the direction of its script: each token on a background by its activation, told under the pointer. */
export function contextHtml(
  { language, id, pieces, activations, first_token, tokens_in_text }: FeatureContext,
  most: number,
): string {
  const last = first_token + pieces.length - 1;
  const part =
    first_token > 0 || pieces.length < tokens_in_text
      ? `, tokens ${first_token}–${last} of ${tokens_in_text}`
      : "";
  const tokens = pieces.map((piece, at) => {
    const activation = activations[at] ?? null;
    const told = activation === null ? "does not count" : short(activation);
    const style = activation === null ? "color:#999" : background(activation / most);
    // What stands for no part of the text has no say in its direction.
    const tag = activation === null ? "bdi" : "span";
    return `<${tag} title="${told}"${style === "" ? "" : ` style="${style}"`}>${escapeHtml(piece)}</${tag}>`;
  });
  return `<p class="caption">${escapeHtml(`${language}, text ${id}${part}`)}</p>
<p class="text" dir="auto" lang="${langTag(language)}">${tokens.join("")}</p>`;
}

/** What the backgrounds mean, from nothing to `most`. */
export const scaleHtml = (most: number): string =>
  `<p class="caption">activation 0 <span class="scale">${[0, 0.25, 0.5, 0.75, 1]
    .map((share) => `<span style="${background(share)}">&#160;&#160;&#160;</span>`)
    .join("")}</span> ${short(most)}; hold the pointer over a token for its own</p>`;

/** Viridis from the middle on, as a background that dark text stands on. */
export const SHADED_STYLE = `
.text span, .scale span { background: rgb(53 183 121 / var(--a, 0)); }
.text { font-size: 1.05rem; line-height: 1.9; white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid #ddd; padding: .5rem .8rem; margin: .2rem 0 1.2rem; }
.text span, .text bdi { border-radius: 2px; } .scale span { border: 1px solid #ddd; }
`;

import { languageName } from "../config/languages.js";
import { escapeHtml } from "./page.js";

/** Of so many languages a page is read from top to bottom; of more one is looked for. */
const READ = 20;

export const needsFinder = (languages: readonly string[]): boolean => languages.length > READ;

/** As letters are compared: without accents, in lower case. */
const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** The attribute of what is about a language: by its code and name it is found. */
export const findable = (code: string): string =>
  `data-find="${escapeHtml(plain(`${code} ${languageName(code)}`))}"`;

/** The box into which a reader types what `client.ts` finds; "" for a page that is short. */
export const finderHtml = (languages: readonly string[]): string =>
  needsFinder(languages)
    ? `<p class="finder"><label>Find a language by code or name: <input type="search" id="finder" autocomplete="off" placeholder="fra_Latn or French"></label> <output id="found">${languages.length} languages</output></p>`
    : "";

export const FINDER_STYLE = `
.finder { position: sticky; top: 0; z-index: 1; background: #fff; padding: .6rem 0; border-bottom: 1px solid #ddd; } .finder input { font: inherit; width: 16rem; } .finder output { color: #555; font-size: .9rem; margin-left: .7rem; }
[hidden] { display: none; } section { scroll-margin-top: 4.5rem; }
`;

import { FLORES_PLUS } from "./flores-plus.js";
import { fullCode } from "./short-codes.js";

export interface Language {
  code: string;
  name: string;
}

/** Varieties that the embedded corpora hold and FLORES+ does not. */
const OUTSIDE_FLORES_PLUS = new Map([["azb_Latn", "South Azerbaijani (Latin script)"]]);

/** Codes that people write from older lists (FLORES-200, ISO 639-1), with the FLORES+ code of today. */
const FORMER_CODES = new Map(
  Object.entries({
    zho_Hans: "cmn_Hans",
    zho_Hant: "cmn_Hant",
    est_Latn: "ekk_Latn",
    grn_Latn: "gug_Latn",
    tgl_Latn: "fil_Latn",
    aka_Latn: "twi_Latn_akua1239",
    twi_Latn: "twi_Latn_asan1239",
    ajp_Arab: "apc_Arab_sout3123",
    apc_Arab: "apc_Arab_nort3139",
    prs_Latn: "prs_Arab",
    en: "eng_Latn",
    es: "spa_Latn",
    fr: "fra_Latn",
    ja: "jpn_Jpan",
    ko: "kor_Hang",
    pt: "por_Latn",
    th: "tha_Thai",
    vi: "vie_Latn",
    zh: "cmn_Hans",
    ar: "arb_Arab",
    de: "deu_Latn",
    ru: "rus_Cyrl",
    ca: "cat_Latn",
    gl: "glg_Latn",
    it: "ita_Latn",
  }),
);

/** The FLORES+ code of today that a former or short code stands for; any other code is returned as it is. */
export const currentCode = (code: string): string => FORMER_CODES.get(code) ?? fullCode(code);

/** The ten languages of the paper (Deng et al., 2025), as FLORES+ codes. */
export const PAPER_TEN = [
  "eng_Latn",
  "spa_Latn",
  "fra_Latn",
  "jpn_Jpan",
  "kor_Hang",
  "por_Latn",
  "tha_Thai",
  "vie_Latn",
  "cmn_Hans",
  "arb_Arab",
] as const;

/** Sets of languages that `--languages` takes by name. */
export const LANGUAGE_SETS: Readonly<Record<string, readonly string[]>> = {
  paper: PAPER_TEN,
  /** Those of the published Figure 1 run, which has Kashmiri in place of Arabic. */
  published: PAPER_TEN.map((code) => (code === "arb_Arab" ? "kas_Arab" : code)),
  similar: ["spa_Latn", "por_Latn", "glg_Latn", "cat_Latn"],
  /** Inferred from the list of languages of the original tool's exporter. */
  underrepresented: ["kas_Arab", "wuu_Hans", "azb_Arab", "nus_Latn"],
  /** All of FLORES+, in code order. */
  atlas: [...FLORES_PLUS.keys()],
};

/**
 * A list of codes, not yet checked, with the name of a set replaced by its codes: alone, or inside the list. A code behind a minus is
 * taken out of what stands before it; where it does not stand there, the entry is left for the check to refuse.
 */
export function spellOutSets(languages: unknown): unknown {
  const codesOf = (name: unknown) =>
    typeof name === "string" && Object.hasOwn(LANGUAGE_SETS, name)
      ? LANGUAGE_SETS[name]
      : undefined;
  if (!Array.isArray(languages)) return codesOf(languages) ?? languages;
  const codes: unknown[] = [];
  for (const entry of languages as unknown[]) {
    const left =
      typeof entry === "string" && entry.startsWith("-") ? codes.indexOf(entry.slice(1)) : -1;
    if (left >= 0) codes.splice(left, 1);
    else codes.push(...(codesOf(entry) ?? [entry]));
  }
  return codes;
}

export const languageName = (code: string): string =>
  FLORES_PLUS.get(code) ?? OUTSIDE_FLORES_PLUS.get(code) ?? code;

export const isFloresPlus = (code: string): boolean => FLORES_PLUS.has(code);

/** Those languages whose code or name contains `term` (any case, accents ignored); all of them for "". */
export function searchLanguages(
  term: string,
  among: Iterable<string> = FLORES_PLUS.keys(),
): Language[] {
  const wanted = plain(term);
  return [...among]
    .map((code) => ({ code, name: languageName(code) }))
    .filter(({ code, name }) => plain(`${code} ${name}`).includes(wanted));
}

/** Up to three candidates for a code that is not in `among`, nearest first. */
export function nearestLanguages(code: string, among: Iterable<string>): string[] {
  const known = [...among];
  const direct = FORMER_CODES.get(code);
  if (direct !== undefined && known.includes(direct)) return [direct];
  const wanted = plain(code);
  const byName = known.filter((candidate) => plain(languageName(candidate)).startsWith(wanted));
  const byDistance = known
    .map((candidate) => ({ candidate, distance: editDistance(wanted, plain(candidate)) }))
    .filter(({ distance }) => distance <= 2)
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .map(({ candidate }) => candidate);
  return [...new Set([...byName, ...byDistance])].slice(0, 3);
}

const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Levenshtein distance in UTF-16 units. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}

/**
 * Two-letter codes and names under which the steering repository's exporter knows FLORES+ languages, with the three that it
 * lacks (Arabic, Galician, Catalan). Codes outside the table stand for themselves.
 */
const SHORT: Record<string, readonly [code: string, name: string]> = {
  arb_Arab: ["ar", "Arabic"],
  arg_Latn: ["an", "Aragonese"],
  azb_Arab: ["azb", "South Azerbaijani (Arabic script)"],
  cat_Latn: ["ca", "Catalan"],
  cmn_Hans: ["zh", "Chinese"],
  eng_Latn: ["en", "English"],
  fra_Latn: ["fr", "French"],
  glg_Latn: ["gl", "Galician"],
  jpn_Jpan: ["ja", "Japanese"],
  kas_Arab: ["ks", "Kashmiri (Arabic script)"],
  kor_Hang: ["ko", "Korean"],
  nus_Latn: ["nus", "Nuer"],
  por_Latn: ["pt", "Portuguese"],
  spa_Latn: ["es", "Spanish"],
  tha_Thai: ["th", "Thai"],
  vie_Latn: ["vi", "Vietnamese"],
  wuu_Hans: ["wuu", "Wu Chinese"],
};

export function shortCode(code: string): { code: string; name: string } {
  const [short, name] = SHORT[code] ?? [code, code];
  return { code: short, name };
}

const FULL = new Map(Object.entries(SHORT).map(([full, [short]]) => [short, full]));

/** The FLORES+ code that a short code stands for; any other code is returned as it is. */
export const fullCode = (code: string): string => FULL.get(code) ?? code;

const BY_NAME = new Map(Object.values(SHORT).map(([short, name]) => [name, short]));

/** The short code of a language that is told by its English name; any other text is returned as it is. */
export const shortCodeOfName = (name: string): string => BY_NAME.get(name) ?? name;

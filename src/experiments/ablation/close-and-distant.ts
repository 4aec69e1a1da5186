/**
 * A close and a distant language of each of the ten, as the ablation repository's figure 6 has them (for French it has Thai on
 * Qwen, Arabic on Gemma; here Thai).
 */
const CHOSEN: Readonly<Record<string, readonly [close: string, distant: string]>> = {
  eng_Latn: ["fra_Latn", "cmn_Hans"],
  spa_Latn: ["por_Latn", "jpn_Jpan"],
  fra_Latn: ["spa_Latn", "tha_Thai"],
  jpn_Jpan: ["kor_Hang", "eng_Latn"],
  kor_Hang: ["jpn_Jpan", "arb_Arab"],
  por_Latn: ["spa_Latn", "tha_Thai"],
  tha_Thai: ["vie_Latn", "arb_Arab"],
  vie_Latn: ["tha_Thai", "eng_Latn"],
  cmn_Hans: ["jpn_Jpan", "spa_Latn"],
  arb_Arab: ["eng_Latn", "cmn_Hans"],
};

/**
 * Two languages to set beside one: a close and a distant one of those that there are. Where the list has none, the first and the
 * last of the others in the order given.
 */
export function closeAndDistant(
  language: string,
  languages: readonly string[],
): { close: string; distant: string } | null {
  const others = languages.filter((code) => code !== language);
  const [first, last] = [others[0], others.at(-1)];
  if (first === undefined || last === undefined) return null;
  const [close, distant] = CHOSEN[language] ?? [];
  return {
    close: close !== undefined && others.includes(close) ? close : first,
    distant: distant !== undefined && others.includes(distant) ? distant : last,
  };
}

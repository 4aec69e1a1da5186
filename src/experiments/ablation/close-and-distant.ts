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
 * Two languages to set beside one: the close and the distant one of the list. Where there is none, or texts are lacking, others
 * stand in: the first and the last of those given.
 */
export function closeAndDistant(language: string, languages: readonly string[]): string[] {
  const others = languages.filter((code) => code !== language);
  const listed: readonly string[] = CHOSEN[language] ?? [];
  const free = others.filter((code) => !listed.includes(code));
  return [
    [listed[0], free[0]],
    [listed[1], free.at(-1)],
  ].flatMap(([chosen, standIn]) => {
    const beside = chosen !== undefined && others.includes(chosen) ? chosen : standIn;
    return beside === undefined ? [] : [beside];
  });
}

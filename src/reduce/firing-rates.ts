import type { FeatureColumns } from "./feature-columns.js";

/** Share of each language's counted tokens on which the feature is not zero. */
export function firingRates(columns: FeatureColumns, feature: number): Float64Array {
  const { languages, languageOf, counted, start, row, active } = columns;
  const [fired, tokens] = [new Float64Array(languages), new Float64Array(languages)];
  for (const [r, n] of counted.entries()) {
    const l = languageOf[r] as number;
    tokens[l] = (tokens[l] as number) + n;
  }
  const end = start[feature + 1] as number;
  for (let at = start[feature] as number; at < end; at++) {
    const l = languageOf[row[at] as number] as number;
    fired[l] = (fired[l] as number) + (active[at] as number);
  }
  return fired.map((n, l) => {
    if (tokens[l] === 0) throw new Error(`language ${l} has no counted token, and so no rate`);
    return n / (tokens[l] as number);
  });
}

/** A language's rate, and the mean of the others' rates. */
export function ownAndElsewhere(
  rates: Float64Array,
  language: number,
): { own: number; elsewhere: number } {
  const own = rates[language] as number;
  const total = rates.reduce((sum, rate, l) => sum + (l === language ? 0 : rate), 0);
  return { own, elsewhere: total / (rates.length - 1) };
}

/**
 * Entropy of a feature's rates over the languages, H = −Σ p̂ ln p̂ with p̂_L = p_L / Σ p: 0 for a feature of one language, ln K for
 * one that fires alike in all (LAPE; Tang et al. 2024, Language-Specific Neurons).
 *
 * @param floor they leave out what is hardly active: null where no rate is above it
 */
export function rateEntropy(rates: Float64Array, floor = 0): number | null {
  if (!rates.some((rate) => rate > floor)) return null;
  const total = rates.reduce((sum, rate) => sum + rate, 0);
  const entropy = rates.reduce((sum, rate) => {
    const share = rate / total;
    return share === 0 ? sum : sum - share * Math.log(share);
  }, 0);
  // Of one language alone, −1 · ln 1 is −0.
  return entropy + 0;
}

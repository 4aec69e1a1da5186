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

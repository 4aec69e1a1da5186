import type { ExploredText, ExploredToken, Shares } from "./explored-text.js";
import type { LanguageFeatures, Place } from "./language-features.js";
import type { ActiveFeature, ReadText } from "./read-text.js";

/** What a text is described with: the run's languages, in its order, and each layer's language features. */
export interface Describing {
  languages: readonly string[];
  layers: ReadonlyMap<number, LanguageFeatures>;
  topK: number;
}

/** A text's tokens with their strongest language features, and for whom tokens and text speak, layer by layer. */
export function describeText(
  { tokens, active }: ReadText,
  { languages, layers, topK }: Describing,
): Pick<ExploredText, "tokens" | "layers"> {
  const described: ExploredToken[] = tokens.map((token) => ({ ...token, layers: [] }));
  const texts: ExploredText["layers"] = [];
  for (const [layer, features] of layers) {
    const whole = new Float64Array(languages.length);
    for (const [position, token] of described.entries()) {
      const firing = active.get(layer)?.[position] ?? [];
      const spoken = spokenFor(firing, features, languages.length);
      for (const [language, weight] of spoken.entries())
        whole[language] = (whole[language] as number) + weight;
      token.layers.push({
        layer,
        features: strongest(firing, features, languages, topK),
        speaks_for: sharesOf(spoken, languages),
      });
    }
    texts.push({ layer, speaks_for: sharesOf(whole, languages) });
  }
  return { tokens: described, layers: texts };
}

/**
 * For each language L: Σ over the language features f of L with activation a(f) > 0 of a(f) · v(f, L) / μ(f, L), the part of
 * each feature's activation that its mean on the other languages does not explain. Features with μ(f, L) ≤ 0 are left out.
 *
 * @returns K sums, in the unit of the activations
 */
export function spokenFor(
  firing: readonly ActiveFeature[],
  features: LanguageFeatures,
  languages: number,
): Float64Array {
  const sums = new Float64Array(languages);
  for (const { feature, activation } of firing) {
    if (activation <= 0) continue;
    for (const { language, own } of features.get(feature) ?? [])
      sums[language] = (sums[language] as number) + activation * own;
  }
  return sums;
}

/** The sums as shares of their total, the largest first (ties: the run's order); nothing where all are 0. */
export function sharesOf(sums: Float64Array, languages: readonly string[]): Shares {
  const total = sums.reduce((sum, weight) => sum + weight, 0);
  return languages
    .map((language, at) => ({ language, share: (sums[at] as number) / total }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share);
}

/** Ties in activation go to the lower feature number. */
function strongest(
  firing: readonly ActiveFeature[],
  features: LanguageFeatures,
  languages: readonly string[],
  topK: number,
): ExploredToken["layers"][number]["features"] {
  return firing
    .filter(({ feature, activation }) => activation > 0 && features.has(feature))
    .sort((a, b) => b.activation - a.activation || a.feature - b.feature)
    .slice(0, topK)
    .map(({ feature, activation }) => {
      const [best] = features.get(feature) as readonly [Place, ...Place[]];
      return {
        feature,
        activation: Number(activation.toPrecision(5)),
        language: languages[best.language] as string,
        rank: best.rank,
        v: best.v,
      };
    });
}

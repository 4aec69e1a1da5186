import { Room } from "../room.js";
import type { LanguageSums } from "../runs/sums-file.js";
import type { Ranking } from "./v-score.js";

/** How much `examples.json` holds: the best features of each language and layer, and the strongest texts of each. */
export const EXAMPLE_FEATURES = 10;
export const EXAMPLE_TEXTS = 4;
/** Tokens kept around a text's strongest one. */
export const EXAMPLE_WINDOW = 64;

/** A text to show for a feature. */
export interface ExampleChoice {
  layer: number;
  feature: number;
  language: string;
  text: number;
  /** Largest activation, and its position in the text. */
  max: number;
  position: number;
}

/** The features that are among the best of any language. */
export function bestFeatures({ languages, features, index }: Ranking): Set<number> {
  const best = new Set<number>();
  for (let k = 0; k < languages; k++) {
    const row = index.subarray(k * features, k * features + Math.min(EXAMPLE_FEATURES, features));
    for (const feature of row) best.add(feature);
  }
  return best;
}

/**
 * For each of these features of a layer: the texts, of any language, in which it is strongest (ties: earlier language, earlier
 * text). By rising feature number, each feature's texts by falling maximum.
 */
export function chooseExamples(
  layer: number,
  features: Iterable<number>,
  languages: readonly LanguageSums[],
): ExampleChoice[] {
  const room = new Room();
  const wanted = new Map<number, ExampleChoice[]>();
  for (const feature of features) wanted.set(feature, []);
  for (const { language, counted, layers } of languages) {
    const sums = layers.get(layer, room);
    if (sums === undefined) continue;
    for (let text = 0; text < counted.length; text++) {
      const end = sums.indptr[text + 1] as number;
      for (let at = sums.indptr[text] as number; at < end; at++) {
        const feature = sums.feature[at] as number;
        const found = wanted.get(feature);
        if (found === undefined) continue;
        const max = sums.max[at] as number;
        if (found.length === EXAMPLE_TEXTS && max <= (found.at(-1) as ExampleChoice).max) continue;
        // Behind its equals, which came before it.
        const place = found.findIndex((other) => other.max < max);
        const choice = { layer, feature, language, text, max, position: sums.where[at] as number };
        found.splice(place < 0 ? found.length : place, 0, choice);
        if (found.length > EXAMPLE_TEXTS) found.pop();
      }
    }
  }
  return [...wanted].sort(([a], [b]) => a - b).flatMap(([, found]) => found);
}

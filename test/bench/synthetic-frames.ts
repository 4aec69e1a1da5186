import { type ActivationsFrame, FIRST_POSITION, SPECIAL } from "../../src/engine/frames.js";
import type { Shard } from "../../src/plan.js";
import { Draws, seedOf } from "../../src/reduce/random.js";
import type { SyntheticSize } from "./asked-size.js";

/** A language is of one of so many families, whose languages share features. */
export const familiesOf = (languages: number): number => Math.max(2, Math.ceil(languages / 12));
export const familyOf = (language: number, languages: number): number =>
  language % familiesOf(languages);

/** Of 20 that fire on a token so many are of its language alone, so many of its family, and the others common. */
const [OWN, SHARED, OF] = [2, 5, 20];
/** How skewed the common ones are: which of them fires is an even share of all to this power. */
const SKEW = 5;
/** How much stronger than a common feature one of a family is, and one of a language. */
const [STRENGTH_SHARED, STRENGTH_OWN] = [2, 3];
const SIZES = 4096;
const ROLE = FIRST_POSITION | SPECIAL;

/**
 * Activations as the engine sends them: each text opens with a special token, then come tokens on which features of its language, of its
 * family and common ones fire. Every number hangs on seed, layer, language and text alone, in whatever batches they are asked for.
 */
export class SyntheticModel {
  /** By layer: features in an order of its own; first those of languages, then those of families, then the common ones. */
  private readonly orders: Uint32Array[];
  private readonly sizes: Float32Array;
  private readonly own: number;
  private readonly shared: number;
  private readonly families: number;

  constructor(private readonly asked: SyntheticSize) {
    const { languages, layers, features, seed } = asked;
    this.families = familiesOf(languages);
    this.own = Math.max(1, Math.min(12, Math.floor(features / (4 * languages))));
    this.shared = 2 * this.own;
    this.orders = Array.from({ length: layers }, (_, layer) => shuffled(features, seed, layer));
    const draws = new Draws(seedOf(seed, "sizes"));
    // Nearly normal, by the sum of twelve even numbers; of that, e to the power.
    const even = () => draws.below(2 ** 20) / 2 ** 20;
    const normal = () => Array.from({ length: 12 }, even).reduce((sum, each) => sum + each, -6);
    this.sizes = Float32Array.from({ length: SIZES }, () => Math.exp(normal() / 2));
  }

  /** Features that fire on no other language. */
  ownFeatures(layer: number, language: number): Set<number> {
    const order = this.orders[layer] as Uint32Array;
    return new Set(order.subarray(language * this.own, (language + 1) * this.own));
  }

  /** All tokens of each text, the special one included. */
  tokens(language: number): Uint32Array {
    const { seed, texts, tokensPerText } = this.asked;
    const draws = new Draws(seedOf(seed, "lengths", language));
    return Uint32Array.from({ length: texts }, () => 2 + draws.below(2 * tokensPerText - 1));
  }

  /** Of one layer and batch. @param tokens of all texts of the language */
  frame(
    { language, code, layer }: { language: number; code: string; layer: number },
    { shard, texts }: Shard,
    tokens: Uint32Array,
  ): ActivationsFrame {
    const { l0, features } = this.asked;
    const own = texts.map((text) => tokens[text] as number);
    const rows = own.reduce((sum, n) => sum + n, 0);
    const frame = {
      ...{ kind: "activations" as const, job: 1, layer, language: code, shard, byteLength: 0 },
      ...{ text: Uint32Array.from(texts), tokens: Uint32Array.from(own) },
      ...{ position: new Uint32Array(rows), role: new Uint8Array(rows) },
      indptr: new BigUint64Array(rows + 1),
    };
    const feature = new Uint32Array(rows * l0);
    const value = new Float32Array(rows * l0);
    const size = new Float32Array(features);
    let [row, at] = [0, 0];
    for (const [place, text] of texts.entries()) {
      const draws = new Draws(seedOf(this.asked.seed, "text", layer, language, text));
      const last = row + (own[place] as number);
      for (let position = 0; row < last; row++, position++) {
        frame.position[row] = position;
        frame.role[row] = position === 0 ? ROLE : 0;
        const firing = feature.subarray(at, at + l0);
        const count = this.fire({ layer, language }, draws, size, firing);
        for (const f of firing.subarray(0, count).sort()) {
          value[at++] = size[f] as number;
          size[f] = 0;
        }
        frame.indptr[row + 1] = BigInt(at);
      }
    }
    return { ...frame, feature: feature.slice(0, at), value: value.slice(0, at) };
  }

  /** Draws what fires on a token. @returns how many */
  private fire(
    { layer, language }: { layer: number; language: number },
    draws: Draws,
    size: Float32Array,
    firing: Uint32Array,
  ): number {
    const { languages, features, l0 } = this.asked;
    const order = this.orders[layer] as Uint32Array;
    const ofFamilies = languages * this.own;
    const common = ofFamilies + this.families * this.shared;
    let count = 0;
    for (let draw = 0; draw < l0; draw++) {
      const drawn = draws.below(2 ** 30);
      const kind = drawn % OF;
      const share = drawn / 2 ** 30;
      const within =
        kind < OWN
          ? language * this.own + Math.floor(share * this.own)
          : kind < OWN + SHARED
            ? ofFamilies +
              familyOf(language, languages) * this.shared +
              Math.floor(share * this.shared)
            : common + Math.floor(share ** SKEW * (features - common));
      const f = order[within] as number;
      if (size[f] !== 0) continue;
      const strength = kind < OWN ? STRENGTH_OWN : kind < OWN + SHARED ? STRENGTH_SHARED : 1;
      size[f] = strength * (this.sizes[(drawn >>> 5) % SIZES] as number);
      firing[count++] = f;
    }
    return count;
  }
}

function shuffled(features: number, seed: number, layer: number): Uint32Array {
  const order = Uint32Array.from({ length: features }, (_, f) => f);
  const draws = new Draws(seedOf(seed, "order", layer));
  for (let at = features - 1; at > 0; at--) {
    const other = draws.below(at + 1);
    [order[at], order[other]] = [order[other] as number, order[at] as number];
  }
  return order;
}

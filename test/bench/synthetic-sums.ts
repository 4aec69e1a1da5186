import { Draws, seedOf } from "../../src/reduce/random.js";
import type { LayerTextSums } from "../../src/reduce/text-sums.js";
import type { LanguageSums } from "../../src/runs/sums-file.js";
import type { SyntheticSize } from "./asked-size.js";

/** Of the logarithm of a feature's rate: over features, and of one feature over languages. */
const SPREAD = { features: 2, languages: 0.5 };
/** No feature fires on more than this share of tokens. */
const MOST = 0.9;

/**
 * Per-text sums as a dictionary of that sparsity has them: rates are log-normal, so that a few features fire nearly everywhere and most
 * on few texts; a feature that fires in a text fires there again (counts are geometric); sums are log-normal in what they add.
 * Texts of the same number are translations.
 *
 * @param language its number
 */
export function syntheticSums(asked: SyntheticSize, language: number): LanguageSums {
  const { texts, layers, tokensPerText, seed } = asked;
  const lengths = new Noise(seed, "lengths", language);
  const counted = Uint32Array.from(
    { length: texts },
    () => 1 + Math.floor(2 * (tokensPerText - 0.5) * lengths.share()),
  );
  return {
    language: `l${String(language).padStart(3, "0")}_Latn`,
    provenance: { synthetic: JSON.stringify(asked) },
    texts: Array.from({ length: texts }, (_, t) => ({
      id: `t${t}`,
      sha256: t.toString(16).padStart(16, "0"),
    })),
    counted,
    tokens: counted.map((n) => n + 1),
    layers: new Map(
      Array.from({ length: layers }, (_, layer) => [
        layer,
        layerSums(asked, counted, layer, language),
      ]),
    ),
  };
}

function layerSums(
  { features, l0, seed }: SyntheticSize,
  counted: Uint32Array,
  layer: number,
  language: number,
): LayerTextSums {
  const shared = new Noise(seed, "rates", layer);
  const own = new Noise(seed, "language", layer, language);
  const typical = (l0 / features) * Math.exp(-(SPREAD.features ** 2 + SPREAD.languages ** 2) / 2);
  const [text, feature, sum, active]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (let f = 0; f < features; f++) {
    const size = Math.exp(shared.normal());
    const logRate = SPREAD.features * shared.normal() + SPREAD.languages * own.normal();
    const rate = Math.min(MOST, typical * Math.exp(logRate));
    for (let t = 0; t < counted.length; t++) {
      const n = counted[t] as number;
      // Of a geometric count of mean n · rate.
      const again = (n * rate) / (1 + n * rate);
      if (own.share() >= again) continue;
      let times = 1;
      while (times < n && own.share() < again) times += 1;
      text.push(t);
      feature.push(f);
      sum.push(times * size * Math.exp(own.normal() / 2));
      active.push(times);
    }
  }
  return textByText({ text, feature, sum, active }, counted.length, features);
}

/** From entries feature by feature to what is stored, text by text. */
function textByText(
  entries: Record<"text" | "feature" | "sum" | "active", readonly number[]>,
  texts: number,
  features: number,
): LayerTextSums {
  const indptr = new Uint32Array(texts + 1);
  for (const t of entries.text) indptr[t + 1] = (indptr[t + 1] as number) + 1;
  for (let t = 0; t < texts; t++) indptr[t + 1] = (indptr[t + 1] as number) + (indptr[t] as number);
  const next = indptr.slice();
  const size = entries.text.length;
  const sums: LayerTextSums = {
    ...{ features, indptr, feature: new Uint32Array(size), sum: new Float32Array(size) },
    ...{ active: new Uint32Array(size), max: new Float32Array(size), where: new Uint32Array(size) },
    first: {
      feature: new Uint32Array(0),
      sum: new Float32Array(0),
      uncounted: new Float32Array(0),
    },
  };
  for (const [entry, t] of entries.text.entries()) {
    const at = next[t] as number;
    next[t] = at + 1;
    sums.feature[at] = entries.feature[entry] as number;
    sums.sum[at] = entries.sum[entry] as number;
    sums.active[at] = entries.active[entry] as number;
    sums.max[at] = (entries.sum[entry] as number) / (entries.active[entry] as number);
  }
  return sums;
}

/** Even and normal numbers from the project's draws. */
class Noise {
  private readonly draws: Draws;

  constructor(...what: (string | number)[]) {
    this.draws = new Draws(seedOf(...what));
  }

  /** Within (0, 1). */
  share(): number {
    return (this.draws.below(2 ** 31) + 0.5) / 2 ** 31;
  }

  /** Box and Muller (1958). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(this.share())) * Math.cos(2 * Math.PI * this.share());
  }
}

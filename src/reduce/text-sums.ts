import { type ActivationsFrame, FIRST_POSITION, SPECIAL } from "../engine/frames.js";
import { joinTexts, type TextShelf, type TextSum } from "./joined-texts.js";

/** Which tokens count towards a mean. Padding never arrives. */
export interface TokenRule {
  special_tokens: "drop" | "keep";
  first_token: "drop" | "keep";
}

/** The role bits of which a token that counts has none. */
export const uncountedRoles = (rule: TokenRule): number =>
  (rule.special_tokens === "drop" ? SPECIAL : 0) |
  (rule.first_token === "drop" ? FIRST_POSITION : 0);

/** Whether a token with these role bits counts. A BOS at the first position needs both rules to say keep. */
export const isCounted = (role: number, rule: TokenRule): boolean =>
  (role & uncountedRoles(rule)) === 0;

/**
 * Sums of one layer and language: for every text, in text order, its active features ascending (CSR over T texts, M active
 * pairs). Activations of tokens that do not count are not in it.
 */
export interface LayerTextSums {
  features: number;
  /** Length T + 1. */
  indptr: Uint32Array;
  feature: Uint32Array;
  /** Σ of the activation over the text's counted tokens. */
  sum: Float32Array;
  /** Counted tokens on which the feature is not zero. */
  active: Uint32Array;
  /** Largest activation, and the position of its token in the text (the first one of equals). */
  max: Float32Array;
  where: Uint32Array;
  /**
   * Σ over texts of the activation at the first position, features ascending: of all of them, and of those that do not
   * count (the rest is in `sum` above too).
   */
  first: { feature: Uint32Array; sum: Float32Array; uncounted: Float32Array };
}

/** Reduces the frames of one layer and language to per-text sums: f64 while summing, f32 once a text is complete. */
export class TextSums {
  private readonly counted: Uint32Array;
  private readonly sum: Float64Array;
  private readonly active: Uint32Array;
  private readonly max: Float32Array;
  private readonly where: Uint32Array;
  private first = { feature: [] as number[], value: [] as number[], uncounted: [] as number[] };
  /** Position that the open text's next token must have. */
  private expected = 0;
  /** Features that fire in the open text, as they come: the first `firing` of it. */
  private readonly touched: Uint32Array;
  private firing = 0;
  private current = -1;

  /**
   * @param features width of the dictionary @param texts how many texts the language has
   * @param shelf where the sums of complete texts are put
   */
  constructor(
    private readonly features: number,
    texts: number,
    private readonly rule: TokenRule,
    private readonly shelf: TextShelf = new Map<number, TextSum>(),
  ) {
    this.counted = new Uint32Array(texts);
    this.sum = new Float64Array(features);
    this.active = new Uint32Array(features);
    this.max = new Float32Array(features);
    this.where = new Uint32Array(features);
    this.touched = new Uint32Array(features);
  }

  /** Adds a frame. A text's tokens come in order, in one frame or in consecutive ones. */
  add(frame: ActivationsFrame): void {
    let row = 0;
    for (let i = 0; i < frame.text.length; i++) {
      const text = frame.text[i] as number;
      if (text >= this.counted.length)
        throw new Error(
          `text ${text} of ${frame.language} is not one of the ${this.counted.length} asked for`,
        );
      if (text !== this.current) this.open(text, frame);
      const end = row + (frame.tokens[i] as number);
      for (; row < end; row++) this.addToken(frame, row, text);
    }
  }

  /** The sums of all texts, and how many tokens of each count. @throws Error if a text never came. */
  finish(): { sums: LayerTextSums; counted: Uint32Array } {
    const texts = this.finishTexts([...this.counted.keys()]);
    return { sums: joinTexts(this.features, texts), counted: this.counted };
  }

  /** How many tokens of each text count, of those that came. */
  get countedTokens(): Uint32Array {
    return this.counted;
  }

  /**
   * The sums of those texts that were to come, each by itself: they stay on the shelf, and hold until the next one's are taken.
   *
   * @throws Error if one of them never came
   */
  finishTexts(expected: readonly number[]): Iterable<TextSum> {
    this.flush();
    const { shelf, counted } = this;
    const missing = expected.find((text) => !shelf.has(text));
    if (missing !== undefined)
      throw new Error(`text ${missing} never arrived from the engine (of ${counted.length})`);
    return {
      *[Symbol.iterator]() {
        for (const text of expected) yield shelf.get(text) as TextSum;
      },
    };
  }

  private open(text: number, frame: ActivationsFrame): void {
    this.flush();
    if (this.shelf.has(text)) {
      throw new Error(
        `text ${text} of ${frame.language}, layer ${frame.layer}, came twice from the engine`,
      );
    }
    this.current = text;
    this.expected = 0;
  }

  private addToken(frame: ActivationsFrame, row: number, text: number): void {
    if (frame.position[row] !== this.expected) {
      throw new Error(
        `text ${text} of ${frame.language}, layer ${frame.layer}: position ${frame.position[row]} came where ${this.expected} was due`,
      );
    }
    this.expected += 1;
    const role = frame.role[row] as number;
    const counts = isCounted(role, this.rule);
    const isFirst = (role & FIRST_POSITION) !== 0;
    if (counts) this.counted[text] = (this.counted[text] as number) + 1;
    if (!counts && !isFirst) return;
    const from = Number(frame.indptr[row]);
    const to = Number(frame.indptr[row + 1]);
    this.check(frame, from, to);
    if (isFirst) this.addFirst(frame, from, to, counts);
    if (counts) this.addCounted(frame, from, to, frame.position[row] as number);
  }

  /** @throws Error for a feature that the dictionary has not, and for a value that is no number */
  private check({ feature, value }: ActivationsFrame, from: number, to: number): void {
    for (let at = from; at < to; at++) {
      if ((feature[at] as number) >= this.features)
        throw new Error(`feature ${feature[at]} is beyond the dictionary's ${this.features}`);
      if (!Number.isFinite(value[at]))
        throw new Error(
          `activation of feature ${feature[at]} in text ${this.current} is ${value[at]}`,
        );
    }
  }

  private addFirst(frame: ActivationsFrame, from: number, to: number, counts: boolean): void {
    for (let at = from; at < to; at++) {
      this.first.feature.push(frame.feature[at] as number);
      this.first.value.push(frame.value[at] as number);
      this.first.uncounted.push(counts ? 0 : (frame.value[at] as number));
    }
  }

  /** The innermost loop of a run: once for every activation. */
  private addCounted(frame: ActivationsFrame, from: number, to: number, position: number): void {
    const { feature: features, value: values } = frame;
    const { sum, active, max, where, touched } = this;
    for (let at = from; at < to; at++) {
      const feature = features[at] as number;
      const value = values[at] as number;
      const before = active[feature] as number;
      active[feature] = before + 1;
      if (before === 0) {
        touched[this.firing++] = feature;
        sum[feature] = value;
        max[feature] = value;
        where[feature] = position;
        continue;
      }
      sum[feature] = (sum[feature] as number) + value;
      if (value > (max[feature] as number)) {
        max[feature] = value;
        where[feature] = position;
      }
    }
  }

  private flush(): void {
    if (this.current < 0) return;
    const feature = this.touched.slice(0, this.firing).sort();
    this.shelf.set(this.current, {
      feature,
      sum: picked(new Float32Array(feature.length), this.sum, feature),
      active: picked(new Uint32Array(feature.length), this.active, feature),
      max: picked(new Float32Array(feature.length), this.max, feature),
      where: picked(new Uint32Array(feature.length), this.where, feature),
      first: {
        feature: Uint32Array.from(this.first.feature),
        value: Float32Array.from(this.first.value),
        uncounted: Float32Array.from(this.first.uncounted),
      },
    });
    this.first = { feature: [], value: [], uncounted: [] };
    for (const f of feature) this.active[f] = 0;
    this.firing = 0;
    this.current = -1;
  }
}

/** What an array has at some places. `from` with a function takes many times as long. */
function picked<A extends Float32Array | Uint32Array>(
  into: A,
  from: Float64Array | Float32Array | Uint32Array,
  places: Uint32Array,
): A {
  for (let at = 0; at < places.length; at++) into[at] = from[places[at] as number] as number;
  return into;
}

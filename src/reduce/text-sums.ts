import { type ActivationsFrame, FIRST_POSITION, SPECIAL } from "../engine/frames.js";
import { joinTexts, type TextSum } from "./joined-texts.js";

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
  private readonly texts: (TextSum | undefined)[];
  private readonly counted: Uint32Array;
  private readonly sum: Float64Array;
  private readonly active: Uint32Array;
  private readonly max: Float32Array;
  private readonly where: Uint32Array;
  private first = { feature: [] as number[], value: [] as number[], uncounted: [] as number[] };
  /** Position that the open text's next token must have. */
  private expected = 0;
  private touched: number[] = [];
  private current = -1;

  /** @param features width of the dictionary @param texts how many texts the language has */
  constructor(
    private readonly features: number,
    texts: number,
    private readonly rule: TokenRule,
  ) {
    this.texts = new Array(texts).fill(undefined);
    this.counted = new Uint32Array(texts);
    this.sum = new Float64Array(features);
    this.active = new Uint32Array(features);
    this.max = new Float32Array(features);
    this.where = new Uint32Array(features);
  }

  /** Adds a frame. A text's tokens come in order, in one frame or in consecutive ones. */
  add(frame: ActivationsFrame): void {
    let row = 0;
    for (let i = 0; i < frame.text.length; i++) {
      const text = frame.text[i] as number;
      if (text >= this.texts.length)
        throw new Error(
          `text ${text} of ${frame.language} is not one of the ${this.texts.length} asked for`,
        );
      if (text !== this.current) this.open(text, frame);
      const end = row + (frame.tokens[i] as number);
      for (; row < end; row++) this.addToken(frame, row, text);
    }
  }

  /** The sums of all texts, and how many tokens of each count. @throws Error if a text never came. */
  finish(): { sums: LayerTextSums; counted: Uint32Array } {
    const texts = this.finishTexts([...this.texts.keys()]);
    return { sums: joinTexts(this.features, texts), counted: this.counted };
  }

  /** How many tokens of each text count, of those that came. */
  get countedTokens(): Uint32Array {
    return this.counted;
  }

  /** The sums of those texts that were to come, each by itself. @throws Error if one of them never came. */
  finishTexts(expected: readonly number[]): TextSum[] {
    this.flush();
    return expected.map((text) => {
      const sum = this.texts[text];
      if (sum === undefined)
        throw new Error(`text ${text} never arrived from the engine (of ${this.texts.length})`);
      return sum;
    });
  }

  private open(text: number, frame: ActivationsFrame): void {
    this.flush();
    if (this.texts[text] !== undefined) {
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
    const end = Number(frame.indptr[row + 1]);
    for (let at = Number(frame.indptr[row]); at < end; at++) {
      const feature = frame.feature[at] as number;
      const value = frame.value[at] as number;
      if (feature >= this.features)
        throw new Error(`feature ${feature} is beyond the dictionary's ${this.features}`);
      if (!Number.isFinite(value))
        throw new Error(`activation of feature ${feature} in text ${text} is ${value}`);
      if (isFirst) {
        this.first.feature.push(feature);
        this.first.value.push(value);
        this.first.uncounted.push(counts ? 0 : value);
      }
      if (!counts) continue;
      if (this.active[feature] === 0) {
        this.touched.push(feature);
        this.max[feature] = Number.NEGATIVE_INFINITY;
      }
      this.sum[feature] = (this.sum[feature] as number) + value;
      this.active[feature] = (this.active[feature] as number) + 1;
      if (value > (this.max[feature] as number)) {
        this.max[feature] = value;
        this.where[feature] = frame.position[row] as number;
      }
    }
  }

  private flush(): void {
    if (this.current < 0) return;
    const feature = Uint32Array.from(this.touched).sort();
    this.texts[this.current] = {
      feature,
      sum: Float32Array.from(feature, (f) => this.sum[f] as number),
      active: Uint32Array.from(feature, (f) => this.active[f] as number),
      max: Float32Array.from(feature, (f) => this.max[f] as number),
      where: Uint32Array.from(feature, (f) => this.where[f] as number),
      first: {
        feature: Uint32Array.from(this.first.feature),
        value: Float32Array.from(this.first.value),
        uncounted: Float32Array.from(this.first.uncounted),
      },
    };
    this.first = { feature: [], value: [], uncounted: [] };
    for (const f of this.touched) {
      this.sum[f] = 0;
      this.active[f] = 0;
    }
    this.touched = [];
    this.current = -1;
  }
}

import type { ActivationsFrame } from "../engine/frames.js";
import { EXAMPLE_TEXTS } from "./examples.js";
import { isCounted, type TokenRule } from "./text-sums.js";

/**
 * Of one layer and language: for every feature that fires, the few texts in which its maximum is largest (ties: the earlier text), each
 * with the feature's activations on its counted tokens. A features, E texts of theirs, N activations.
 */
export interface LayerStrongest {
  /** Length A, ascending. */
  feature: Uint32Array;
  /** Length A + 1: where each feature's texts begin. They are by falling maximum. */
  texts: Uint32Array;
  /** Length E. */
  text: Uint32Array;
  /** Length E + 1: where each text's activations begin. They are by rising position. */
  tokens: Uint32Array;
  /** Length N: the token's position in its text, and the activation, which is not 0. */
  position: Uint32Array;
  value: Float32Array;
}

const FREE = 0xffffffff;

/** Keeps, from the frames of one layer and language, the texts in which each feature is strongest. */
export class StrongestTexts {
  private readonly text: Uint32Array;
  private readonly max: Float32Array;
  private readonly from: Uint32Array;
  private readonly length: Uint32Array;
  private kept = new Pairs();
  /** Of what is kept, so many activations are of texts that stronger ones have displaced. */
  private displaced = 0;

  private current = FREE;
  /** Features that fire in the open text, as they come: the first `firing` of it. */
  private readonly touched: Uint32Array;
  private firing = 0;
  private readonly active: Uint32Array;
  private readonly openMax: Float32Array;
  /** Where the open text's next activation of a feature goes; FREE for a feature whose text is not among its strongest. */
  private readonly next: Uint32Array;
  private readonly open = new OpenPairs();

  /** @param features width of the dictionary */
  constructor(
    features: number,
    private readonly rule: TokenRule,
  ) {
    this.text = new Uint32Array(features * EXAMPLE_TEXTS).fill(FREE);
    this.max = new Float32Array(features * EXAMPLE_TEXTS);
    this.from = new Uint32Array(features * EXAMPLE_TEXTS);
    this.length = new Uint32Array(features * EXAMPLE_TEXTS);
    this.touched = new Uint32Array(features);
    this.active = new Uint32Array(features);
    this.openMax = new Float32Array(features);
    this.next = new Uint32Array(features).fill(FREE);
  }

  /** Adds a frame. A text's tokens come in order, in one frame or in consecutive ones. */
  add(frame: ActivationsFrame): void {
    let row = 0;
    for (let i = 0; i < frame.text.length; i++) {
      const text = frame.text[i] as number;
      if (text !== this.current) {
        this.close();
        this.current = text;
      }
      const end = row + (frame.tokens[i] as number);
      for (; row < end; row++) {
        if (isCounted(frame.role[row] as number, this.rule)) this.addToken(frame, row);
      }
    }
  }

  finish(): LayerStrongest {
    this.close();
    const { text, kept } = this;
    const all = text.reduce((count, each) => (each === FREE ? count : count + 1), 0);
    const slots = new Uint32Array(all);
    const tokens = new Uint32Array(all + 1);
    const feature: number[] = [];
    const texts = [0];
    let e = 0;
    for (let slot = 0; slot < text.length; slot++) {
      if (text[slot] !== FREE) {
        slots[e] = slot;
        tokens[e + 1] = (tokens[e] as number) + (this.length[slot] as number);
        e += 1;
      }
      const isLast = (slot + 1) % EXAMPLE_TEXTS === 0;
      if (!isLast || e === texts.at(-1)) continue;
      feature.push(Math.floor(slot / EXAMPLE_TEXTS));
      texts.push(e);
    }
    const position = new Uint32Array(tokens[all] as number);
    const value = new Float32Array(position.length);
    for (let each = 0; each < all; each++) {
      let at = this.from[slots[each] as number] as number;
      for (let to = tokens[each] as number; to < (tokens[each + 1] as number); to++, at++) {
        position[to] = kept.position[at] as number;
        value[to] = kept.value[at] as number;
      }
    }
    return {
      feature: Uint32Array.from(feature),
      texts: Uint32Array.from(texts),
      text: slots.map((slot) => text[slot] as number),
      tokens,
      position,
      value,
    };
  }

  /** Activations are kept until their text is complete, and how often and how strongly each feature fires. */
  private addToken(frame: ActivationsFrame, row: number): void {
    const from = Number(frame.indptr[row]);
    const to = Number(frame.indptr[row + 1]);
    const begin = this.open.append(frame, from, to, frame.position[row] as number);
    const { feature: features, value: values } = this.open;
    const { active, openMax, touched } = this;
    for (let at = begin; at < begin + to - from; at++) {
      const feature = features[at] as number;
      const value = values[at] as number;
      const before = active[feature] as number;
      active[feature] = before + 1;
      if (before === 0) touched[this.firing++] = feature;
      if (before === 0 || value > (openMax[feature] as number)) openMax[feature] = value;
    }
  }

  /** The open text is complete: where it is among a feature's strongest, its activations are kept. */
  private close(): void {
    const { active, next, open, kept } = this;
    const touched = this.touched.subarray(0, this.firing);
    for (const feature of touched) {
      const slot = this.slotFor(feature);
      if (slot < 0) continue;
      const length = active[feature] as number;
      this.from[slot] = kept.count;
      this.length[slot] = length;
      next[feature] = kept.count;
      kept.reserve(length);
    }
    const { position, value } = kept;
    for (let at = 0; at < open.count; at++) {
      const feature = open.feature[at] as number;
      const to = next[feature] as number;
      if (to === FREE) continue;
      position[to] = open.position[at] as number;
      value[to] = open.value[at] as number;
      next[feature] = to + 1;
    }
    for (const feature of touched) {
      active[feature] = 0;
      next[feature] = FREE;
    }
    this.firing = 0;
    open.count = 0;
    this.current = FREE;
    if (2 * this.displaced > kept.count && kept.count > this.text.length) this.keepPlaced();
  }

  /** Lets go of what is no longer needed. */
  private keepPlaced(): void {
    const all = this.kept;
    this.kept = new Pairs();
    for (let slot = 0; slot < this.text.length; slot++) {
      if (this.text[slot] === FREE) continue;
      const from = this.from[slot] as number;
      const to = this.kept.count;
      this.kept.reserve(this.length[slot] as number);
      this.kept.position.set(all.position.subarray(from, from + this.kept.count - to), to);
      this.kept.value.set(all.value.subarray(from, from + this.kept.count - to), to);
      this.from[slot] = to;
    }
    this.displaced = 0;
  }

  /** Makes room for the open text in the order of a feature's strongest; −1 where it is not among them. */
  private slotFor(feature: number): number {
    const first = feature * EXAMPLE_TEXTS;
    const max = this.openMax[feature] as number;
    let slot = first + EXAMPLE_TEXTS;
    while (slot > first && this.isBehind(slot - 1, max)) slot--;
    if (slot === first + EXAMPLE_TEXTS) return -1;
    const { text, max: maxima, from, length } = this;
    const last = first + EXAMPLE_TEXTS - 1;
    if (text[last] !== FREE) this.displaced += length[last] as number;
    for (let to = last; to > slot; to--) {
      text[to] = text[to - 1] as number;
      maxima[to] = maxima[to - 1] as number;
      from[to] = from[to - 1] as number;
      length[to] = length[to - 1] as number;
    }
    this.text[slot] = this.current;
    this.max[slot] = max;
    return slot;
  }

  private isBehind(slot: number, max: number): boolean {
    if (this.text[slot] === FREE) return true;
    const own = this.max[slot] as number;
    return own < max || (own === max && (this.text[slot] as number) > this.current);
  }
}

/** Positions and values, as many as it takes. */
class Pairs {
  position = new Uint32Array(1024);
  value = new Float32Array(1024);
  count = 0;

  reserve(more: number): void {
    this.count += more;
    if (this.count <= this.position.length) return;
    this.widen(Math.max(this.count, 2 * this.position.length));
  }

  protected widen(length: number): void {
    this.position = widened(new Uint32Array(length), this.position);
    this.value = widened(new Float32Array(length), this.value);
  }
}

/** The same with the feature of each. */
class OpenPairs extends Pairs {
  feature = new Uint32Array(1024);

  /** Adds a token's activations. @returns where they begin */
  append(frame: ActivationsFrame, from: number, to: number, position: number): number {
    const begin = this.count;
    this.reserve(to - from);
    this.feature.set(frame.feature.subarray(from, to), begin);
    this.value.set(frame.value.subarray(from, to), begin);
    this.position.fill(position, begin, this.count);
    return begin;
  }

  protected override widen(length: number): void {
    super.widen(length);
    this.feature = widened(new Uint32Array(length), this.feature);
  }
}

function widened<A extends Uint32Array | Float32Array>(into: A, from: A): A {
  into.set(from);
  return into;
}

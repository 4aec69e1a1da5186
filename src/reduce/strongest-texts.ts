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
  private readonly kept = new Pairs();

  private current = FREE;
  private touched: number[] = [];
  private readonly active: Uint32Array;
  private readonly openMax: Float32Array;
  /** Where the open text's next activation of a feature goes; FREE for a feature whose text is not among its strongest. */
  private readonly next: Uint32Array;
  private readonly open = new Pairs();
  private openFeature = new Uint32Array(1024);

  /** @param features width of the dictionary */
  constructor(
    private readonly features: number,
    private readonly rule: TokenRule,
  ) {
    this.text = new Uint32Array(features * EXAMPLE_TEXTS).fill(FREE);
    this.max = new Float32Array(features * EXAMPLE_TEXTS);
    this.from = new Uint32Array(features * EXAMPLE_TEXTS);
    this.length = new Uint32Array(features * EXAMPLE_TEXTS);
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
    const feature: number[] = [];
    const texts = [0];
    const slots: number[] = [];
    for (let f = 0; f < this.features; f++) {
      const before = slots.length;
      for (let slot = f * EXAMPLE_TEXTS; slot < (f + 1) * EXAMPLE_TEXTS; slot++)
        if (this.text[slot] !== FREE) slots.push(slot);
      if (slots.length === before) continue;
      feature.push(f);
      texts.push(slots.length);
    }
    const tokens = new Uint32Array(slots.length + 1);
    slots.forEach((slot, e) => {
      tokens[e + 1] = (tokens[e] as number) + (this.length[slot] as number);
    });
    const position = new Uint32Array(tokens.at(-1) as number);
    const value = new Float32Array(position.length);
    slots.forEach((slot, e) => {
      const from = this.from[slot] as number;
      const to = from + (this.length[slot] as number);
      position.set(this.kept.position.subarray(from, to), tokens[e]);
      value.set(this.kept.value.subarray(from, to), tokens[e]);
    });
    return {
      feature: Uint32Array.from(feature),
      texts: Uint32Array.from(texts),
      text: Uint32Array.from(slots, (slot) => this.text[slot] as number),
      tokens,
      position,
      value,
    };
  }

  private addToken(frame: ActivationsFrame, row: number): void {
    const position = frame.position[row] as number;
    const end = Number(frame.indptr[row + 1]);
    for (let at = Number(frame.indptr[row]); at < end; at++) {
      const feature = frame.feature[at] as number;
      const value = frame.value[at] as number;
      if (this.active[feature] === 0) {
        this.touched.push(feature);
        this.openMax[feature] = value;
      } else if (value > (this.openMax[feature] as number)) this.openMax[feature] = value;
      this.active[feature] = (this.active[feature] as number) + 1;
      if (this.open.count === this.openFeature.length) {
        const wider = new Uint32Array(2 * this.openFeature.length);
        wider.set(this.openFeature);
        this.openFeature = wider;
      }
      this.openFeature[this.open.count] = feature;
      this.open.push(position, value);
    }
  }

  /** The open text is complete: where it is among a feature's strongest, its activations are kept. */
  private close(): void {
    for (const feature of this.touched) {
      const slot = this.slotFor(feature);
      if (slot >= 0) {
        this.from[slot] = this.kept.count;
        this.length[slot] = this.active[feature] as number;
        this.next[feature] = this.kept.count;
        this.kept.reserve(this.active[feature] as number);
      }
    }
    for (let at = 0; at < this.open.count; at++) {
      const feature = this.openFeature[at] as number;
      const to = this.next[feature] as number;
      if (to === FREE) continue;
      this.kept.position[to] = this.open.position[at] as number;
      this.kept.value[to] = this.open.value[at] as number;
      this.next[feature] = to + 1;
    }
    for (const feature of this.touched) {
      this.active[feature] = 0;
      this.next[feature] = FREE;
    }
    this.touched = [];
    this.open.count = 0;
    this.current = FREE;
  }

  /** Makes room for the open text in the order of a feature's strongest; −1 where it is not among them. */
  private slotFor(feature: number): number {
    const first = feature * EXAMPLE_TEXTS;
    const max = this.openMax[feature] as number;
    let slot = first + EXAMPLE_TEXTS;
    while (slot > first && this.isBehind(slot - 1, max)) slot--;
    if (slot === first + EXAMPLE_TEXTS) return -1;
    const last = first + EXAMPLE_TEXTS - 1;
    for (const column of [this.text, this.max, this.from, this.length])
      column.copyWithin(slot + 1, slot, last);
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

  push(position: number, value: number): void {
    const at = this.count;
    this.reserve(1);
    this.position[at] = position;
    this.value[at] = value;
  }

  reserve(more: number): void {
    this.count += more;
    if (this.count <= this.position.length) return;
    const length = Math.max(this.count, 2 * this.position.length);
    const position = new Uint32Array(length);
    position.set(this.position);
    const value = new Float32Array(length);
    value.set(this.value);
    this.position = position;
    this.value = value;
  }
}

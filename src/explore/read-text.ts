import type { ActivationsFrame } from "../engine/frames.js";
import { PieceCutter } from "../engine/piece-cutter.js";
import { isCounted, type TokenRule } from "../reduce/text-sums.js";
import type { ExploredToken } from "./explored-text.js";

export interface ActiveFeature {
  feature: number;
  activation: number;
}

/** A text as the engine read it. */
export interface ReadText {
  tokens: Omit<ExploredToken, "layers">[];
  /** By layer, what fires on each token; nothing on one that does not count. */
  active: ReadonlyMap<number, readonly (readonly ActiveFeature[])[]>;
}

/** Puts one text together from its frames: layer after layer, each in one frame or in consecutive ones. */
export class TextReader {
  private readonly tokens: ReadText["tokens"] = [];
  private readonly active: Map<number, ActiveFeature[][]>;
  private readonly cutter: PieceCutter;

  constructor(
    text: string,
    layers: readonly number[],
    private readonly rule: TokenRule,
  ) {
    this.cutter = new PieceCutter(text);
    this.active = new Map(layers.map((layer) => [layer, []]));
  }

  /** @throws Error where the frame is not the next of this text */
  add(frame: ActivationsFrame): void {
    const rows = this.active.get(frame.layer);
    if (rows === undefined || frame.spelling === undefined)
      throw new Error(`the engine sent layer ${frame.layer} without being asked, or no spelling`);
    const { start, end, pieces } = frame.spelling;
    for (let row = 0; row < frame.position.length; row++) {
      const position = rows.length;
      if (frame.position[row] !== position)
        throw new Error(
          `layer ${frame.layer}: position ${frame.position[row]} came where ${position} was due`,
        );
      const counted = isCounted(frame.role[row] as number, this.rule);
      if (position === this.tokens.length) {
        const [from, to] = [start[row] as number, end[row] as number];
        const piece = this.cutter.next(from, to, pieces[row] as string);
        this.tokens.push({ piece, start: from, end: to, counted });
      }
      rows.push(counted ? firingOn(frame, row) : []);
    }
  }

  /** @throws Error where a layer did not come whole */
  finish(): ReadText {
    for (const [layer, { length }] of this.active) {
      if (length !== this.tokens.length)
        throw new Error(`layer ${layer} has ${length} of the text's ${this.tokens.length} tokens`);
    }
    return { tokens: this.tokens, active: this.active };
  }
}

function firingOn({ indptr, feature, value }: ActivationsFrame, row: number): ActiveFeature[] {
  const [from, to] = [Number(indptr[row]), Number(indptr[row + 1])];
  return Array.from(feature.subarray(from, to), (number, at) => ({
    feature: number,
    activation: value[from + at] as number,
  }));
}

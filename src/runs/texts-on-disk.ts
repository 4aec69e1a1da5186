import { bytesOf } from "../engine/safetensors.js";
import type { TextShelf, TextSum } from "../reduce/joined-texts.js";
import { Room } from "../room.js";
import { ScratchFile } from "./scratch-file.js";

/** Where a text's sums begin in the file, and how many there are of active features and at its first position. */
interface Place {
  at: number;
  pairs: number;
  firsts: number;
}

/** Bytes of an active feature, and of an activation at the first position. */
const PAIR_BYTES = 20;
const FIRST_BYTES = 12;

/**
 * The sums of a language's texts, layer by layer, while they come: in a file that is not finished, so that of however many texts one
 * is in memory.
 */
export class TextsOnDisk {
  private readonly scratch: ScratchFile;
  private readonly layers = new Map<number, Map<number, Place>>();
  private readonly room = new Room();
  private end = 0;

  /** @param path beside which they lie @throws VscoreError (environment) where the place is not writable */
  constructor(path: string) {
    this.scratch = new ScratchFile(path);
  }

  of(layer: number): TextShelf {
    const places = this.layers.get(layer) ?? new Map<number, Place>();
    this.layers.set(layer, places);
    return {
      has: (text) => places.has(text),
      set: (text, sum) => places.set(text, this.write(sum)),
      get: (text) => {
        const place = places.get(text);
        return place && this.read(place);
      },
    };
  }

  clear(): void {
    this.layers.clear();
    this.end = 0;
    this.scratch.clear();
  }

  /** Takes the file away. */
  close(): void {
    this.scratch.close();
  }

  private write({ first, ...text }: TextSum): Place {
    const place = { at: this.end, pairs: text.feature.length, firsts: first.feature.length };
    const bytes = this.room.bytes("written", bytesIn(place));
    let to = 0;
    for (const each of [
      ...[text.feature, text.sum, text.active, text.max, text.where],
      ...[first.feature, first.value, first.uncounted],
    ]) {
      bytes.set(bytesOf(each), to);
      to += each.byteLength;
    }
    this.scratch.write(bytes, place.at);
    this.end += bytes.length;
    return place;
  }

  private read(place: Place): TextSum {
    const bytes = this.room.bytes("read", bytesIn(place));
    this.scratch.read(place.at, bytes);
    let from = 0;
    const next = <A>(
      Numbers: new (of: ArrayBuffer, at: number, length: number) => A,
      n: number,
    ) => {
      const numbers = new Numbers(bytes.buffer, from, n);
      from += 4 * n;
      return numbers;
    };
    const { pairs, firsts } = place;
    return {
      feature: next(Uint32Array, pairs),
      sum: next(Float32Array, pairs),
      active: next(Uint32Array, pairs),
      max: next(Float32Array, pairs),
      where: next(Uint32Array, pairs),
      first: {
        feature: next(Uint32Array, firsts),
        value: next(Float32Array, firsts),
        uncounted: next(Float32Array, firsts),
      },
    };
  }
}

const bytesIn = ({ pairs, firsts }: Place): number => PAIR_BYTES * pairs + FIRST_BYTES * firsts;

import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import {
  type ArrayOf,
  arrayOver,
  type Dtype,
  type Entry,
  expectTensor,
  hashInOrder,
  parseHeader,
  parseHeaderLength,
  SafetensorsError,
  type TakeTensor,
} from "../engine/safetensors.js";

/** So much of a file is in memory while its hash is made. */
const PIECE_BYTES = 1 << 22;

/** A sealed file on disk that was found to be whole. Its tensors are read when they are asked for, so that none is kept. */
export class SealedReader {
  readonly metadata: Record<string, string>;
  readonly tensors: ReadonlyMap<string, Entry>;
  private readonly bodyStart: number;
  /** What would tell that it is another file now. */
  private readonly state: string;

  /** @throws SafetensorsError where the file is not what was written; an error of the file system where it cannot be read */
  constructor(private readonly path: string) {
    const file = openSync(path, "r");
    try {
      const { size } = fstatSync(file);
      this.state = stateOf(file);
      if (size < 8) throw new SafetensorsError(`file has ${size} bytes, expected at least 8`);
      const length = parseHeaderLength(readAt(file, 0, 8));
      this.bodyStart = 8 + length;
      if (size < this.bodyStart)
        throw new SafetensorsError(
          `file ends within its header (${size} of ${this.bodyStart} bytes)`,
        );
      const header = parseHeader(readAt(file, 8, length));
      if (size - this.bodyStart !== header.bodyLength)
        throw new SafetensorsError(
          `body has ${size - this.bodyStart} bytes, expected ${header.bodyLength}`,
        );
      const { sha256, ...metadata } = header.metadata;
      this.metadata = metadata;
      this.tensors = new Map(header.entries.map((entry) => [entry.name, entry]));
      const found = hashInOrder(header.entries, ({ start, end }) =>
        pieces(file, this.bodyStart + start, this.bodyStart + end),
      );
      if (sha256 !== found)
        throw new SafetensorsError("its content is not what was written (the hash does not fit)");
    } finally {
      closeSync(file);
    }
  }

  /** @throws SafetensorsError where there is no such tensor, or the file has changed since it was opened */
  take: TakeTensor = <D extends Dtype>(
    name: string,
    dtype: D,
    shape?: number[],
    memory: (bytes: number) => Uint8Array = (length) => new Uint8Array(length),
  ): ArrayOf<D> => {
    const { start, end } = expectTensor(this.tensors, name, dtype, shape);
    const file = openSync(this.path, "r");
    try {
      if (stateOf(file) !== this.state)
        throw new SafetensorsError("it was changed while it was being read");
      const bytes = memory(end - start);
      fill(file, this.bodyStart + start, bytes);
      return arrayOver(dtype, bytes);
    } finally {
      closeSync(file);
    }
  };
}

/** SHA-256 of a file, in hex. */
export function fileHash(path: string): string {
  const file = openSync(path, "r");
  try {
    const hash = createHash("sha256");
    for (const piece of pieces(file, 0, fstatSync(file).size)) hash.update(piece);
    return hash.digest("hex");
  } finally {
    closeSync(file);
  }
}

/** Bytes of a file piece by piece; each is overwritten by the next. */
export function* pieces(file: number, start: number, end: number): Generator<Uint8Array> {
  const room = new Uint8Array(Math.min(PIECE_BYTES, end - start));
  for (let at = start; at < end; at += room.length) {
    const piece = room.subarray(0, Math.min(room.length, end - at));
    fill(file, at, piece);
    yield piece;
  }
}

function readAt(file: number, position: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  fill(file, position, bytes);
  return bytes;
}

export function fill(file: number, position: number, bytes: Uint8Array): void {
  for (let filled = 0; filled < bytes.length; ) {
    const read = readSync(file, bytes, filled, bytes.length - filled, position + filled);
    if (read === 0) throw new SafetensorsError("it ended while it was being read");
    filled += read;
  }
}

function stateOf(file: number): string {
  const { dev, ino, size, mtimeMs } = fstatSync(file);
  return [dev, ino, size, mtimeMs].join(" ");
}

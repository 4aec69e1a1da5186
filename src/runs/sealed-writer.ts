import { closeSync, openSync } from "node:fs";
import {
  type ArrayOf,
  arrayOver,
  bytesOf,
  bytesPerElement,
  type Dtype,
  type Entry,
  expectTensor,
  hashInOrder,
  type Tensor,
} from "../engine/safetensors.js";
import { encodeHeader } from "../engine/write-safetensors.js";
import { writeAside } from "./atomic-write.js";
import { ScratchFile, writeAt } from "./scratch-file.js";

/**
 * A sealed file that is written tensor by tensor, so that none has to be kept in memory: in the end the bytes of `encodeSealed` of all of
 * them. Until then they lie beside it, in a file that is not finished.
 */
export class SealedWriter {
  private readonly scratch: ScratchFile;
  private readonly entries = new Map<string, Entry>();
  private end = 0;

  /** @throws VscoreError (environment) where the place is not writable */
  constructor(private readonly path: string) {
    this.scratch = new ScratchFile(path);
  }

  put(name: string, { dtype, shape, data }: Tensor): void {
    if (this.entries.has(name)) throw new Error(`tensor ${name} was put twice`);
    const start = this.end;
    this.end += data.byteLength;
    this.entries.set(name, { name, dtype, shape, start, end: this.end });
    this.scratch.write(bytesOf(data), start);
  }

  /** Writes the numbers of a tensor that was put before anew. */
  replace(name: string, data: ArrayOf<Dtype>): void {
    const { start, end } = this.entries.get(name) ?? { start: 0, end: -1 };
    if (data.byteLength !== end - start)
      throw new Error(
        `found ${data.byteLength} bytes for the tensor ${name}, expected ${end - start}`,
      );
    this.scratch.write(bytesOf(data), start);
  }

  /** Reads a tensor back. */
  take<D extends Dtype>(name: string, dtype: D): ArrayOf<D> {
    const { start, end } = expectTensor(this.entries, name, dtype);
    const bytes = new Uint8Array(end - start);
    this.scratch.read(start, bytes);
    return arrayOver(dtype, bytes);
  }

  /** Makes the file of all that was put, by falling element size, as they lie in every such file. */
  async finish(metadata: Record<string, string>): Promise<void> {
    const entries = [...this.entries.values()];
    const sizes = entries.map(({ dtype }) => bytesPerElement(dtype));
    if (sizes.some((size, at) => size > (sizes[at - 1] ?? size)))
      throw new Error(`tensors of ${this.path} were not put by falling element size`);
    const sha256 = hashInOrder(entries, ({ start, end }) => this.scratch.pieces(start, end));
    const head = encodeHeader(entries, { ...metadata, sha256 });
    await writeAside(this.path, async (aside) => {
      const whole = openSync(aside, "wx");
      try {
        writeAt(whole, head, 0);
        let at = head.byteLength;
        for (const piece of this.scratch.pieces(0, this.end)) {
          writeAt(whole, piece, at);
          at += piece.byteLength;
        }
      } finally {
        closeSync(whole);
      }
    });
    this.close();
  }

  /** Takes away what lies beside the file, if it is still there: nothing can be put after that. */
  close(): void {
    this.scratch.close();
  }
}

/**
 * Makes a sealed file of tensors that come one after the other, in whatever memory: none is kept.
 *
 * @param onWritten told once all of them are written beside it, and needed no longer where they came from
 * @throws VscoreError (environment) where it cannot be written
 */
export async function writeSealed(
  path: string,
  tensors: Iterable<[name: string, Tensor]>,
  metadata: Record<string, string>,
  onWritten: () => void = () => undefined,
): Promise<void> {
  const file = new SealedWriter(path);
  try {
    for (const [name, each] of tensors) file.put(name, each);
    onWritten();
    await file.finish(metadata);
  } finally {
    file.close();
  }
}

import { closeSync, openSync, rmSync, writeSync } from "node:fs";
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
import { asideOf, explain, writeAside } from "./atomic-write.js";
import { pieces, readAt } from "./sealed-reader.js";

/**
 * A sealed file that is written tensor by tensor, so that none has to be kept in memory: in the end the bytes of `encodeSealed` of all of
 * them. Until then they lie beside it, in a file that is not finished.
 */
export class SealedWriter {
  private readonly aside: string;
  private readonly file: number;
  private readonly entries = new Map<string, Entry>();
  private end = 0;
  private isOpen = true;

  /** @throws VscoreError (environment) where the place is not writable */
  constructor(private readonly path: string) {
    this.aside = asideOf(path);
    this.file = this.explained(() => openSync(this.aside, "wx+"));
  }

  put(name: string, { dtype, shape, data }: Tensor): void {
    if (this.entries.has(name)) throw new Error(`tensor ${name} was put twice`);
    const start = this.end;
    this.end += data.byteLength;
    this.entries.set(name, { name, dtype, shape, start, end: this.end });
    this.write(bytesOf(data), start);
  }

  /** Writes the numbers of a tensor that was put before anew. */
  replace(name: string, data: ArrayOf<Dtype>): void {
    const { start, end } = this.entries.get(name) ?? { start: 0, end: -1 };
    if (data.byteLength !== end - start)
      throw new Error(
        `found ${data.byteLength} bytes for the tensor ${name}, expected ${end - start}`,
      );
    this.write(bytesOf(data), start);
  }

  /** Reads a tensor back. */
  take<D extends Dtype>(name: string, dtype: D): ArrayOf<D> {
    const { start, end } = expectTensor(this.entries, name, dtype);
    return arrayOver(dtype, readAt(this.file, start, end - start));
  }

  /** Makes the file of all that was put, by falling element size, as they lie in every such file. */
  async finish(metadata: Record<string, string>): Promise<void> {
    const entries = [...this.entries.values()];
    const sizes = entries.map(({ dtype }) => bytesPerElement(dtype));
    if (sizes.some((size, at) => size > (sizes[at - 1] ?? size)))
      throw new Error(`tensors of ${this.path} were not put by falling element size`);
    const sha256 = hashInOrder(entries, ({ start, end }) => pieces(this.file, start, end));
    const head = encodeHeader(entries, { ...metadata, sha256 });
    await writeAside(this.path, async (aside) => {
      const whole = openSync(aside, "wx");
      try {
        writeAt(whole, head, 0);
        let at = head.byteLength;
        for (const piece of pieces(this.file, 0, this.end)) {
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
    if (!this.isOpen) return;
    this.isOpen = false;
    closeSync(this.file);
    rmSync(this.aside, { force: true });
  }

  private write(bytes: Uint8Array, at: number): void {
    this.explained(() => writeAt(this.file, bytes, at));
  }

  private explained<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw explain(error, this.path);
    }
  }
}

export function writeAt(file: number, bytes: Uint8Array, position: number): void {
  for (let at = 0; at < bytes.length; )
    at += writeSync(file, bytes, at, bytes.length - at, position + at);
}

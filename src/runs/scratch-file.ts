import { closeSync, ftruncateSync, openSync, rmSync, writeSync } from "node:fs";
import { asideOf, explain } from "./atomic-write.js";
import { fill, pieces } from "./sealed-reader.js";

/** Bytes that do not fit in memory, beside the file that is made of them: it is not finished, and goes in the end. */
export class ScratchFile {
  private readonly aside: string;
  private readonly file: number;
  private isOpen = true;

  /** @param path beside which it lies @throws VscoreError (environment) where the place is not writable */
  constructor(private readonly path: string) {
    this.aside = asideOf(path);
    this.file = this.explained(() => openSync(this.aside, "wx+"));
  }

  /** @throws VscoreError (environment) where there is no room */
  write(bytes: Uint8Array, at: number): void {
    this.explained(() => writeAt(this.file, bytes, at));
  }

  /** Fills an array with what lies there. */
  read(at: number, into: Uint8Array): void {
    fill(this.file, at, into);
  }

  /** Its bytes from `start` to `end`, piece by piece; each is overwritten by the next. */
  pieces(start: number, end: number): Generator<Uint8Array> {
    return pieces(this.file, start, end);
  }

  clear(): void {
    ftruncateSync(this.file);
  }

  /** Takes it away, if it is still there. */
  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    closeSync(this.file);
    rmSync(this.aside, { force: true });
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

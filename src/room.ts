/** Memory that is used again and again: what was put there before under the same name is overwritten. */
export class Room {
  private readonly buffers = new Map<string, ArrayBufferLike>();

  /** @param make for memory of another kind, as of what threads share */
  constructor(
    private readonly make: (bytes: number) => ArrayBufferLike = (bytes) => new ArrayBuffer(bytes),
  ) {}

  /** So many bytes under that name, of whatever was there. */
  bytes(name: string, length: number): Uint8Array<ArrayBuffer> {
    let buffer = this.buffers.get(name);
    if (buffer === undefined || buffer.byteLength < length) {
      // What grew has some to spare: growing a little each time, it is not to be made anew each time.
      buffer = this.make(buffer === undefined ? length : 8 * Math.ceil((length * GROWTH) / 8));
      this.buffers.set(name, buffer);
    }
    return new Uint8Array(buffer as ArrayBuffer, 0, length);
  }

  uint32(name: string, length: number): Uint32Array {
    return new Uint32Array(this.bytes(name, 4 * length).buffer, 0, length);
  }

  float32(name: string, length: number): Float32Array {
    return new Float32Array(this.bytes(name, 4 * length).buffer, 0, length);
  }
}

const GROWTH = 1.25;

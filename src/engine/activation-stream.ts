import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive } from "../process-alive.js";
import { Room } from "../room.js";
import { type Frame, parseFrame } from "./frames.js";
import {
  type ParsedHeader,
  parseHeader,
  parseHeaderLength,
  SafetensorsError,
  viewTensors,
} from "./safetensors.js";

/**
 * Splits a byte stream into frames. Pulled by its consumer, so a slow reader slows the source. A stream that ends within a
 * message is an error; one that ends between two just ends (whether that was too early is the caller's knowledge).
 * Activations lie in the same memory frame after frame: they hold until the next frame is asked for.
 */
export async function* readFrames(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Frame, void, void> {
  const first8 = new Uint8Array(8);
  let header: ParsedHeader | undefined;
  let target = first8;
  let filled = 0;
  const room = new Room();
  let stage: "length" | "header" | "body" = "length";
  for await (const chunk of source) {
    let at = 0;
    while (at < chunk.byteLength || filled === target.byteLength) {
      const take = Math.min(target.byteLength - filled, chunk.byteLength - at);
      target.set(chunk.subarray(at, at + take), filled);
      at += take;
      filled += take;
      if (filled < target.byteLength) break;
      filled = 0;
      if (stage === "length") {
        target = new Uint8Array(parseHeaderLength(first8));
        stage = "header";
      } else if (stage === "header") {
        header = parseHeader(target);
        const { bodyLength, metadata } = header;
        const isActivations = metadata.kind === "activations";
        target = isActivations ? room.bytes("body", bodyLength) : new Uint8Array(bodyLength);
        stage = "body";
      } else {
        yield parseFrame(viewTensors(header as ParsedHeader, target));
        target = first8;
        stage = "length";
      }
    }
  }
  if (stage !== "length" || filled > 0) {
    throw new SafetensorsError(
      `the stream ended within a message (${filled} of ${target.byteLength} bytes of its ${stage})`,
    );
  }
}

/** A Unix socket in a private folder (mode 0700) to which the engine connects once. */
export class FrameSocket {
  private constructor(
    readonly folder: string,
    private readonly server: Server,
    private readonly connected: Promise<Socket>,
  ) {}

  static async open(): Promise<FrameSocket> {
    // The path of a Unix socket has at most 104 bytes (macOS; 108 on Linux).
    const place = Buffer.byteLength(tmpdir()) > 70 ? "/tmp" : tmpdir();
    await removeOrphans(place);
    const folder = await mkdtemp(join(place, `${FOLDER}${process.pid}-`));
    const server = createServer();
    const connected = new Promise<Socket>((resolve) => {
      server.once("connection", (socket) => {
        server.close();
        resolve(socket);
      });
    });
    try {
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(join(folder, "engine.sock"), () => resolve());
      });
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    return new FrameSocket(folder, server, connected);
  }

  get path(): string {
    return join(this.folder, "engine.sock");
  }

  /** Every frame from the engine, over all its jobs. */
  async *frames(): AsyncGenerator<Frame, void, void> {
    yield* readFrames(await this.connected);
  }

  /** Removes the folder; what is connected stays connected. */
  async removeFolder(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Closes the socket; the folder goes with it unless something in it is still of use. */
  async close({ keepFolder = false } = {}): Promise<void> {
    this.server.close();
    void this.connected.then((socket) => socket.destroy());
    if (!keepFolder) await this.removeFolder();
  }
}

const FOLDER = "vscore-";

/** Removes what killed processes of ours left behind, but for logs that say something. */
async function removeOrphans(place: string): Promise<void> {
  for (const name of await readdir(place)) {
    const pid = /^vscore-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const log = await stat(join(place, name, "engine.log")).catch(() => null);
    if (log !== null && log.size > 0) continue;
    await rm(join(place, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

import { existsSync, statSync } from "node:fs";
import { connect } from "node:net";
import { dirname } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FrameSocket, readFrames } from "../../src/engine/activation-stream.js";
import type { Frame } from "../../src/engine/frames.js";
import { SafetensorsError } from "../../src/engine/safetensors.js";
import { encodeSafetensors } from "../../src/engine/write-safetensors.js";
import { frameBytes, frameOf, jsonMessage, token } from "../fixtures/frames.js";

const PROGRESS = { phase: "extract", done: 1, total: 2, device_memory_bytes: null };
const MESSAGES = [
  jsonMessage("progress", PROGRESS),
  frameBytes(frameOf([{ text: 2, tokens: [token(3), token(0, [5, 1.5], [7, -2])] }])),
  frameBytes(frameOf([])),
  encodeSafetensors(new Map(), { kind: "result", job: "1", name: "nothing" }),
  jsonMessage("end", { frames: 4, texts: 1 }),
];
const STREAM = Buffer.concat(MESSAGES);
const ENDS = MESSAGES.map((_, at) =>
  MESSAGES.slice(0, at + 1).reduce((sum, { length }) => sum + length, 0),
);

async function* chunksOf(bytes: Uint8Array, cuts: number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (const to of [...cuts.sort((a, b) => a - b), bytes.length]) {
    yield bytes.subarray(from, to);
    from = to;
  }
}

/** Each as it was when it came. */
async function allOf(source: AsyncIterable<Frame>): Promise<Frame[]> {
  const frames: Frame[] = [];
  for await (const frame of source) frames.push(structuredClone(frame));
  return frames;
}

const read = (bytes: Uint8Array, cuts: number[] = []): Promise<Frame[]> =>
  allOf(readFrames(chunksOf(bytes, cuts)));

describe("readFrames", () => {
  test("the messages of a stream come out in order, an empty body included", async () => {
    const frames = await read(STREAM);
    expect(frames.map(({ kind }) => kind)).toEqual([
      "progress",
      "activations",
      "activations",
      "result",
      "end",
    ]);
    expect(frames[1]).toMatchObject({ value: Float32Array.of(1.5, -2), text: Uint32Array.of(2) });
  });

  test("however the bytes are cut into chunks, the frames are the same", async () => {
    const whole = await read(STREAM);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(STREAM.length)), async (cuts) => {
        expect(await read(STREAM, cuts)).toEqual(whole);
      }),
    );
    expect(
      await read(
        STREAM,
        Array.from(STREAM, (_, at) => at),
      ),
    ).toEqual(whole);
  });

  test("a stream that ends anywhere within a message is an error, between two it just ends", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(STREAM.length - 1), async (length) => {
        const outcome = read(STREAM.subarray(0, length));
        if (length === 0 || ENDS.includes(length))
          expect(await outcome).toHaveLength(ENDS.indexOf(length) + 1);
        else await expect(outcome).rejects.toThrow("ended within a message");
      }),
    );
  });

  test("bytes that are no message are refused before anything is allocated for them", async () => {
    await expect(read(Buffer.alloc(8, 0xff))).rejects.toThrow(SafetensorsError);
  });
});

describe("FrameSocket", () => {
  test("its folder is the owner's alone, with the socket in it", async () => {
    const socket = await FrameSocket.open();
    try {
      expect(statSync(socket.folder).mode & 0o777).toBe(0o700);
      expect(dirname(socket.path)).toBe(socket.folder);
      expect(statSync(socket.path).isSocket()).toBe(true);
    } finally {
      await socket.close();
    }
  });

  test("it hands on the frames of the one that connects", async () => {
    const socket = await FrameSocket.open();
    try {
      connect(socket.path).end(STREAM);
      const frames = await allOf(socket.frames());
      expect(frames).toHaveLength(MESSAGES.length);
    } finally {
      await socket.close();
    }
  });

  test("closing removes the folder, unless it is to be kept", async () => {
    const gone = await FrameSocket.open();
    await gone.close();
    expect(existsSync(gone.folder)).toBe(false);
    const kept = await FrameSocket.open();
    await kept.close({ keepFolder: true });
    expect(existsSync(kept.folder)).toBe(true);
    await kept.close();
    expect(existsSync(kept.folder)).toBe(false);
  });
});

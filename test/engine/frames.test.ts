import { describe, expect, test } from "vitest";
import { type ActivationsFrame, parseFrame } from "../../src/engine/frames.js";
import { decodeSafetensors, type Tensor, tensor } from "../../src/engine/safetensors.js";
import {
  frameBytes,
  frameMetadata,
  frameOf,
  frameTensors,
  jsonMessage,
  token,
} from "../fixtures/frames.js";

const FRAME = frameOf(
  [
    { text: 4, tokens: [token(3, [1, 2]), token(0, [0, 1], [1, -1])] },
    { text: 1, tokens: [token(0)], from: 5 },
  ],
  { layer: 3, language: "tha_Thai", shard: 2, job: 7 },
);

const parse = (tensors: Map<string, Tensor>, metadata = frameMetadata(FRAME)) =>
  parseFrame({ metadata, tensors });
const withTensor = (name: string, changed: Tensor) =>
  parse(new Map([...frameTensors(FRAME), [name, changed]]));

describe("an activations frame", () => {
  test("comes out as it was sent", () => {
    const read = parseFrame(decodeSafetensors(frameBytes(FRAME)));
    const sent: ActivationsFrame = { ...FRAME, byteLength: 87 };
    expect(read).toEqual(sent);
  });

  test.each<[string, string, Tensor, RegExp]>([
    ["more tokens than rows", "tokens", tensor("U32", [2], Uint32Array.of(2, 2)), /4 tokens, .* 3/],
    [
      "fewer texts than counts",
      "text",
      tensor("U32", [1], Uint32Array.of(4)),
      /tokens is U32\[2\]/,
    ],
    ["a role missing", "role", tensor("U8", [2], Uint8Array.of(3, 0)), /role is U8\[2\]/],
    ["too few rows", "indptr", tensor("U64", [2], BigUint64Array.of(0n, 3n)), /indptr is U64\[2\]/],
    [
      "rows that begin late",
      "indptr",
      tensor("U64", [4], BigUint64Array.of(1n, 1n, 3n, 3n)),
      /rows from 1 to 3/,
    ],
    [
      "rows that end early",
      "indptr",
      tensor("U64", [4], BigUint64Array.of(0n, 1n, 2n, 2n)),
      /rows from 0 to 2/,
    ],
    [
      "a row that ends before it begins",
      "indptr",
      tensor("U64", [4], BigUint64Array.of(0n, 2n, 1n, 3n)),
      /row 1 ends before it begins/,
    ],
    ["a value missing", "value", tensor("F32", [2], Float32Array.of(1, 2)), /3 features, 2 values/],
    ["another dtype", "feature", tensor("I32", [3], Int32Array.of(1, 0, 1)), /feature is I32/],
  ])("with %s is refused", (_, name, changed, words) => {
    expect(() => withTensor(name, changed)).toThrow(words);
  });

  test.each(["text", "tokens", "position", "role", "indptr", "feature", "value"])(
    "without its %s is refused",
    (name) => {
      const tensors = frameTensors(FRAME);
      tensors.delete(name);
      expect(() => parse(tensors)).toThrow(`tensor ${name} is missing`);
    },
  );

  test.each(["layer", "shard"])("with a %s that is no number is refused", (key) => {
    expect(() => parse(frameTensors(FRAME), { ...frameMetadata(FRAME), [key]: "x" })).toThrow(
      `${key} is x`,
    );
  });

  test("brings offsets and pieces, one for each token", () => {
    const spelling = {
      start: Uint32Array.of(0, 0, 2),
      end: Uint32Array.of(0, 2, 3),
      pieces: ["<bos>", "ab", "c"],
    };
    expect(parse(frameTensors({ ...FRAME, spelling }))).toMatchObject({ spelling });
    const short = { ...spelling, pieces: ["<bos>", "ab"] };
    expect(() => parse(frameTensors({ ...FRAME, spelling: short }))).toThrow();
  });
});

describe("other frames", () => {
  const parseMessage = (...message: Parameters<typeof jsonMessage>) =>
    parseFrame(decodeSafetensors(jsonMessage(...message)));

  test("progress, end and error are parsed", () => {
    const progress = { phase: "load", done: 1, total: 3, device_memory_bytes: 12 };
    expect(parseMessage("progress", progress)).toEqual({ kind: "progress", job: 1, progress });
    expect(parseMessage("end", { frames: 2, texts: 1 })).toEqual({
      kind: "end",
      job: 1,
      frames: 2,
      texts: 1,
    });
    const failure = { kind: "nan", message: "NaN", traceback: "", facts: { layer: 1 } };
    expect(parseMessage("error", failure)).toEqual({ kind: "error", job: 1, failure });
  });

  test("an unknown key, kind or job is refused", () => {
    expect(() => parseMessage("end", { frames: 2, texts: 1, more: 1 })).toThrow(/more/);
    expect(() => parseMessage("news", {})).toThrow('unknown kind "news"');
    expect(() => parseMessage("end", { frames: 2, texts: 1 }, { job: "one" })).toThrow("no job");
    expect(() => parseFrame({ metadata: { kind: "end" }, tensors: new Map() })).toThrow("no job");
  });
});

import { z } from "zod";
import { type Safetensors, SafetensorsError, takeTensor } from "./safetensors.js";

/** Role bits of a token: at the first position of its text; special, by id. Both for a BOS that opens the text. */
export const FIRST_POSITION = 1;
export const SPECIAL = 2;

/**
 * Activations of one layer for consecutive tokens: T texts, N tokens, nnz active (token, feature) pairs, in CSR. One that came over the
 * socket holds until the next is asked for.
 */
export interface ActivationsFrame {
  kind: "activations";
  job: number;
  layer: number;
  language: string;
  shard: number;
  /** Index of each text in its language, and how many of the N tokens are its own. */
  text: Uint32Array;
  tokens: Uint32Array;
  /** Position of each token in its text, from 0. */
  position: Uint32Array;
  role: Uint8Array;
  indptr: BigUint64Array;
  feature: Uint32Array;
  value: Float32Array;
  /** When the job asked for tokens: code point offsets in the text (start = end for a token that has none), and words for it. */
  spelling?: { start: Uint32Array; end: Uint32Array; pieces: string[] };
  byteLength: number;
}

const Progress = z.strictObject({
  phase: z.string(),
  done: z.number(),
  total: z.number(),
  device_memory_bytes: z.number().nullable(),
});
const End = z.strictObject({ frames: z.int(), texts: z.int() });
const Failure = z.strictObject({
  kind: z.string(),
  message: z.string(),
  traceback: z.string(),
  facts: z.record(z.string(), z.unknown()),
});

export type EngineProgress = z.infer<typeof Progress>;
export type EngineFailure = z.infer<typeof Failure>;

export type Frame =
  | ActivationsFrame
  | { kind: "progress"; job: number; progress: EngineProgress }
  | { kind: "result"; job: number; name: string; blob: Safetensors }
  | { kind: "end"; job: number; frames: number; texts: number }
  | { kind: "error"; job: number; failure: EngineFailure };

/** The JSON that a frame carries as UTF-8 in one of its tensors. */
export function jsonOf(blob: Safetensors, name = "json"): unknown {
  return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(takeTensor(blob, name, "U8")));
}

/** @throws SafetensorsError or ZodError where the blob is not a frame of the protocol. */
export function parseFrame(blob: Safetensors): Frame {
  const { kind, job: jobText } = blob.metadata;
  const job = Number(jobText || "missing");
  if (!Number.isSafeInteger(job)) throw new SafetensorsError(`frame has no job (${jobText})`);
  switch (kind) {
    case "activations":
      return parseActivations(blob, job);
    case "progress":
      return { kind, job, progress: Progress.parse(jsonOf(blob)) };
    case "result":
      return { kind, job, name: blob.metadata.name ?? "", blob };
    case "end":
      return { kind, job, ...End.parse(jsonOf(blob)) };
    case "error":
      return { kind, job, failure: Failure.parse(jsonOf(blob)) };
    default:
      throw new SafetensorsError(`frame is of the unknown kind "${kind}"`);
  }
}

function parseActivations(blob: Safetensors, job: number): ActivationsFrame {
  const number = (key: string): number => {
    const value = Number(blob.metadata[key] || "missing");
    if (!Number.isSafeInteger(value))
      throw new SafetensorsError(`activations frame: ${key} is ${blob.metadata[key]}`);
    return value;
  };
  const position = takeTensor(blob, "position", "U32");
  const tokens = position.length;
  const text = takeTensor(blob, "text", "U32");
  const frame: ActivationsFrame = {
    kind: "activations",
    job,
    layer: number("layer"),
    language: blob.metadata.language ?? "",
    shard: number("shard"),
    text,
    tokens: takeTensor(blob, "tokens", "U32", [text.length]),
    position,
    role: takeTensor(blob, "role", "U8", [tokens]),
    indptr: takeTensor(blob, "indptr", "U64", [tokens + 1]),
    feature: takeTensor(blob, "feature", "U32"),
    value: takeTensor(blob, "value", "F32"),
    byteLength: [...blob.tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0),
  };
  if (blob.tensors.has("offset_start")) {
    frame.spelling = {
      start: takeTensor(blob, "offset_start", "U32", [tokens]),
      end: takeTensor(blob, "offset_end", "U32", [tokens]),
      pieces: z.array(z.string()).length(tokens).parse(jsonOf(blob, "pieces")),
    };
  }
  checkRows(frame);
  return frame;
}

/** The sparse rows must fit together: a broken frame is refused before anything is summed. */
function checkRows({ text, tokens, position, indptr, feature, value }: ActivationsFrame): void {
  const rows = tokens.reduce((sum, n) => sum + n, 0);
  if (rows !== position.length) {
    throw new SafetensorsError(
      `activations frame: its ${text.length} texts have ${rows} tokens, it holds ${position.length}`,
    );
  }
  if (
    feature.length !== value.length ||
    indptr[0] !== 0n ||
    indptr.at(-1) !== BigInt(value.length)
  ) {
    throw new SafetensorsError(
      `activations frame: ${feature.length} features, ${value.length} values, rows from ${indptr[0]} to ${indptr.at(-1)}`,
    );
  }
  for (let row = 1; row < indptr.length; row++) {
    if ((indptr[row] as bigint) < (indptr[row - 1] as bigint)) {
      throw new SafetensorsError(`activations frame: row ${row - 1} ends before it begins`);
    }
  }
}

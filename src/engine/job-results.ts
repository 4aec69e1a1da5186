import { z } from "zod";
import type { Shard } from "../plan.js";

export const Prefetched = z.strictObject({
  model_id: z.string(),
  model_revision: z.string().nullable(),
  dictionaries: z.array(
    z.strictObject({ layer: z.int(), sae_id: z.string(), revision: z.string().nullable() }),
  ),
  fetched_bytes: z.number(),
  warnings: z.array(z.string()),
});
export type Prefetched = z.infer<typeof Prefetched>;

export const ReadPickle = z.strictObject({
  /** Tuples are lists, a key ("a", "b") is "a|b", numbers that are not finite are null. */
  value: z.json(),
  /** Of the file's bytes. */
  sha256: z.string(),
  /** How many numbers became null. */
  not_finite: z.int(),
});
export type ReadPickle = z.infer<typeof ReadPickle>;

export const Detection = z.strictObject({
  detected: z.array(
    z.strictObject({ code: z.string().nullable(), raw: z.string(), score: z.number() }),
  ),
  /** Name and version. */
  detector: z.string(),
  /** FLORES+ codes that it can tell. */
  known: z.array(z.string()),
});
export type Detection = z.infer<typeof Detection>;

export const ReadBank = z.strictObject({
  metadata: z.record(z.string(), z.unknown()).nullable(),
  layers: z.array(z.int()),
});

export const Flores = z.strictObject({
  language: z.string(),
  revision: z.string(),
  path: z.string(),
  texts: z.array(
    z.strictObject({ id: z.string(), text: z.string(), document: z.string().optional() }),
  ),
  warning: z.string().nullable(),
});
export type FloresFile = Omit<z.infer<typeof Flores>, "language" | "path">;

/** Of an extraction: forward passes, encoding, and handing over what was found. */
export const EngineSeconds = z.strictObject({
  model: z.number().default(0),
  encode: z.number().default(0),
  stream: z.number().default(0),
});
export type EngineSeconds = z.infer<typeof EngineSeconds>;

/** Workers on a Ray cluster, once they are there. */
export const Cluster = z.strictObject({
  /** HOST:PORT of its head. Earlier runs do not tell. */
  address: z.string().optional(),
  /** Ray's version. */
  ray: z.string(),
  workers: z.int(),
  /** Machines that they are on. */
  nodes: z.int(),
  gpus_per_worker: z.number(),
  /** CPUs of each. */
  threads: z.int(),
});
export type Cluster = z.infer<typeof Cluster>;

export interface ClusterRequest {
  /** HOST:PORT, or "auto". */
  address: string;
  /** Null: as the cluster can take. */
  workers: number | null;
  gpus_per_worker: number | null;
  /** CPUs of each worker. */
  threads: number | null;
  device: string;
  /** Seconds after which the whole engine is taken for hung; 0: never. */
  stall_s: number;
}

/** What of a cluster somebody asks for. */
export type RayRequest = Omit<ClusterRequest, "threads" | "device" | "stall_s">;

/** A worker that is gone. */
export const WorkerLost = z.strictObject({
  worker: z.string(),
  reason: z.string(),
  /** What it was at and another does again; "" for nothing. */
  doing: z.string(),
});
export const WorkerJoined = z.strictObject({ worker: z.string() });
export type WorkerNews =
  | ({ type: "worker_lost" } & z.infer<typeof WorkerLost>)
  | ({ type: "worker_joined" } & z.infer<typeof WorkerJoined>);

/** A batch of a language whose turn comes later, for a worker that would have nothing to do. */
export interface AheadShard extends Shard {
  language: string;
}

export interface LoadRequest {
  model_id: string;
  model_path: string | null;
  model_revision: string | null;
  hook: string;
  dictionaries: { layer: number; release: string; sae_id: string; path: string | null }[];
  device: string;
  dtype: string;
  seed: number;
  threads: number | null;
  /** Tokens of a batch, for what a run will take. */
  batch_tokens: number;
  /** Bytes of its device that it may take; null: what there is. */
  max_memory: number | null;
  /** Whether what has no deterministic implementation is refused. */
  deterministic: boolean;
  offline: boolean;
}

export interface TokenizedTexts {
  /** All tokens of each text, special ones included. */
  tokens: Uint32Array;
  /** Tokens of each text that are neither special nor at the first position. */
  plain: Uint32Array;
  /** 1 where the first token is a special one. */
  specialFirst: Uint8Array;
  /** Texts that were cut to the model's context. */
  truncated: number[];
}

/** A text's tokens as words: their roles, code point offsets in the text (start = end for a token that has none), and a word for each. */
export interface SpelledText {
  role: Uint8Array;
  start: Uint32Array;
  end: Uint32Array;
  words: string[];
}

/** Losses of T texts under S sets, as the engine sends them at once. */
export interface LossFrame {
  text: Uint32Array;
  /** Tokens of each text that are predicted. */
  tokens: Uint32Array;
  /** [S, T] row-major: Σ of −log p over these tokens, in nats. */
  loss: Float64Array;
}

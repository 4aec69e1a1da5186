import { z } from "zod";
import type { Shard } from "../plan.js";
import type { EngineJobs, LossFrame } from "./engine-jobs.js";
import { jsonOf } from "./frames.js";
import { takeTensor } from "./safetensors.js";

/** How far a vector is added: where one of the features is above a threshold; or by sigmoid(w·a + b) of their activations a. */
export type EngineGate =
  | { features: readonly number[]; threshold: number }
  | { features: readonly number[]; weight: readonly number[]; bias: number };

/** One change of the model: at each layer h + g(h)·α·vector. No layers: no change. */
export interface EngineSetting {
  alpha: number;
  /** `vector`: the name of a tensor f32 [d_model] in the bank. */
  layers: readonly { layer: number; vector: string; gate: EngineGate | null }[];
}

/** What every pass under settings is asked. */
export interface SteeredPass {
  /** Under which name the engine has the texts. */
  texts: string;
  shards: readonly Shard[];
  settings: readonly EngineSetting[];
  /** A safetensors file; null where no setting adds anything. */
  bank: string | null;
  positions: string;
}

/** Sums over the counted tokens of T texts: `tokens` u32 [T], and by layer f64 [T, d] row-major. */
export interface HiddenSums {
  text: Uint32Array;
  tokens: Uint32Array;
  layers: Map<number, Float64Array>;
}

/** Streams what blocks put out, summed over each text's counted tokens. */
export async function* hiddenSums(
  jobs: EngineJobs,
  request: {
    texts: string;
    shards: readonly Shard[];
    layers: readonly number[];
    special_tokens: string;
    first_token: string;
  },
  width: number,
): AsyncGenerator<HiddenSums, void, void> {
  for await (const frame of jobs.frames("hidden_sums", request)) {
    if (frame.kind !== "result") continue;
    const text = takeTensor(frame.blob, "text", "U32");
    yield {
      text,
      tokens: takeTensor(frame.blob, "tokens", "U32", [text.length]),
      layers: new Map(
        request.layers.map((layer) => [
          layer,
          takeTensor(frame.blob, `layer.${layer}`, "F64", [text.length, width]),
        ]),
      ),
    };
  }
}

/** Streams the losses of texts under settings: of T texts and S settings, `loss` f64 [S, T] (nats, summed), `tokens` u32 [T]. */
export const steeredLosses = (
  jobs: EngineJobs,
  pass: SteeredPass,
): AsyncGenerator<LossFrame, void, void> =>
  jobs.losses("steered_losses", pass, pass.settings.length);

/** −log p of C labels behind T prompts under S settings: of the first token, and summed over all; f64 [S, T, C] row-major. */
export interface LabelLosses {
  text: Uint32Array;
  labelTokens: Uint32Array;
  first: Float64Array;
  total: Float64Array;
}

export async function* labelLosses(
  jobs: EngineJobs,
  pass: SteeredPass & { labels: readonly string[] },
): AsyncGenerator<LabelLosses, void, void> {
  for await (const frame of jobs.frames("label_losses", { ...pass })) {
    if (frame.kind !== "result") continue;
    const text = takeTensor(frame.blob, "text", "U32");
    const shape = [pass.settings.length, text.length, pass.labels.length];
    yield {
      text,
      labelTokens: takeTensor(frame.blob, "label_tokens", "U32", [pass.labels.length]),
      first: takeTensor(frame.blob, "first", "F64", shape),
      total: takeTensor(frame.blob, "total", "F64", shape),
    };
  }
}

const Written = z.array(z.array(z.strictObject({ text: z.string(), tokens: z.array(z.int()) })));
/** A continuation: its text without special tokens, and the ids of its tokens. */
export type Written = z.infer<typeof Written>[number][number];

/** Continuations that were kept: [setting][text]. @throws ZodError for anything else */
export const readWritten = (value: unknown): Written[][] => Written.parse(value);

/** Streams greedy continuations of prompts: [setting][text of the shard]. */
export async function* continuations(
  jobs: EngineJobs,
  pass: SteeredPass & { max_new_tokens: number; cache: boolean },
): AsyncGenerator<{ text: Uint32Array; written: Written[][] }, void, void> {
  for await (const frame of jobs.frames("continuations", { ...pass })) {
    if (frame.kind !== "result") continue;
    const written = Written.parse(jsonOf(frame.blob));
    yield { text: takeTensor(frame.blob, "text", "U32"), written };
  }
}

/** Streams how far G gates would be open in the model as it is: `open` f64 [G, T], summed over `tokens` u32 [T] tokens. */
export async function* gateRates(
  jobs: EngineJobs,
  request: {
    texts: string;
    shards: readonly Shard[];
    gates: readonly { layer: number; gate: EngineGate }[];
  },
): AsyncGenerator<{ text: Uint32Array; tokens: Uint32Array; open: Float64Array }, void, void> {
  for await (const frame of jobs.frames("gate_rates", { ...request })) {
    if (frame.kind !== "result") continue;
    const text = takeTensor(frame.blob, "text", "U32");
    yield {
      text,
      tokens: takeTensor(frame.blob, "tokens", "U32", [text.length]),
      open: takeTensor(frame.blob, "open", "F64", [request.gates.length, text.length]),
    };
  }
}

const Trained = z.strictObject({
  weight: z.array(z.number()),
  bias: z.number(),
  losses: z.array(z.number()),
});

/** What a gate is trained on, and how. */
export interface GateTraining {
  /** Prompts behind which the label's first token is to become probable. */
  prompts: string;
  prompt_shards: readonly Shard[];
  label: string;
  /** Texts whose own prediction is to stay. */
  collateral: readonly { texts: string; shards: readonly Shard[] }[];
  collateral_weight: number;
  layer: number;
  features: readonly number[];
  vector: string;
  bank: string;
  alpha: number;
  positions: string;
  learning_rate: number;
  epochs: number;
}

/** Trains w and b of a gate; `losses`: before each epoch, and behind the last. */
export const learnGate = async (
  jobs: EngineJobs,
  request: GateTraining,
): Promise<z.infer<typeof Trained>> =>
  Trained.parse(jsonOf((await jobs.result("learn_gate", { ...request }, "gate")).blob));

import { z } from "zod";
import { EngineFacts } from "../doctor/engine-facts.js";
import { type Cut, Grouping } from "../experiments/clustering/grouping.js";
import type { Shard } from "../plan.js";
import { type TokenRule, uncountedRoles } from "../reduce/text-sums.js";
import { Release } from "../registry/releases.js";
import { MachineCheck } from "../selfcheck/verdict.js";
import { type ActivationsFrame, type EngineProgress, type Frame, jsonOf } from "./frames.js";
import {
  type AheadShard,
  Cluster,
  type ClusterRequest,
  Detection,
  EngineSeconds,
  Flores,
  type FloresFile,
  type LoadRequest,
  type LossFrame,
  Prefetched,
  ReadBank,
  ReadPickle,
  type SpelledText,
  type TokenizedTexts,
  WorkerJoined,
  WorkerLost,
  type WorkerNews,
} from "./job-results.js";
import { Loaded } from "./loaded.js";
import type { PythonEngine } from "./python-engine.js";
import { takeTensor } from "./safetensors.js";

export type {
  AheadShard,
  Cluster,
  ClusterRequest,
  Detection,
  EngineSeconds,
  FloresFile,
  LoadRequest,
  LossFrame,
  Prefetched,
  RayRequest,
  ReadPickle,
  SpelledText,
  TokenizedTexts,
  WorkerNews,
} from "./job-results.js";
export type { Loaded };

/** The engine's jobs with their types: each starts the job, takes in what it sends, and checks it. */
export class EngineJobs {
  constructor(
    private readonly engine: PythonEngine,
    readonly signal: AbortSignal | undefined,
    private readonly onProgress: (progress: EngineProgress) => void,
    private readonly onWorkerNews: (news: WorkerNews) => void = () => undefined,
  ) {}

  /** Rejects when Python ends, also while no job is at work. */
  get died(): Promise<never> {
    return this.engine.died;
  }

  /** From now on workers on a Ray cluster do what needs a model. Waits for them. */
  async gatherWorkers(request: ClusterRequest): Promise<Cluster> {
    return Cluster.parse(jsonOf((await this.result("use_ray", { ...request }, "cluster")).blob));
  }

  /** Loads model, tokenizer and dictionaries. They stay loaded. */
  async load(request: LoadRequest): Promise<Loaded> {
    return Loaded.parse(jsonOf((await this.result("load", { ...request }, "loaded")).blob));
  }

  /**
   * Loads a model's tokenizer in place of the model: texts can be tokenised and spelled then, and nothing else.
   *
   * @param request.bos whether the texts of its dictionaries begin with BOS @returns the model's revision
   */
  async loadTokenizer(
    request: Pick<LoadRequest, "model_id" | "model_path" | "model_revision"> & { bos: boolean },
  ): Promise<string | null> {
    const { blob } = await this.result(
      "load_tokenizer",
      { ...request, offline: false },
      "tokenizer",
    );
    return z.strictObject({ model_revision: z.string().nullable() }).parse(jsonOf(blob))
      .model_revision;
  }

  /**
   * Goes on in float32, or again in the precision that the model was loaded in: its weights are then what they were, to the bit.
   *
   * @throws VscoreError ("out_of_memory" of the engine) where there is no room for float32; then nothing has changed
   */
  async setDtype(
    request: Pick<LoadRequest, "dtype" | "batch_tokens" | "max_memory">,
  ): Promise<void> {
    await this.ended("set_dtype", { ...request });
  }

  /** Gives back what only decoding needs: from now on the dictionaries encode and nothing else. */
  async keepEncoders(): Promise<void> {
    await this.ended("keep_encoders", {});
  }

  /** Fetches FLORES+ texts. */
  async flores(request: {
    languages: readonly string[];
    split: string;
    revision: string | null;
  }): Promise<Map<string, FloresFile>> {
    const found = new Map<string, FloresFile>();
    for await (const frame of this.frames("flores", { ...request, offline: false })) {
      if (frame.kind !== "result") continue;
      const { language, path: _, ...file } = Flores.parse(jsonOf(frame.blob));
      found.set(language, file);
    }
    return found;
  }

  /**
   * Tokenises a language's texts, which the engine keeps for `extract`.
   *
   * @param dealSeed where given, their plain tokens change places across all of them, and have no offsets any more
   */
  async tokenize(
    language: string,
    texts: readonly string[],
    dealSeed: number | null = null,
  ): Promise<TokenizedTexts> {
    const request = { language, texts, deal_seed: dealSeed };
    const { blob } = await this.result("tokenize", request, "tokenized");
    const { truncated } = z.strictObject({ truncated: z.array(z.int()) }).parse(jsonOf(blob));
    return {
      tokens: takeTensor(blob, "tokens", "U32", [texts.length]),
      plain: takeTensor(blob, "text_tokens", "U32", [texts.length]),
      specialFirst: takeTensor(blob, "special_first", "U8", [texts.length]),
      truncated,
    };
  }

  /**
   * Puts random dictionaries in the place of those that are loaded, which fire as often and as strongly on counted tokens of some texts.
   *
   * @param request.most tokens of each language that are read @returns how many were read
   */
  async randomise({
    rule,
    ...request
  }: {
    seed: number;
    rule: TokenRule;
    most: number;
    languages: readonly { language: string; shards: readonly Shard[] }[];
  }): Promise<number> {
    const asked = { ...request, left_out: uncountedRoles(rule) };
    const { blob } = await this.result("randomise", asked, "randomised");
    return z.strictObject({ tokens: z.int(), digest: z.string() }).parse(jsonOf(blob)).tokens;
  }

  /**
   * Streams the activations of one language, shard after shard and in each layer after layer; where workers do it, shards in the order
   * in which they are done.
   *
   * @param request.ahead of later languages, for workers that would have nothing to do
   * @param onSeconds told at the end what the engine spent its time on
   */
  async *extract(
    request: {
      language: string;
      layers: readonly number[];
      shards: readonly Shard[];
      tokens: boolean;
      ahead?: readonly AheadShard[];
    },
    onSeconds: (seconds: EngineSeconds) => void = () => undefined,
  ): AsyncGenerator<ActivationsFrame, void, void> {
    for await (const frame of this.frames("extract", request)) {
      if (frame.kind === "activations") yield frame;
      if (frame.kind === "result" && frame.name === "seconds")
        onSeconds(EngineSeconds.parse(jsonOf(frame.blob)));
    }
  }

  /** How texts that were tokenised are spelled, by their number in the language. */
  async spell(language: string, texts: readonly number[]): Promise<Map<number, SpelledText>> {
    const { blob } = await this.result("spell", { language, texts }, "spelling");
    const lengths = takeTensor(blob, "tokens", "U32", [texts.length]);
    const all = [lengths.reduce((sum, n) => sum + n, 0)];
    const role = takeTensor(blob, "role", "U8", all);
    const start = takeTensor(blob, "offset_start", "U32", all);
    const end = takeTensor(blob, "offset_end", "U32", all);
    const words = z.array(z.string()).length(role.length).parse(jsonOf(blob, "pieces"));
    const found = new Map<number, SpelledText>();
    let from = 0;
    for (const [at, text] of texts.entries()) {
      const own = [from, from + (lengths[at] as number)] as const;
      found.set(text, {
        ...{ role: role.subarray(...own), start: start.subarray(...own) },
        ...{ end: end.subarray(...own), words: words.slice(...own) },
      });
      [, from] = own;
    }
    return found;
  }

  /** Writes `v_scores.pt` from `v_scores.safetensors`. */
  async writeTorch(source: string, target: string, layers: readonly number[]): Promise<void> {
    await this.ended("write_pt", { source, target, layers });
  }

  /** Writes one tensor of a safetensors file as a `.pt` of its own: int64 or float32. */
  async writeTensor(source: string, target: string, tensor: string): Promise<void> {
    await this.ended("write_tensor", { source, target, tensor });
  }

  /** Writes steering vectors `layer.<L>` F32 [d] as the `.pt` of the steering repository. */
  async writeBank(source: string, target: string, metadata: object): Promise<void> {
    await this.ended("write_bank", { source, target, metadata });
  }

  /** Writes trained gates, by layer, as the `.pt` of the steering repository. */
  async writeGates(target: string, gates: object, metadata: object): Promise<void> {
    await this.ended("write_gates", { target, gates, metadata });
  }

  /**
   * Steering vectors from a `.pt` that anybody wrote, checked and without running what it may carry; and what it tells of them.
   *
   * @param name how errors call the source
   */
  async readBank(source: string, target: string, name: string): Promise<z.infer<typeof ReadBank>> {
    return ReadBank.parse(
      jsonOf((await this.result("read_bank", { source, target, name }, "bank")).blob),
    );
  }

  /** Converts a `.pt` that anybody wrote to safetensors, checked and without running what it may carry. */
  async readTorch(source: string, target: string): Promise<void> {
    await this.ended("read_pt", { source, target });
  }

  /** Reads a pickle of plain values and numbers that anybody wrote; of anything else in it, nothing is run. */
  async readPickle(source: string): Promise<ReadPickle> {
    const { blob } = await this.result("read_pickle", { source }, "pickle");
    return ReadPickle.parse(jsonOf(blob));
  }

  /** Encodes texts that were tokenised in a batch and alone, and says what the machine does. */
  async selfcheck(languages: readonly string[]): Promise<MachineCheck> {
    const { blob } = await this.result("selfcheck", { languages }, "selfcheck");
    return MachineCheck.parse(jsonOf(blob));
  }

  /**
   * Streams the losses of texts under sets of features whose directions are taken out: of T texts and S sets, `loss` f64 [S, T]
   * row-major (nats, summed over the tokens that are predicted), `tokens` u32 [T].
   */
  async *ablate(request: {
    language: string;
    layer: number | null;
    sets: readonly (readonly number[])[];
    projection: string;
    hook: string;
    shards: readonly Shard[];
  }): AsyncGenerator<LossFrame, void, void> {
    yield* this.losses("ablate", request, request.sets.length);
  }

  /** Streams what a job sends of the losses of texts under so many sets of changes. */
  async *losses(job: string, request: object, sets: number): AsyncGenerator<LossFrame, void, void> {
    for await (const frame of this.frames(job, { ...request })) {
      if (frame.kind !== "result") continue;
      const text = takeTensor(frame.blob, "text", "U32");
      yield {
        text,
        tokens: takeTensor(frame.blob, "tokens", "U32", [text.length]),
        loss: takeTensor(frame.blob, "loss", "F64", [sets, text.length]),
      };
    }
  }

  /** What this Python has; `presets` are looked for in the cache. */
  async doctor(presets: readonly unknown[]): Promise<EngineFacts> {
    const { blob } = await this.result("doctor", { presets }, "doctor");
    return EngineFacts.parse(jsonOf(blob));
  }

  /** In which languages texts are, told offline; and what the detector knows. Loads no model. */
  async detect(texts: readonly string[]): Promise<Detection> {
    return Detection.parse(jsonOf((await this.result("detect", { texts }, "detected")).blob));
  }

  /** Ward's tree over K×K distances, its cut and a map. Loads no model. */
  async cluster(distances: readonly (readonly number[])[], cut: Cut): Promise<Grouping> {
    const { blob } = await this.result("cluster", { distances, ...cut }, "clusters");
    return Grouping.parse(jsonOf(blob));
  }

  /** Downloads what `load` would load, without loading it. */
  async prefetch(request: LoadRequest): Promise<Prefetched> {
    const { blob } = await this.result("prefetch", { ...request }, "prefetched");
    return Prefetched.parse(jsonOf(blob));
  }

  /** The releases that the installed sae_lens knows. */
  async releases(): Promise<Release[]> {
    return z.array(Release).parse(jsonOf((await this.result("releases", {}, "releases")).blob));
  }

  /** A job's result of that name. */
  async result(
    job: string,
    request: Record<string, unknown>,
    name: string,
  ): Promise<Frame & { kind: "result" }> {
    let found: (Frame & { kind: "result" }) | undefined;
    for await (const frame of this.frames(job, request)) {
      if (frame.kind === "result" && frame.name === name) found = frame;
    }
    if (found === undefined) throw new Error(`job ${job} ended without its result "${name}"`);
    return found;
  }

  /** Waits for a job whose end is all there is to wait for. */
  private async ended(job: string, request: Record<string, unknown>): Promise<void> {
    for await (const _ of this.frames(job, request)) {
      // What it did is elsewhere.
    }
  }

  /** What a job sends, but for its progress. */
  async *frames(job: string, request: Record<string, unknown>): AsyncGenerator<Frame, void, void> {
    for await (const frame of this.engine.run(job, request, this.signal)) {
      if (frame.kind === "progress") this.onProgress(frame.progress);
      else if (frame.kind === "result" && frame.name === "worker_lost")
        this.onWorkerNews({ type: frame.name, ...WorkerLost.parse(jsonOf(frame.blob)) });
      else if (frame.kind === "result" && frame.name === "worker_joined")
        this.onWorkerNews({ type: frame.name, ...WorkerJoined.parse(jsonOf(frame.blob)) });
      else yield frame;
    }
  }
}

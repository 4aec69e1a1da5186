import { loadRequest } from "../compute/compute-run.js";
import { folderOf } from "../config/paths.js";
import type { RunConfig } from "../config/schema.js";
import type { EngineJobs, Loaded } from "../engine/engine-jobs.js";
import { requestError, VscoreError } from "../errors.js";
import type { FinishedRun } from "../runs/read.js";
import { configToReadWith } from "../runs/run-config.js";
import { describeText } from "./describe-text.js";
import { warningsOf } from "./differences-from-run.js";
import type { ExploredText, ExploreReady } from "./explored-text.js";
import { type LanguageFeatures, languageFeaturesOf } from "./language-features.js";
import { type ReadText, TextReader } from "./read-text.js";
import { refuseUnreadable } from "./text-lines.js";

export interface ExploreRequest {
  run: FinishedRun;
  /** Those of the run's layers that are explored. */
  layers: readonly number[];
  topK: number;
  among: number;
}

/** Under which name the engine keeps the text. */
const TEXT = "explore";

/** A run's own model and dictionaries, loaded to read new texts. */
export class Explorer {
  private constructor(
    readonly request: ExploreRequest,
    private readonly config: RunConfig,
    private readonly loaded: Loaded,
    private readonly features: ReadonlyMap<number, LanguageFeatures>,
    private readonly jobs: EngineJobs,
    /** What a reader of every result must know of model and dictionaries. */
    readonly warnings: readonly string[],
  ) {}

  /**
   * All of the run's dictionaries are loaded: whether texts begin with BOS hangs on all of them.
   *
   * @throws VscoreError (request) where config and meta differ, or a dictionary has another width than the run's rankings
   */
  static async load(request: ExploreRequest, jobs: EngineJobs): Promise<Explorer> {
    const { run, layers, among } = request;
    const config = configToReadWith(run);
    const model_revision = folderOf(config.model_id) === null ? run.meta.model_revision : null;
    const loaded = await jobs.load(loadRequest({ ...config, model_revision }));
    const features = new Map<number, LanguageFeatures>();
    for (const layer of layers) {
      features.set(layer, languageFeaturesOf(run, layer, among));
      const ranked = run.rankings.get(layer)?.features;
      const width = loaded.dictionaries.find((dictionary) => dictionary.layer === layer)?.d_sae;
      if (width !== ranked) {
        throw requestError(
          `The dictionary of layer ${layer} has ${width} features here, the run ${run.name} ranked ${ranked}. Feature numbers would not mean the same. Restore the dictionary, or compute the run anew.`,
        );
      }
    }
    const warnings = warningsOf(run, loaded);
    return new Explorer(request, config, loaded, features, jobs, warnings);
  }

  /** Rejects when Python ends, also between two texts. */
  get died(): Promise<never> {
    return this.jobs.died;
  }

  get ready(): ExploreReady {
    const { run, layers } = this.request;
    return {
      run: run.name,
      model_id: run.meta.model_id,
      device: this.loaded.device,
      dtype: this.loaded.dtype,
      layers: [...layers],
      languages: run.meta.languages,
      warnings: [...this.warnings],
    };
  }

  /** @throws VscoreError; whether the next text can be explored all the same, `isOfTheText` tells */
  async explore(text: string): Promise<ExploredText> {
    const { run, topK, among } = this.request;
    refuseUnreadable(text);
    const { truncated } = await this.jobs.tokenize(TEXT, [text]);
    const read = await this.read(text);
    const described = describeText(read, {
      languages: run.meta.languages,
      layers: this.features,
      topK,
    });
    return {
      schema_version: 1,
      run: run.name,
      text,
      top_k: topK,
      among,
      ranked_by: run.measure ?? "v",
      ...described,
      warnings: [...this.warnings, ...this.textWarnings(read, truncated.length > 0)],
    };
  }

  private async read(text: string): Promise<ReadText> {
    const { layers } = this.request;
    const reader = new TextReader(text, layers, this.config);
    const shards = [{ shard: 0, texts: [0] }];
    try {
      for await (const frame of this.jobs.extract({ language: TEXT, layers, shards, tokens: true }))
        reader.add(frame);
    } catch (error) {
      throw isOutOfMemory(error) ? tooLong(error) : error;
    }
    return reader.finish();
  }

  private textWarnings({ tokens }: ReadText, isCut: boolean): string[] {
    const { special_tokens, first_token } = this.config;
    return [
      ...(isCut
        ? [
            `the text is longer than the model's context and was cut to ${this.loaded.model.max_positions} tokens`,
          ]
        : []),
      ...(tokens.some(({ counted }) => counted)
        ? []
        : [
            `no token of the text counts under the run's rule (special tokens: ${special_tokens}, first position: ${first_token})`,
          ]),
    ];
  }
}

/** Whether a failure is about one text: the engine lives and can take the next one. */
export const isOfTheText = (error: unknown): error is VscoreError =>
  error instanceof VscoreError &&
  error.kind !== "cancelled" &&
  (error.kind === "request" || error.details.engineKind !== undefined);

const isOutOfMemory = (error: unknown): error is VscoreError =>
  error instanceof VscoreError && error.details.engineKind === "out_of_memory";

const tooLong = (cause: VscoreError): VscoreError =>
  new VscoreError(
    "environment",
    "The device ran out of memory over this text. Expected one that fits beside the model. Give a shorter text, or free memory on the device.",
    { ...cause.details, cause },
  );

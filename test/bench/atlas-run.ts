import { writeFile } from "node:fs/promises";
import { OpenRun } from "../../src/compute/open-run.js";
import { PhaseClock } from "../../src/compute/phase-clock.js";
import { ProgressMeter } from "../../src/compute/progress-meter.js";
import { FLORES_PLUS } from "../../src/config/flores-plus.js";
import { resolveConfig } from "../../src/config/resolve.js";
import type { RunConfig } from "../../src/config/schema.js";
import { readFrames } from "../../src/engine/activation-stream.js";
import type { EngineJobs, Loaded, SpelledText } from "../../src/engine/engine-jobs.js";
import { type ActivationsFrame, FIRST_POSITION, SPECIAL } from "../../src/engine/frames.js";
import type { CorpusText } from "../../src/plan.js";
import type { Meta, RunNews } from "../../src/runs/meta.js";
import { openExamples, openRun } from "../../src/runs/read.js";
import { RunStore } from "../../src/runs/store.js";
import type { Size } from "../../src/tui/model.js";
import { FakeJobs } from "../fixtures/fake-jobs.js";
import { frameBytes, jsonMessage } from "../fixtures/frames.js";
import { loadedOf } from "../fixtures/loaded.js";
import { Driver, rowOf, surroundings } from "../fixtures/tui.js";
import type { SyntheticSize } from "./asked-size.js";
import { SyntheticModel } from "./synthetic-frames.js";

/** Layers of Gemma 2 2B as the paper has them. */
const LAYERS = [0, 2, 5, 10, 15, 20, 22, 24];
/** A socket gives so many bytes at once. */
const CHUNK = 1 << 16;

export const codesOf = ({ languages }: SyntheticSize): string[] =>
  [...FLORES_PLUS.keys()].slice(0, languages);

/**
 * Computes a run as `vscore compute` does once model and texts are there: real frames through the real reader, reducer, store and
 * evidence. Only the model is not there, nor the engine's copy of the scores for PyTorch.
 */
export async function computeAtlas(
  folder: string,
  asked: SyntheticSize,
  {
    sharesIds = true,
    onNews = () => undefined,
  }: { sharesIds?: boolean; onNews?: (news: RunNews) => void } = {},
): Promise<Meta> {
  const codes = codesOf(asked);
  const layers = LAYERS.slice(0, asked.layers);
  const { config } = resolveConfig({
    ...{ model: "gemma-2b", languages: codes, layers },
    ...{ n_texts_per_lang: asked.texts, out_dir: folder },
  });
  const store = await RunStore.create(folder, config);
  const model = new SyntheticModel(asked);
  const tokenized = new Map(
    codes.map((code, language) => {
      const tokens = model.tokens(language);
      return [code, { tokens, counted: tokens.map((n) => n - 1), truncated: 0 }];
    }),
  );
  const started = new Date();
  const languages = textsOf(codes, asked);
  try {
    const open = new OpenRun({
      ...{ config, store, jobs: new SyntheticJobs(model, config) as EngineJobs, tokenized, onNews },
      loaded: loadedWith(config, asked.features),
      gathered: { languages, revision: "synthetic", sharesIds, warnings: [] },
      read: { languages, lettersChanged: null, wordsMoved: null },
      ...{
        checked: null,
        precision: null,
        cluster: null,
        meter: new ProgressMeter(onNews),
        started,
      },
      ...{ startedAt: performance.now(), clock: new PhaseClock(performance.now()) },
    });
    return await open.complete(false);
  } finally {
    await store.release();
  }
}

/** Opens the run in the terminal UI and goes through its tabs, a language that is looked for, and a feature. @returns what was shown */
export function lookAtAtlas(folder: string, size: Size): string[] {
  const run = openRun(folder);
  const driver = new Driver(undefined, size)
    .list(rowOf("atlas", { folder, languages: run.meta.languages, layers: run.meta.layers }))
    .press("enter")
    .hear({
      type: "run_opened",
      folder,
      run,
      around: surroundings({ examples: openExamples(run) }),
    });
  const shown = ["1", "2", "3", "4", "right", "m"].map((key) => driver.press(key).text);
  const last = run.meta.languages.at(-1) as string;
  shown.push(driver.press("/").type(last).text, driver.press("enter").text);
  shown.push(driver.press("2", "enter").text);
  return shown;
}

const textsOf = (codes: readonly string[], { texts }: SyntheticSize) =>
  new Map(
    codes.map((code): [string, CorpusText[]] => [
      code,
      Array.from({ length: texts }, (_, at) => ({ id: `s${at}`, text: `${code} ${at}` })),
    ]),
  );

function loadedWith(config: RunConfig, features: number): Loaded {
  const [like] = loadedOf().dictionaries;
  return loadedOf({
    model: { ...loadedOf().model, id: config.model_id, max_positions: 8192 },
    dictionaries: config.layers.map((layer) => ({
      ...(like as Loaded["dictionaries"][number]),
      ...{ layer, d_sae: features, release: config.sae_release },
      sae_id: config.sae_id_template.replace("{layer}", String(layer)),
      hook_name: `blocks.${layer}.hook_resid_post`,
    })),
  });
}

/** The engine's part of a run. */
class SyntheticJobs extends FakeJobs {
  constructor(
    private readonly model: SyntheticModel,
    private readonly config: RunConfig,
  ) {
    super({});
  }

  override async *extract(
    request: Parameters<EngineJobs["extract"]>[0],
  ): AsyncGenerator<ActivationsFrame, void, void> {
    for await (const frame of readFrames(this.bytes(request)))
      if (frame.kind === "activations") yield frame;
  }

  override async spell(code: string, texts: readonly number[]): Promise<Map<number, SpelledText>> {
    const tokens = this.model.tokens(this.config.languages.indexOf(code));
    return new Map(
      texts.map((text) => {
        const length = tokens[text] as number;
        const nothing = new Uint32Array(length);
        const role = Uint8Array.from(nothing, (_, at) => (at === 0 ? FIRST_POSITION | SPECIAL : 0));
        const words = Array.from(nothing, (_, at) => `▁word${at}`);
        return [text, { role, start: nothing, end: nothing, words }];
      }),
    );
  }

  private async *bytes({
    language: code,
    layers,
    shards,
  }: Parameters<EngineJobs["extract"]>[0]): AsyncGenerator<Uint8Array, void, void> {
    const language = this.config.languages.indexOf(code);
    const tokens = this.model.tokens(language);
    for (const shard of shards)
      for (const layer of layers) {
        const place = { language, code, layer: this.config.layers.indexOf(layer) };
        const blob = frameBytes({ ...this.model.frame(place, shard, tokens), layer });
        for (let at = 0; at < blob.length; at += CHUNK) yield blob.subarray(at, at + CHUNK);
      }
    yield jsonMessage("end", { frames: shards.length * layers.length, texts: tokens.length });
  }

  override async writeTorch(_: string, target: string): Promise<void> {
    await writeFile(target, "made by the engine");
  }
}

import type { RunConfig } from "../config/schema.js";
import type { AheadShard, EngineJobs, EngineSeconds } from "../engine/engine-jobs.js";
import { planShards, type Shard } from "../plan.js";
import { joinTexts, type TextShelf, type TextSum } from "../reduce/joined-texts.js";
import { type LayerStrongest, StrongestTexts } from "../reduce/strongest-texts.js";
import { TextSums } from "../reduce/text-sums.js";
import type { Room } from "../room.js";
import { type SumsByLayer, sumsByLayer } from "../runs/sums-file.js";
import type { ExtractPart } from "./phase-clock.js";
import { withinMemory } from "./within-memory.js";

export interface ExtractRequest {
  config: RunConfig;
  language: string;
  /** All tokens of each text. */
  tokens: Uint32Array;
  /** Width of each layer's dictionary. */
  widths: ReadonlyMap<number, number>;
  /** Token budget to begin with. */
  budget: number;
  /** Where sums lie until all are there, layer by layer; in memory where it is not given. */
  shelf?: SumsShelf;
  /** What comes after it, for workers that would have nothing to do; by the token budget of a batch. */
  ahead?: (budget: number) => AheadShard[];
}

/** A place for the sums of texts. */
export interface SumsShelf {
  /** Those of a layer. */
  of(layer: number): TextShelf;
  /** Takes away what lies there: extraction begins with it empty. */
  clear(): void;
}

const IN_MEMORY: SumsShelf = { of: () => new Map<number, TextSum>(), clear: () => undefined };

export interface ExtractNews {
  /** A batch has been through every layer: this many texts and tokens are new. */
  onBatch(texts: number, tokens: number): void;
  /** What was spent on a part of it, in seconds. */
  onSeconds(part: ExtractPart, seconds: number): void;
  /** The device ran out of memory: the language begins again with this budget. */
  onHalved(budget: number): Promise<void>;
}

/** Of a language, or some of its texts, once they have been through the model. */
export interface Extracted<Layers> {
  /** Sums by layer; of a whole language joined whenever one is asked for: all of them side by side would be in memory twice. */
  layers: Layers;
  /** By layer: the texts in which features are strongest. */
  strongest: Map<number, LayerStrongest>;
  /** Counted tokens of each text of the language. */
  counted: Uint32Array;
  /** The token budget that held. */
  budget: number;
}

/**
 * Streams one language's activations from the engine and reduces them to per-text sums. When the device runs out of memory
 * the token budget is halved and the language begins again, down to one text a batch.
 */
export async function extractLanguage(
  request: ExtractRequest,
  jobs: EngineJobs,
  news: ExtractNews,
): Promise<Extracted<SumsByLayer>> {
  const all = [...request.tokens.keys()];
  const { layers, ...extracted } = await extractTexts({ ...request, texts: all }, jobs, news);
  const join = (layer: number, room?: Room) =>
    joinTexts(request.widths.get(layer) ?? 0, layers.get(layer) ?? [], room);
  return { ...extracted, layers: sumsByLayer([...layers.keys()], join) };
}

/**
 * The same of some of the language's texts, by themselves.
 *
 * @param request.texts by their index; with those of whole batches of the language's plan, the batches are the plan's
 * @returns the sums of each of these texts, counted tokens of all texts of the language (0 of the others)
 */
export async function extractTexts(
  request: ExtractRequest & { texts: readonly number[] },
  jobs: EngineJobs,
  news: ExtractNews,
): Promise<Extracted<Map<number, Iterable<TextSum>>>> {
  const { result, budget } = await withinMemory(
    request.budget,
    request.texts.map((text) => request.tokens[text] as number),
    (budget) => news.onHalved(budget),
    (budget) => extractOnce({ ...request, budget }, jobs, news),
  );
  return { ...result, budget };
}

/** The batches of some of a language's texts. @param tokens of each text of the language */
export function batchesOf(texts: readonly number[], tokens: Uint32Array, budget: number): Shard[] {
  const lengths = texts.map((text) => tokens[text] as number);
  return planShards(lengths, budget).map((batch) => ({
    shard: batch.shard,
    texts: batch.texts.map((at) => texts[at] as number),
  }));
}

async function extractOnce(
  {
    config,
    language,
    tokens,
    widths,
    budget,
    texts,
    shelf = IN_MEMORY,
    ahead,
  }: ExtractRequest & { texts: readonly number[] },
  jobs: EngineJobs,
  news: ExtractNews,
): Promise<Omit<Extracted<Map<number, Iterable<TextSum>>>, "budget">> {
  const shards = batchesOf(texts, tokens, budget);
  shelf.clear();
  const running = new Map(
    config.layers.map((layer) => {
      const width = widths.get(layer) ?? 0;
      const sums = new TextSums(width, tokens.length, config, shelf.of(layer));
      return [layer, { sums, strongest: new StrongestTexts(width, config) }];
    }),
  );
  const lastLayer = config.layers.at(-1);
  let shard = -1;
  let reducing = 0;
  const onSeconds = (seconds: EngineSeconds) => {
    for (const part of ["model", "encode", "stream"] as const) news.onSeconds(part, seconds[part]);
  };
  const later = ahead?.(budget) ?? [];
  const request = { language, layers: config.layers, shards, tokens: false, ahead: later };
  for await (const frame of jobs.extract(request, onSeconds)) {
    const layer = running.get(frame.layer);
    if (layer === undefined)
      throw new Error(`the engine sent layer ${frame.layer}, which was not asked for`);
    const began = performance.now();
    layer.sums.add(frame);
    layer.strongest.add(frame);
    reducing += performance.now() - began;
    if (frame.layer !== lastLayer || frame.shard === shard) continue;
    shard = frame.shard;
    const texts = shards[shard]?.texts ?? [];
    news.onBatch(
      texts.length,
      texts.reduce((sum, text) => sum + (tokens[text] as number), 0),
    );
  }
  const began = performance.now();
  const found = {
    layers: new Map<number, Iterable<TextSum>>(),
    strongest: new Map<number, LayerStrongest>(),
    counted: new Uint32Array(tokens.length) as Uint32Array,
  };
  for (const [layer, { sums, strongest }] of running) {
    found.layers.set(layer, sums.finishTexts(texts));
    found.strongest.set(layer, strongest.finish());
    found.counted = sums.countedTokens;
  }
  news.onSeconds("reduce", (reducing + performance.now() - began) / 1000);
  return found;
}

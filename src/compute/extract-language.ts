import type { RunConfig } from "../config/schema.js";
import type { EngineJobs } from "../engine/engine-jobs.js";
import { planShards } from "../plan.js";
import { joinTexts, type TextSum } from "../reduce/joined-texts.js";
import { type LayerTextSums, TextSums } from "../reduce/text-sums.js";
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
}

export interface ExtractNews {
  /** A batch has been through every layer: this many texts and tokens are new. */
  onBatch(texts: number, tokens: number): void;
  /** The device ran out of memory: the language begins again with this budget. */
  onHalved(budget: number): Promise<void>;
}

/**
 * Streams one language's activations from the engine and reduces them to per-text sums. When the device runs out of memory
 * the token budget is halved and the language begins again, down to one text a batch.
 *
 * @returns the sums of every layer, counted tokens per text, and the budget that held
 */
export async function extractLanguage(
  request: ExtractRequest,
  jobs: EngineJobs,
  news: ExtractNews,
): Promise<{ layers: Map<number, LayerTextSums>; counted: Uint32Array; budget: number }> {
  const all = [...request.tokens.keys()];
  const { layers, ...extracted } = await extractTexts({ ...request, texts: all }, jobs, news);
  const joined = [...layers].map(
    ([layer, texts]) => [layer, joinTexts(request.widths.get(layer) ?? 0, texts)] as const,
  );
  return { layers: new Map(joined), ...extracted };
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
): Promise<{ layers: Map<number, TextSum[]>; counted: Uint32Array; budget: number }> {
  const { result, budget } = await withinMemory(
    request.budget,
    request.texts.map((text) => request.tokens[text] as number),
    (budget) => news.onHalved(budget),
    (budget) => extractOnce({ ...request, budget }, jobs, news),
  );
  return { ...result, budget };
}

async function extractOnce(
  {
    config,
    language,
    tokens,
    widths,
    budget,
    texts,
  }: ExtractRequest & { texts: readonly number[] },
  jobs: EngineJobs,
  news: ExtractNews,
): Promise<{ layers: Map<number, TextSum[]>; counted: Uint32Array }> {
  const lengths = texts.map((text) => tokens[text] as number);
  const shards = planShards(lengths, budget).map((batch) => ({
    shard: batch.shard,
    texts: batch.texts.map((at) => texts[at] as number),
  }));
  const sums = new Map(
    config.layers.map((layer) => [
      layer,
      new TextSums(widths.get(layer) ?? 0, tokens.length, config),
    ]),
  );
  const lastLayer = config.layers.at(-1);
  let shard = -1;
  for await (const frame of jobs.extract({
    language,
    layers: config.layers,
    shards,
    tokens: false,
  })) {
    const layer = sums.get(frame.layer);
    if (layer === undefined)
      throw new Error(`the engine sent layer ${frame.layer}, which was not asked for`);
    layer.add(frame);
    if (frame.layer !== lastLayer || frame.shard === shard) continue;
    shard = frame.shard;
    const texts = shards[shard]?.texts ?? [];
    news.onBatch(
      texts.length,
      texts.reduce((sum, text) => sum + (tokens[text] as number), 0),
    );
  }
  const layers = new Map<number, TextSum[]>();
  let counted = new Uint32Array(tokens.length);
  for (const [layer, running] of sums) {
    layers.set(layer, running.finishTexts(texts));
    counted = running.countedTokens as Uint32Array<ArrayBuffer>;
  }
  return { layers, counted };
}

import { withinMemory } from "../compute/within-memory.js";
import type { EngineJobs } from "../engine/engine-jobs.js";
import { rebuiltBatches, splicedLosses } from "../engine/fidelity-jobs.js";
import { collectLosses } from "../experiments/ablation/losses.js";
import { type CorpusText, planShards, type Shard, spreadTexts } from "../plan.js";
import { RunningRebuilt } from "../reduce/rebuilt.js";
import type { Fidelity, FidelityOfLanguage } from "../runs/fidelity-file.js";
import { addedUp } from "./add-batches.js";

/** So many texts of each language are rebuilt before a run: enough for a share of variance, next to nothing for the clock. */
export const CHECKED_TEXTS = 4;

/** A language's texts as the engine has them: all tokens of each. */
export interface TextsOfLanguage {
  texts: readonly CorpusText[];
  tokens: ArrayLike<number>;
}

/** Texts that were tokenised, with the tokens of each. */
export const withTokens = (
  texts: ReadonlyMap<string, readonly CorpusText[]>,
  tokenized: ReadonlyMap<string, { tokens: ArrayLike<number> }>,
): Map<string, TextsOfLanguage> =>
  new Map(
    [...tokenized].map(([language, { tokens }]) => [
      language,
      { texts: texts.get(language) ?? [], tokens },
    ]),
  );

export interface FidelityRequest {
  of: Fidelity["of"];
  languages: ReadonlyMap<string, TextsOfLanguage>;
  /** At most so many of each language, of as many documents as there are. */
  texts: number;
  /** Whether the model is also to predict them with the rebuilt tensors. */
  losses: boolean;
  /** Token budget of a forward pass. */
  budget: number;
}

type Losses = NonNullable<FidelityOfLanguage["losses"]>;

/**
 * How well the loaded dictionaries rebuild what they read, by language and layer.
 *
 * @param onLanguage told before each, with how many were done
 */
export async function measureFidelity(
  { of, languages, texts, losses, budget }: FidelityRequest,
  jobs: EngineJobs,
  onLanguage: (language: string, done: number) => void = () => undefined,
): Promise<Fidelity> {
  const fidelity: Fidelity = { schema_version: 1, of, texts: {}, layers: [] };
  const onHalved = async () => undefined;
  for (const [language, own] of languages) {
    onLanguage(language, Object.keys(fidelity.texts).length);
    const chosen = chosenOf(own, texts);
    const lengths = chosen.map((text) => own.tokens[text] as number);
    const within = <T>(work: (shards: Shard[]) => Promise<T>) =>
      withinMemory(budget, lengths, onHalved, (left) => work(shardsOf(chosen, lengths, left)));
    const { result: sums } = await within((shards) =>
      addedUp(rebuiltBatches(jobs, { language, shards })),
    );
    const passedOn = [...sums.values()].filter(({ facts }) => facts.is_passed_on);
    const layers = passedOn.map(({ facts }) => facts.layer);
    const predicted = losses
      ? (await within((shards) => lossesOf(language, chosen, layers, shards, jobs))).result
      : new Map<number, Losses>();
    fidelity.texts[language] = chosen.length;
    for (const [layer, { facts, running }] of sums) {
      let entry = fidelity.layers.find((each) => each.layer === layer);
      if (entry === undefined) {
        const { stated_l0, rebuilds, untold, is_passed_on } = facts;
        entry = { layer, stated_l0, rebuilds, untold, is_passed_on, languages: {} };
        fidelity.layers.push(entry);
      }
      entry.languages[language] = { ...running.finish(), losses: predicted.get(layer) ?? null };
    }
  }
  const nothing = { ...new RunningRebuilt().finish(), losses: null };
  for (const language of languages.keys())
    for (const entry of fidelity.layers) entry.languages[language] ??= nothing;
  return fidelity;
}

/** Batches of the texts of a language that are looked at. */
export function checkedShards(own: TextsOfLanguage, texts: number, budget: number): Shard[] {
  const chosen = chosenOf(own, texts);
  return shardsOf(
    chosen,
    chosen.map((text) => own.tokens[text] as number),
    budget,
  );
}

/** Indices of a language's chosen texts: in a text of one token nothing counts, and nothing is predicted. */
function chosenOf({ texts, tokens }: TextsOfLanguage, count: number): number[] {
  const chosen = new Set(
    spreadTexts(
      texts.filter((_, at) => (tokens[at] as number) > 1),
      count,
    ),
  );
  return [...texts.keys()].filter((at) => chosen.has(texts[at] as CorpusText));
}

/** Batches of chosen texts, by their index in the language. */
const shardsOf = (chosen: readonly number[], lengths: readonly number[], budget: number): Shard[] =>
  planShards(lengths, budget).map(({ shard, texts }) => ({
    shard,
    texts: texts.map((at) => chosen[at] as number),
  }));

/** Losses per predicted token of the chosen texts in which anything is predicted; none where nothing is. */
async function lossesOf(
  language: string,
  chosen: readonly number[],
  layers: readonly number[],
  shards: readonly Shard[],
  jobs: EngineJobs,
): Promise<Map<number, Losses>> {
  const place = new Map(chosen.map((text, at) => [text, at]));
  const frames = splicedLosses(jobs, { language, layers, shards });
  const { tokens, loss } = await collectLosses(
    placed(frames, place),
    { sets: 1 + 2 * layers.length, texts: chosen.length },
    language,
  );
  const predicted = tokens.reduce((sum, n) => sum + n, 0);
  if (predicted === 0) return new Map();
  const perToken = loss.map((row) => row.reduce((sum, each) => sum + each, 0) / predicted);
  return new Map(
    layers.map((layer, at) => [
      layer,
      {
        texts: tokens.filter((n) => n > 0).length,
        as_is: perToken[0] as number,
        rebuilt: perToken[1 + 2 * at] as number,
        zero: perToken[2 + 2 * at] as number,
      },
    ]),
  );
}

/** Frames whose texts are counted among the chosen ones, not in the language. */
async function* placed<T extends { text: Uint32Array }>(
  frames: AsyncIterable<T>,
  place: ReadonlyMap<number, number>,
): AsyncGenerator<T, void, void> {
  for await (const frame of frames)
    yield { ...frame, text: frame.text.map((text) => place.get(text) as number) };
}

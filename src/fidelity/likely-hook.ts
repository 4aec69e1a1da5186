import type { EngineJobs, Loaded } from "../engine/engine-jobs.js";
import { triedHooks } from "../engine/fidelity-jobs.js";
import { VscoreError } from "../errors.js";
import type { Shard } from "../plan.js";
import { fvuOf, NOT_REBUILT } from "../reduce/rebuilt.js";
import type { Fidelity } from "../runs/fidelity-file.js";
import { referenceOf } from "../selfcheck/verdict.js";
import { addedUp } from "./add-batches.js";
import { CHECKED_TEXTS, checkedShards, type TextsOfLanguage } from "./measure-fidelity.js";

/** A tensor that a dictionary fits better than the one that it reads. */
export interface LikelyHook {
  name: string;
  module: string;
  fvu: number;
  /** Of the tensor that it reads, on the same texts; null where that is none of those that were tried. */
  read_fvu: number | null;
}

/** Where another tensor's FVU is less than this share of that of the one it reads, a dictionary was likely trained there. */
const CLEARLY_LESS = 0.75;
/** Tensors whose FVU is up to so many times the least are as likely. */
const ALIKE = 1.15;

/**
 * The tensor of the model that a layer's dictionary rebuilds best; null where that is the one it reads, or not clearly better, or where
 * none is rebuilt so well that it would be the one.
 *
 * @param reads the module that it reads, in the words of `Loaded`
 * @param request.shards texts of the language that the engine has
 */
export async function likelyHook(
  jobs: EngineJobs,
  reads: string,
  request: {
    language: string;
    layer: number;
    shards: readonly Shard[];
    reach: number | null;
  },
): Promise<LikelyHook | null> {
  const tried = await addedUp(triedHooks(jobs, request));
  const found = [...tried.values()].map(({ facts: { name, module }, running }) => ({
    ...{ name, module },
    fvu: fvuOf(running.finish()) ?? Number.POSITIVE_INFINITY,
  }));
  const falling = found.toSorted((a, b) => a.fvu - b.fvu);
  const least = falling[0]?.fvu ?? 0;
  // Most dictionaries are of a block's output, of which its successor's input and that without its scale are hardly another tensor.
  const best =
    falling.find(({ name, fvu }) => name.endsWith("resid_post") && fvu <= ALIKE * least) ??
    falling[0];
  const own = found.find(({ module }) => module === reads);
  const isLikely =
    best !== undefined &&
    best.fvu < NOT_REBUILT &&
    best.fvu < CLEARLY_LESS * (own?.fvu ?? Number.POSITIVE_INFINITY);
  return isLikely ? { ...best, read_fvu: own?.fvu ?? null } : null;
}

/** What is loaded, and the texts that the engine has. */
interface Searched {
  loaded: Loaded;
  languages: ReadonlyMap<string, TextsOfLanguage>;
  /** Token budget of a forward pass. */
  budget: number;
}

/** Enough to tell tensors apart. */
const SEARCHED_TEXTS = 2;
/** Dictionaries of neighbouring blocks are those that are mistaken for each other, and fit so well that nothing else tells. */
const NEIGHBOURS = 1;

/** By layer, what its dictionary fits better than what it reads, among what its own block and its neighbours put out. */
export async function likelyHooks(
  fidelity: Fidelity,
  { loaded, languages, budget }: Searched,
  jobs: EngineJobs,
): Promise<Map<number, LikelyHook>> {
  const likely = new Map<number, LikelyHook>();
  for (const entry of fidelity.layers) {
    const { layer, rebuilds } = entry;
    if (rebuilds === null) continue;
    const language = referenceOf(entry);
    const shards = checkedShards(
      languages.get(language) as TextsOfLanguage,
      SEARCHED_TEXTS,
      budget,
    );
    const request = { language, layer, shards, reach: NEIGHBOURS };
    const found = await likelyHook(jobs, moduleRead(loaded, layer), request).catch(noRoom);
    if (found !== null) likely.set(layer, found);
  }
  return likely;
}

/** A search among many tensors takes more memory than a run: where there is none, nothing is found, and the run goes on. */
function noRoom(error: unknown): null {
  if (error instanceof VscoreError && error.details.engineKind === "out_of_memory") return null;
  throw error;
}

/** The same of one layer, among the outputs of all blocks. */
export const hookAnywhere = (
  layer: number,
  language: string,
  { loaded, languages, budget }: Searched,
  jobs: EngineJobs,
): Promise<LikelyHook | null> =>
  likelyHook(jobs, moduleRead(loaded, layer), {
    ...{ language, layer, reach: null },
    shards: checkedShards(languages.get(language) as TextsOfLanguage, CHECKED_TEXTS, budget),
  }).catch(noRoom);

/** The module of the model that a layer's dictionary reads. */
export const moduleRead = ({ dictionaries }: Loaded, layer: number): string =>
  dictionaries.find((entry) => entry.layer === layer)?.hook_module ?? "?";

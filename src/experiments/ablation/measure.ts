import type { EngineJobs } from "../../engine/engine-jobs.js";
import { SafetensorsError } from "../../engine/safetensors.js";
import { requestError } from "../../errors.js";
import { planShards } from "../../plan.js";
import type { LongExperiment } from "../../runs/experiments.js";
import { decodeLosses, encodeLosses, type TextLosses } from "./losses.js";
import { type LossRequest, readLosses } from "./read-losses.js";
import type { MeasuredLanguage } from "./summarise.js";

/** What is told while it goes on. */
export type ExperimentNews =
  | { type: "phase"; phase: string }
  /** What the engine says later is of no loading. */
  | { type: "loaded" }
  /** Before the first pass: how often the model is run on a batch, those that are kept from before included. */
  | { type: "plan"; passes: number; batches: number }
  /** Texts under sets of features that went through the model. */
  | { type: "texts"; phase: string; done: number; total: number };

/** The distinct sets of features of a layer that are taken out. */
export interface PlannedLayer {
  layer: number;
  distinct: readonly number[][];
}

export interface Measurement {
  /** Ids of texts, and the document of each: translations share theirs. */
  languages: readonly {
    language: string;
    ids: readonly string[];
    documents: readonly string[];
  }[];
  /** Tokens of each language's texts. */
  lengths: ReadonlyMap<string, ArrayLike<number>>;
  /** What a language is read under. */
  planOf: (language: string) => readonly PlannedLayer[];
}

/**
 * Reads every language once as the model is, and once under each set of features. A few sets of a language and layer are a part of
 * the experiment that stays once it is finished.
 *
 * @returns the losses, and how many independent units the texts are: documents, which translations share
 */
export async function measureLanguages(
  { languages, lengths, planOf }: Measurement,
  how: Pick<LossRequest, "projection" | "hook" | "budget">,
  experiment: LongExperiment,
  jobs: EngineJobs,
  onNews: (news: ExperimentNews) => void,
): Promise<{ measured: MeasuredLanguage[]; units: number }> {
  const setsOf = (language: string) =>
    planOf(language).reduce((sum, { distinct }) => sum + distinct.length, 1);
  const total = languages.reduce(
    (sum, { language, documents }) => sum + documents.length * setsOf(language),
    0,
  );
  const batches = languages.map(({ language }) => ({
    count: planShards(lengths.get(language) as ArrayLike<number>, how.budget).length,
    sets: setsOf(language),
  }));
  onNews({
    type: "plan",
    passes: batches.reduce((sum, { count, sets }) => sum + count * sets, 0),
    batches: batches.reduce((sum, { count }) => sum + count, 0),
  });
  let done = 0;
  const part = async (
    language: string,
    layer: number | null,
    { sets, name }: { sets: readonly number[][]; name: string },
  ): Promise<TextLosses> => {
    const own = lengths.get(language) as ArrayLike<number>;
    const kept = keptLosses(experiment.part(name), sets.length, own.length);
    if (kept !== null) {
      done += own.length * sets.length;
      return kept;
    }
    const before = done;
    const place = layer === null ? "as it is" : `layer ${layer}`;
    const { tokens, loss } = await readLosses(
      { language, lengths: own, layer, sets, ...how },
      jobs,
      (count) => {
        // Batches that are read again in smaller ones count once.
        done = Math.min(done + count, before + own.length * sets.length);
        onNews({ type: "texts", phase: `${language}, ${place}`, done, total });
      },
    );
    const read = { tokens, loss };
    await experiment.writePart(name, encodeLosses(read));
    return read;
  };
  const units = new Map<string, number>();
  const unitOf = (document: string): number => {
    if (!units.has(document)) units.set(document, units.size);
    return units.get(document) as number;
  };
  const measured: MeasuredLanguage[] = [];
  for (const { language, ids, documents } of languages) {
    const alone = { sets: [[]], name: `${language}-baseline.safetensors` };
    const baseline = await part(language, null, alone);
    refuseUnpredicted(language, ids, baseline);
    const layers = new Map<number, TextLosses>();
    for (const { layer, distinct } of planOf(language)) {
      const loss: Float64Array[] = [];
      for (const each of partsOf(language, layer, distinct))
        loss.push(...(await part(language, layer, each)).loss);
      layers.set(layer, { tokens: baseline.tokens, loss });
    }
    measured.push({ language, unitOf: documents.map(unitOf), baseline, layers });
  }
  return { measured, units: units.size };
}

/** So many sets are a part that stays once it is finished. */
const SETS_OF_PART = 8;

const partsOf = (language: string, layer: number, distinct: readonly number[][]) =>
  Array.from({ length: Math.ceil(distinct.length / SETS_OF_PART) }, (_, at) => ({
    sets: distinct.slice(at * SETS_OF_PART, (at + 1) * SETS_OF_PART),
    name: `${language}-layer-${layer}-${at}.safetensors`,
  }));

/** A part that was finished before; null where it is not there, or damaged: then it is measured anew. */
function keptLosses(bytes: Uint8Array | undefined, sets: number, texts: number): TextLosses | null {
  if (bytes === undefined) return null;
  try {
    return decodeLosses(bytes, sets, texts);
  } catch (error) {
    if (error instanceof SafetensorsError) return null;
    throw error;
  }
}

/** @throws VscoreError (request) for a text of special tokens alone */
function refuseUnpredicted(language: string, ids: readonly string[], { tokens }: TextLosses): void {
  const empty = tokens.indexOf(0);
  if (empty >= 0)
    throw requestError(
      `The text ${ids[empty]} of ${language} is of special tokens alone: nothing is predicted in it. Take it out of the corpus.`,
    );
}

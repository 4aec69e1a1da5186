import type { EngineJobs } from "../../engine/engine-jobs.js";
import type { LongExperiment } from "../../runs/experiments.js";
import { decodeLosses, encodeLosses, type TextLosses } from "./losses.js";
import { type LossRequest, readLosses } from "./read-losses.js";
import type { MeasuredLanguage } from "./summarise.js";

/** What is told while it goes on: texts under sets of features that went through the model; none of 0 for another phase. */
export interface ExperimentNews {
  phase: string;
  done: number;
  total: number;
}

/** The distinct sets of features of a layer that are taken out. */
export interface PlannedLayer {
  layer: number;
  distinct: readonly number[][];
}

export interface Measurement {
  languages: readonly { language: string; ids: readonly string[] }[];
  /** Tokens of each language's texts. */
  lengths: ReadonlyMap<string, ArrayLike<number>>;
  /** What a language is read under. */
  planOf: (language: string) => readonly PlannedLayer[];
}

/**
 * Reads every language once as the model is, and once under each set of features. Each language and layer is a part of the
 * experiment that stays once it is finished.
 *
 * @returns the losses, and how many independent units the texts are: translations share one
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
    (sum, { language, ids }) => sum + ids.length * setsOf(language),
    0,
  );
  let done = 0;
  const part = async (
    language: string,
    layer: number | null,
    sets: readonly number[][],
  ): Promise<TextLosses> => {
    const own = lengths.get(language) as ArrayLike<number>;
    const name = `${language}-${layer === null ? "baseline" : `layer-${layer}`}.safetensors`;
    const kept = experiment.part(name);
    if (kept !== undefined) {
      done += own.length * sets.length;
      return decodeLosses(kept, sets.length, own.length);
    }
    const before = done;
    const place = layer === null ? "as it is" : `layer ${layer}`;
    const read = await readLosses(
      { language, lengths: own, layer, sets, ...how },
      jobs,
      (count) => {
        // Batches that are read again in smaller ones count once.
        done = Math.min(done + count, before + own.length * sets.length);
        onNews({ phase: `${language}, ${place}`, done, total });
      },
    );
    await experiment.writePart(name, encodeLosses(read));
    return read;
  };
  const units = new Map<string, number>();
  const unitOf = (id: string): number => {
    if (!units.has(id)) units.set(id, units.size);
    return units.get(id) as number;
  };
  const measured: MeasuredLanguage[] = [];
  for (const { language, ids } of languages) {
    const baseline = await part(language, null, [[]]);
    const layers = new Map<number, TextLosses>();
    for (const { layer, distinct } of planOf(language))
      layers.set(layer, await part(language, layer, distinct));
    measured.push({ language, unitOf: ids.map(unitOf), baseline, layers });
  }
  return { measured, units: units.size };
}

import { rankedBy } from "../runs/rank-by.js";
import type { FinishedRun } from "../runs/read.js";
import type { TopSelection } from "../runs/top-features.js";

/** From here down a family-wise p counts as found. */
export const FOUND_P = 0.05;

/** The best that a dictionary has for a language; null where the run does not know. */
export interface DictionaryBest {
  v: number;
  /** The largest mean on the language less that of the runner-up. */
  margin: number;
  auroc: number | null;
  /** Features whose family-wise p is at most .05. */
  significant: number | null;
  /** The highest v of the language, falling: `DEPTH` of them at most. */
  falling: number[];
}

/** A run's own dictionary and a random one, for one language at one layer. */
export interface LanguageBests {
  layer: number;
  language: string;
  real: DictionaryBest;
  random: DictionaryBest;
}

/** So many of the best v are told, for what their fall looks like. */
export const DEPTH = 50;

/** By layer and language, in the run's order; by v, whatever the run is ranked by. */
export function languageBestsOf(
  run: FinishedRun,
  random: FinishedRun,
  { layer, language }: Pick<TopSelection, "layer" | "language">,
): LanguageBests[] {
  const [ofRun, ofRandom] = [bestsOf(run), bestsOf(random)];
  return run.meta.layers
    .filter((each) => layer === undefined || each === layer)
    .flatMap((each) =>
      run.meta.languages.flatMap((code, k) =>
        language !== undefined && code !== language
          ? []
          : [
              {
                ...{ layer: each, language: code },
                ...{ real: ofRun(each, k), random: ofRandom(each, k) },
              },
            ],
      ),
    );
}

/** How many features of either have a family-wise p that counts as found, over all of these; null where a run does not know. */
export function foundOverall(
  bests: readonly LanguageBests[],
): { real: number; random: number } | null {
  const found = { real: 0, random: 0 };
  for (const { real, random } of bests) {
    if (real.significant === null || random.significant === null) return null;
    found.real += real.significant;
    found.random += random.significant;
  }
  return found;
}

function bestsOf(run: FinishedRun): (layer: number, k: number) => DictionaryBest {
  const margins = rankedBy(run, "margin").rankings;
  return (layer, k) => {
    const [byV, byMargin] = [(run.byV ?? run.rankings).get(layer), margins.get(layer)];
    if (byV === undefined || byMargin === undefined)
      throw new Error(`the run ${run.name} has no layer ${layer}`);
    const evidence = run.evidence?.layers.get(layer);
    const start = k * byV.features;
    const rowOf = (table: Float32Array | undefined): Float32Array | null => {
      const row = table?.subarray(start, start + byV.features).filter((n) => !Number.isNaN(n));
      return row === undefined || row.length === 0 ? null : row;
    };
    const [aurocs, ps] = [rowOf(evidence?.auroc), rowOf(evidence?.p)];
    return {
      v: byV.value[start] as number,
      margin: byMargin.value[start] as number,
      auroc: aurocs === null ? null : aurocs.reduce((most, each) => Math.max(most, each)),
      significant: ps === null ? null : ps.filter((p) => p <= Math.fround(FOUND_P)).length,
      falling: [...byV.value.subarray(start, start + Math.min(DEPTH, byV.features))],
    };
  };
}

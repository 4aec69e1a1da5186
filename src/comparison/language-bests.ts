import type { ForeignRun } from "../runs/foreign.js";
import type { FinishedRun } from "../runs/read.js";
import { rankedFeatures, topFeatures } from "../runs/top-features.js";
import type { ComparedLayer } from "./comparable-layers.js";
import { ownShares } from "./overlap.js";

/** What a language's best feature is like, in words that mean the same with every dictionary; null where a run has no means. */
export interface LanguageBest {
  feature: number;
  v: number;
  mean: number | null;
  /** v / mean: how much of its mean is the language's own. */
  share: number | null;
  /** Share of the language's counted tokens on which it fires. */
  active_fraction: number | null;
  /** How many of the language's top-k features are in no other language's top k. */
  own: number;
}

/** The same language in two runs; null is a run that has no layer to set beside the other's. */
export interface LanguagePair {
  layer: number;
  language: string;
  first: LanguageBest | null;
  second: LanguageBest | null;
}

/** What two runs' languages are like at these layers. */
export function languagePairs(
  [first, second]: readonly [FinishedRun | ForeignRun, FinishedRun | ForeignRun],
  layers: readonly ComparedLayer[],
  languages: readonly string[],
  topK: number,
): LanguagePair[] {
  return layers.flatMap(({ layer, run }) => {
    const bests = [
      run === "second" ? null : languageBests(first, layer, topK),
      run === "first" ? null : languageBests(second, layer, topK),
    ] as const;
    return languages.map((language) => ({
      ...{ layer, language },
      first: bests[0]?.get(language) ?? null,
      second: bests[1]?.get(language) ?? null,
    }));
  });
}

function languageBests(
  run: FinishedRun | ForeignRun,
  layer: number,
  topK: number,
): Map<string, LanguageBest> {
  const own = new Map(
    ownShares(run, [layer], topK).map(({ language, alone }) => [language, alone]),
  );
  const best =
    run.statistics === null
      ? rankedFeatures(run, { layer, topK: 1 }).map((ranked) => ({
          ...{ ...ranked, mean: null, share: null, active_fraction: null },
        }))
      : topFeatures(run, { layer, topK: 1 }).map((top) => ({
          ...top,
          share: top.mean > 0 ? top.v / top.mean : 0,
        }));
  return new Map(
    best.map(({ language, feature, v, mean, share, active_fraction }) => [
      language,
      { feature, v, mean, share, active_fraction, own: own.get(language) ?? 0 },
    ]),
  );
}

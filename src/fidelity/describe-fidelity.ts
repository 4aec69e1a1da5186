import { fvuOf, l0Of, recoveredOf } from "../reduce/rebuilt.js";
import { type Fidelity, isNotRebuilt } from "../runs/fidelity-file.js";
import type { FinishedRun } from "../runs/read.js";
import type { LayerStatistics } from "../runs/score-files.js";

/** How well a layer's dictionary does on one language. */
export interface LanguageFidelity {
  language: string;
  /** Texts that were rebuilt. */
  texts: number;
  /** Fraction of variance unexplained; null where it cannot be told. */
  fvu: number | null;
  /** Active features per token: on the texts that were rebuilt, and on all texts of the run. */
  l0_checked: number | null;
  l0: number;
  /** Share of the features that fire on no counted token of the language in the run. */
  silent_share: number;
  /** Losses in nats per predicted token, and the share of what zeros cost that the rebuilt tensor recovers; null where nobody looked. */
  ce: {
    texts: number;
    as_is: number;
    rebuilt: number;
    zero: number;
    recovered: number | null;
  } | null;
  is_rebuilt: boolean;
}

export interface LayerFidelity {
  layer: number;
  rebuilds: string | null;
  untold: string | null;
  stated_l0: number | null;
  /** Share of the features that fire on no counted token of any language in the run. */
  dead_share: number;
  languages: LanguageFidelity[];
}

/** What a run knows of how well its dictionaries rebuild its languages, in the run's order. */
export function describeFidelity(
  run: FinishedRun & { fidelity: Fidelity },
  layer?: number,
): LayerFidelity[] {
  return run.meta.layers
    .filter((each) => layer === undefined || each === layer)
    .flatMap((each) => {
      const entry = run.fidelity.layers.find((found) => found.layer === each);
      const statistics = run.statistics.get(each);
      return entry === undefined || statistics === undefined
        ? []
        : [describeLayer(run, entry, statistics)];
    });
}

function describeLayer(
  { meta, fidelity }: FinishedRun & { fidelity: Fidelity },
  { layer, rebuilds, untold, stated_l0, languages }: Fidelity["layers"][number],
  { features, activeFraction }: LayerStatistics,
): LayerFidelity {
  const rates = meta.languages.map((_, k) =>
    activeFraction.subarray(k * features, (k + 1) * features),
  );
  const dead = Array.from({ length: features }, (_, f) => f).filter((f) =>
    rates.every((own) => own[f] === 0),
  );
  return {
    ...{ layer, rebuilds, untold, stated_l0, dead_share: dead.length / features },
    languages: meta.languages.flatMap((language, k) => {
      const found = languages[language];
      if (found === undefined) return [];
      const own = rates[k] as Float32Array;
      const { losses } = found;
      const fvu = fvuOf(found);
      return [
        {
          ...{ language, texts: fidelity.texts[language] ?? 0, fvu, l0_checked: l0Of(found) },
          l0: own.reduce((sum, rate) => sum + rate, 0),
          silent_share: own.filter((rate) => rate === 0).length / features,
          ce: losses === null ? null : { ...losses, recovered: recoveredOf(losses) },
          is_rebuilt: !isNotRebuilt({ fidelity }, layer, language),
        },
      ];
    }),
  };
}

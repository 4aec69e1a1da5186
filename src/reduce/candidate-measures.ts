import type { Interval } from "./bootstrap.js";
import { type FeatureColumns, featureMeans, languageWeights } from "./feature-columns.js";
import { firingRates, ownAndElsewhere, rateEntropy } from "./firing-rates.js";
import { leaveOneOutRange, specificity } from "./mean-profile.js";
import { type Candidate, marginOf } from "./score-intervals.js";
import { auroc, pairedEffects } from "./text-effects.js";
import type { TextUnits } from "./text-units.js";

/** What else there is to say of a feature on a language, beside its v. */
export interface CandidateMeasures extends Candidate {
  mean: number;
  runnerUp: number;
  margin: number;
  /** v without one other language each, its range; null with two languages. */
  leaveOneOut: Interval | null;
  /** Of a language's texts against all others'. */
  auroc: number;
  /** null where texts are no translations, or d_z is not defined. */
  pairedEffect: number | null;
  /** Shares of counted tokens on which the feature is not zero. */
  firingOwn: number;
  firingElsewhere: number;
  /** Of the feature, whatever the language; null where it never fires. */
  entropy: number | null;
  specificity: number | null;
}

/** The measures of the candidates, in their order. */
export function candidateMeasures(
  columns: FeatureColumns,
  units: TextUnits,
  candidates: readonly Candidate[],
): CandidateMeasures[] {
  const weights = languageWeights(columns);
  const byFeature = Map.groupBy(candidates, ({ feature }) => feature);
  const measured = new Map<Candidate, CandidateMeasures>();
  for (const [feature, group] of byFeature) {
    const means = featureMeans(columns, feature, weights);
    const rates = firingRates(columns, feature);
    const effects = pairedEffects(columns, units, feature);
    for (const candidate of group) {
      const { language } = candidate;
      const { own, elsewhere } = ownAndElsewhere(rates, language);
      measured.set(candidate, {
        feature,
        language,
        mean: means[language] as number,
        ...marginOf(means, language),
        leaveOneOut: leaveOneOutRange(means, language),
        auroc: auroc(columns, feature, language),
        pairedEffect: effects[language] as number | null,
        firingOwn: own,
        firingElsewhere: elsewhere,
        entropy: rateEntropy(rates),
        specificity: specificity(means),
      });
    }
  }
  return candidates.map((candidate) => measured.get(candidate) as CandidateMeasures);
}

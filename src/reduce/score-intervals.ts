import type { Interval } from "./bootstrap.js";
import { bootstrapT, reachOf } from "./bootstrap-t.js";
import type { FeatureColumns } from "./feature-columns.js";
import { type Contrast, FeatureResamples } from "./feature-resamples.js";
import { type LanguageLabel, languageLabel } from "./language-label.js";
import { ResampleKernel } from "./resample-kernel.js";
import type { UnitResamples } from "./unit-resamples.js";
import { vScore } from "./v-score.js";

export interface Candidate {
  feature: number;
  language: number;
}

/** What is known of a candidate's scores; an interval is null where the texts are too few, or too few of them fire, to tell. */
export interface ScoreEstimate extends Candidate {
  /** Texts of the language on which the feature fires: intervals of what fires on fewer than five are often too short. */
  firingTexts: number;
  v: number;
  vInterval: Interval | null;
  /** The language with the largest mean of the others (the first of equals), and μ(f, L) less that mean. */
  runnerUp: number;
  margin: number;
  marginInterval: Interval | null;
  /** The languages that the feature is of; null where no gap is sure. */
  label: LanguageLabel | null;
}

/**
 * 95 % intervals of the candidates alone: the features that are shown or exported. They take milliseconds each, so they are not for
 * all features of a layer. The features that were chosen for their v have it too large in the texts that they were chosen on:
 * intervals do not know of the choice.
 *
 * @param isMargin which candidates get an interval of their margin and a label too, which take as long as one of v for every other language
 */
export function scoreIntervals(
  columns: FeatureColumns,
  drawn: UnitResamples,
  candidates: readonly Candidate[],
  isMargin: (at: number) => boolean = () => true,
): ScoreEstimate[] {
  const kernel = ResampleKernel.of(drawn);
  const resamples = new Map<number, FeatureResamples>();
  const left = new Map<number, number>();
  for (const { feature } of candidates) left.set(feature, (left.get(feature) ?? 0) + 1);
  return candidates.map((candidate, at) => {
    const { feature, language } = candidate;
    if (!(language >= 0 && language < columns.languages))
      throw new Error(`found language ${language}, expected 0 to ${columns.languages - 1}`);
    const own = resamples.get(feature) ?? new FeatureResamples(columns, drawn, feature, kernel);
    resamples.set(feature, own);
    left.set(feature, (left.get(feature) as number) - 1);
    if (left.get(feature) === 0) resamples.delete(feature);
    return {
      ...candidate,
      firingTexts: firingTexts(columns, candidate),
      ...scoresOf(own, language, isMargin(at)),
    };
  });
}

function firingTexts(
  { start, row, languageOf }: FeatureColumns,
  { feature, language }: Candidate,
): number {
  const entries = row.subarray(start[feature], start[feature + 1]);
  return entries.reduce((count, r) => count + (languageOf[r] === language ? 1 : 0), 0);
}

function scoresOf(
  own: FeatureResamples,
  language: number,
  isMargin: boolean,
): Omit<ScoreEstimate, keyof Candidate | "firingTexts"> {
  const total = own.means.reduce((sum, mean) => sum + mean, 0);
  const { runnerUp, margin } = marginOf(own.means, language);
  return {
    v: vScore(own.means[language] as number, total, own.languages),
    vInterval: bootstrapT(own.v(language)),
    runnerUp,
    margin,
    marginInterval: isMargin ? marginInterval(own, language, runnerUp) : null,
    label: isMargin ? languageLabel(own) : null,
  };
}

/** The margin of a language over the best of the others, by its means. */
export function marginOf(
  means: ArrayLike<number>,
  language: number,
): { runnerUp: number; margin: number } {
  let runnerUp = language === 0 ? 1 : 0;
  for (let l = 0; l < means.length; l++)
    if (l !== language && (means[l] as number) > (means[runnerUp] as number)) runnerUp = l;
  return { runnerUp, margin: (means[language] as number) - (means[runnerUp] as number) };
}

/**
 * The margin is the least difference to any other language. Its lower bound is the least of the lower bounds of the differences
 * (Berger 1982, intersection–union). The best of several languages that are about as good looks better than each is, so the upper
 * bound is the least of upper bounds that hold for all of those together: the languages whose mean is within √ln n standard errors
 * of the runner-up's (Andrews & Soares 2010, n units).
 */
function marginInterval(
  own: FeatureResamples,
  language: number,
  runnerUp: number,
): Interval | null {
  const lower: number[] = [];
  const contenders: Contrast[] = [];
  for (let l = 0; l < own.languages; l++) {
    if (l === language) continue;
    const difference = own.difference(language, l);
    const interval = bootstrapT(difference);
    if (interval === null) return null;
    lower.push(interval.lo);
    const behind = (own.means[runnerUp] as number) - (own.means[l] as number);
    if (
      l === runnerUp ||
      behind <= Math.sqrt(Math.log(own.units)) * own.standardErrorOfDifference(runnerUp, l)
    )
      contenders.push(difference);
  }
  const reach = reachOf(contenders);
  if (reach === null) return null;
  return {
    lo: Math.min(...lower),
    hi: Math.min(
      ...contenders.map(({ value, standardError }) => value + reach.above * standardError),
    ),
  };
}

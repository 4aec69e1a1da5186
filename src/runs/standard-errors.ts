import type { ForeignRun } from "./foreign.js";
import type { FinishedRun } from "./read.js";

type AnyRun = FinishedRun | ForeignRun;

/** Standard error of a feature's mean on each language, in the run's order, texts being the units; null where it is not known. */
export function errorsOfMeans(run: AnyRun, layer: number, feature: number): (number | null)[] {
  const statistics = run.statistics?.get(layer);
  return run.meta.languages.map((_, k) => {
    const error = statistics?.standardError[k * statistics.features + feature] ?? Number.NaN;
    return Number.isFinite(error) ? error : null;
  });
}

/**
 * Standard error of v(f, L), languages taken as independent: √(SE(L)² + Σ over L′ ≠ L of SE(L′)² / (K − 1)²), of the means' SE.
 * Null where that of one of the means is not known: in runs of another tool, and of a single text.
 */
export function errorOfV(
  run: AnyRun,
  { layer, language, feature }: { layer: number; language: string; feature: number },
): number | null {
  const { languages } = run.meta;
  const others = languages.length - 1;
  let variance = 0;
  for (const [k, error] of errorsOfMeans(run, layer, feature).entries()) {
    if (error === null) return null;
    variance += (languages[k] === language ? error : error / others) ** 2;
  }
  return Math.sqrt(variance);
}

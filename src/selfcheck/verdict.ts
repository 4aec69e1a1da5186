import { z } from "zod";

const Sums = z.strictObject({
  tokens: z.int(),
  not_finite: z.int(),
  /** Active (token, feature) pairs. */
  active: z.int(),
  /** Σ‖y − ŷ‖² and Σ‖y − mean(y)‖² over the tokens, in f64. */
  error: z.number(),
  variance: z.number(),
});

/** What the engine measured on a few sentences, by layer and language. */
export const SelfcheckSums = z.strictObject({
  layers: z.array(
    z.strictObject({
      layer: z.int(),
      stated_l0: z.number().nullable(),
      output_module: z.string(),
      max_difference: z.number().nullable(),
      languages: z.record(z.string(), Sums),
    }),
  ),
  tokens_per_s: z.number(),
  memory_bytes: z.number(),
  tf32: z.boolean(),
});
export type SelfcheckSums = z.infer<typeof SelfcheckSums>;

export type Verdict = "ok" | "warning" | "failed";

/** One layer's figures and what they say. */
export interface LayerCheck {
  layer: number;
  /** Fraction of variance unexplained: Σ‖y − ŷ‖² / Σ‖y − mean(y)‖²; null without a token. */
  fvu: number | null;
  /** Of the other languages, the one that is rebuilt worst. */
  worst: { language: string; fvu: number } | null;
  /** Mean number of active features per token. */
  l0: number | null;
  stated_l0: number | null;
  max_difference: number | null;
  verdict: Verdict;
  reasons: string[];
}

/**
 * What is too much. An FVU of 1 is that of a constant: something is wrong. Dictionaries of published releases leave 10 to
 * 40 % unexplained on the text they were trained on; a handful of other sentences may cost some more. L0 is stated over much
 * longer texts, so only a multiple of it says something.
 */
export const LIMITS = {
  fvu: { warning: 0.5, failed: 1 },
  l0Ratio: { warning: 2, failed: 4 },
  /** In float32 only: other precisions round differently from batch to batch. */
  difference: 0.01,
} as const;

/** What a failure mostly comes from. */
export const CAUSES =
  "Likely causes: another model or revision than the dictionary's, another hook (see --hook), a reduced precision (try --dtype float32)";

/**
 * Judges every layer by English, which most dictionaries were trained on, and names the language that fares worst.
 *
 * @param dtype of the model, as used
 */
export function judge(sums: SelfcheckSums, dtype: string): LayerCheck[] {
  return sums.layers.map((layer) => judgeLayer(layer, dtype));
}

function judgeLayer(sums: SelfcheckSums["layers"][number], dtype: string): LayerCheck {
  const { eng_Latn: english, ...others } = sums.languages;
  const fvuOf = (of: z.infer<typeof Sums> | undefined) =>
    of === undefined || of.variance === 0 ? null : of.error / of.variance;
  const worst = Object.entries(others)
    .map(([language, of]) => ({ language, fvu: fvuOf(of) ?? 0 }))
    .reduce<LayerCheck["worst"]>(
      (most, each) => (each.fvu > (most?.fvu ?? -1) ? each : most),
      null,
    );
  const fvu = fvuOf(english);
  const l0 = english === undefined || english.tokens === 0 ? null : english.active / english.tokens;
  const failures: string[] = [];
  const warnings: string[] = [];
  const notFinite = Object.values(sums.languages).reduce((n, of) => n + of.not_finite, 0);
  if (notFinite > 0) failures.push(`${notFinite} tokens have numbers that are not finite`);
  if (fvu === null || l0 === null) failures.push("no token could be checked");
  else {
    if (l0 === 0) failures.push("no feature is active on English");
    if (fvu >= LIMITS.fvu.failed)
      failures.push(`what it rebuilds is further off than a constant (FVU ${fvu.toFixed(2)})`);
    else if (fvu > LIMITS.fvu.warning)
      warnings.push(`it leaves ${Math.round(100 * fvu)} % of the variance on English unexplained`);
    if (sums.stated_l0 !== null && l0 > 0) {
      const ratio = Math.max(l0 / sums.stated_l0, sums.stated_l0 / l0);
      const words = `${l0.toFixed(1)} features are active, the release states ${sums.stated_l0}`;
      if (ratio > LIMITS.l0Ratio.failed) failures.push(words);
      else if (ratio > LIMITS.l0Ratio.warning) warnings.push(words);
    }
  }
  if (worst !== null && worst.fvu >= LIMITS.fvu.failed)
    warnings.push(`it cannot rebuild ${worst.language}: v-scores there are noise`);
  if (sums.max_difference === null) failures.push("activations are not finite");
  else if (dtype === "float32" && sums.max_difference > LIMITS.difference)
    warnings.push(`a batch changes an activation by ${sums.max_difference.toPrecision(2)}`);
  return {
    layer: sums.layer,
    ...{ fvu, worst, l0, stated_l0: sums.stated_l0, max_difference: sums.max_difference },
    verdict: failures.length > 0 ? "failed" : warnings.length > 0 ? "warning" : "ok",
    reasons: [...failures, ...warnings],
  };
}

/** The worst of all layers. */
export const overall = (checks: readonly LayerCheck[]): Verdict =>
  checks.some(({ verdict }) => verdict === "failed")
    ? "failed"
    : checks.some(({ verdict }) => verdict === "warning")
      ? "warning"
      : "ok";

import { z } from "zod";
import type { LikelyHook } from "../fidelity/likely-hook.js";
import { fvuOf, l0Of, NOT_REBUILT } from "../reduce/rebuilt.js";
import { ENOUGH_TOKENS, type Fidelity, type FidelityOfLanguage } from "../runs/fidelity-file.js";

/** What the engine measured of the machine, on a few sentences of several languages. */
export const MachineCheck = z.strictObject({
  layers: z.array(z.strictObject({ layer: z.int(), max_difference: z.number().nullable() })),
  tokens_per_s: z.number(),
  memory_bytes: z.number(),
  tf32: z.boolean(),
});
export type MachineCheck = z.infer<typeof MachineCheck>;

export type Verdict = "ok" | "warning" | "failed";

/** One layer's figures and what they say. */
export interface LayerCheck {
  layer: number;
  /** The language that the dictionary is judged by. */
  reference: string;
  /** Fraction of variance unexplained, there; null where it cannot be told. */
  fvu: number | null;
  /** Of the other languages, the one that is rebuilt worst. */
  worst: { language: string; fvu: number } | null;
  /** Mean number of active features per token. */
  l0: number | null;
  stated_l0: number | null;
  /** Between a batch and a text alone; null where it is not finite, undefined where nobody looked. */
  max_difference?: number | null;
  verdict: Verdict;
  /** What is wrong, failures first; and how many of these there are. */
  reasons: string[];
  failures: number;
}

/**
 * What is too much. An FVU of 1 is that of a constant: something is wrong. Dictionaries of published releases leave 10 to
 * 40 % unexplained on the text they were trained on; a handful of other sentences may cost some more. L0 is stated over much
 * longer texts, so only a multiple of it says something.
 */
export const LIMITS = {
  fvu: { warning: NOT_REBUILT, failed: 1 },
  l0Ratio: { warning: 2, failed: 4 },
  /** In float32 only: other precisions round differently from batch to batch. */
  difference: 0.01,
} as const;

/** What a failure mostly comes from. */
export const CAUSES =
  "Likely causes: another model or revision than the dictionary's, another hook (see --hook), a reduced precision (try --dtype float32)";

/**
 * Judges every layer by English, which most dictionaries were trained on, or without it by the language that is rebuilt best; and
 * names the one that fares worst.
 *
 * @param dtype of the model, as used
 * @param likely by layer, tensors that dictionaries fit better than those that they read
 * @param machine where it was looked at as well
 */
export function judge(
  fidelity: Fidelity,
  dtype: string,
  likely: ReadonlyMap<number, LikelyHook> = new Map(),
  machine?: MachineCheck,
): LayerCheck[] {
  return fidelity.layers.map((entry) => {
    const found = machine?.layers.find(({ layer }) => layer === entry.layer);
    return judgeLayer(entry, dtype, likely.get(entry.layer), found?.max_difference);
  });
}

/** The language that a layer is judged by. */
export function referenceOf({ languages }: Fidelity["layers"][number]): string {
  const { eng_Latn: english } = languages;
  // Of a few tokens the variance is that of two or three words.
  const enough = Object.entries(languages).filter(([, of]) => of.tokens >= ENOUGH_TOKENS);
  if (english !== undefined && english.tokens >= ENOUGH_TOKENS) return "eng_Latn";
  return bestOf(Object.fromEntries(enough.length > 0 ? enough : Object.entries(languages)));
}

function judgeLayer(
  entry: Fidelity["layers"][number],
  dtype: string,
  likely: LikelyHook | undefined,
  max_difference: number | null | undefined,
): LayerCheck {
  const { layer, stated_l0, rebuilds, languages } = entry;
  const reference = referenceOf(entry);
  const { [reference]: own, ...others } = languages;
  const worst = Object.entries(others)
    .filter(([, of]) => of.tokens >= ENOUGH_TOKENS)
    .map(([language, of]) => ({ language, fvu: fvuOf(of) ?? 0 }))
    .reduce<LayerCheck["worst"]>(
      (most, each) => (each.fvu > (most?.fvu ?? -1) ? each : most),
      null,
    );
  const fvu = own === undefined ? null : fvuOf(own);
  const l0 = own === undefined ? null : l0Of(own);
  const failures: string[] = [];
  const warnings: string[] = [];
  const notFinite = Object.values(languages).reduce((n, of) => n + of.not_finite, 0);
  if (notFinite > 0) failures.push(`${notFinite} tokens have numbers that are not finite`);
  if (l0 === null) failures.push("no token could be checked");
  else if (own !== undefined && own.tokens < ENOUGH_TOKENS)
    warnings.push(`only ${own.tokens} tokens could be checked: too few to tell what it rebuilds`);
  else {
    if (l0 === 0) failures.push(`no feature is active on ${reference}`);
    if (fvu === null)
      warnings.push(
        rebuilds === null
          ? "it does not say which tensor it rebuilds: no FVU"
          : "all tokens are alike: no FVU",
      );
    else if (fvu >= LIMITS.fvu.failed)
      failures.push(`what it rebuilds is further off than a constant (FVU ${fvu.toFixed(2)})`);
    else if (fvu >= LIMITS.fvu.warning)
      warnings.push(
        `it leaves ${Math.round(100 * fvu)} % of the variance on ${reference} unexplained`,
      );
    if (likely !== undefined)
      failures.push(
        `it rebuilds another tensor better, ${likely.module} (FVU ${likely.fvu.toFixed(2)}${likely.read_fvu === null ? "" : `, what it reads ${likely.read_fvu.toFixed(2)}`})`,
      );
    if (stated_l0 !== null && l0 > 0) {
      const ratio = Math.max(l0 / stated_l0, stated_l0 / l0);
      const words = `${l0.toFixed(1)} features are active, the release states ${stated_l0}`;
      if (ratio > LIMITS.l0Ratio.failed) failures.push(words);
      else if (ratio > LIMITS.l0Ratio.warning) warnings.push(words);
    }
  }
  if (worst !== null && worst.fvu >= LIMITS.fvu.warning)
    warnings.push(
      worst.fvu >= LIMITS.fvu.failed
        ? `it cannot rebuild ${worst.language}: v-scores there are noise`
        : `it leaves ${Math.round(100 * worst.fvu)} % of the variance on ${worst.language} unexplained`,
    );
  if (max_difference === null) failures.push("activations are not finite");
  else if (dtype === "float32" && (max_difference ?? 0) > LIMITS.difference)
    warnings.push(`a batch changes an activation by ${max_difference?.toPrecision(2)}`);
  return {
    ...{ layer, reference, fvu, worst, l0, stated_l0 },
    ...(max_difference === undefined ? {} : { max_difference }),
    verdict: failures.length > 0 ? "failed" : warnings.length > 0 ? "warning" : "ok",
    reasons: [...failures, ...warnings],
    failures: failures.length,
  };
}

/** The language that is rebuilt best. */
const bestOf = (languages: Readonly<Record<string, FidelityOfLanguage>>): string =>
  Object.entries(languages)
    .map(([language, of]) => ({ language, fvu: fvuOf(of) ?? Number.POSITIVE_INFINITY }))
    .reduce((best, each) => (each.fvu < best.fvu ? each : best)).language;

/** The worst of all layers. */
export const overall = (checks: readonly LayerCheck[]): Verdict =>
  checks.some(({ verdict }) => verdict === "failed")
    ? "failed"
    : checks.some(({ verdict }) => verdict === "warning")
      ? "warning"
      : "ok";

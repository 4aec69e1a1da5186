import { ENOUGH_TEXTS } from "../reduce/enough-texts.js";
import type { Evidence, EvidenceFacts } from "../runs/evidence-file.js";
import { type FinishedRun, runWord } from "../runs/read.js";
import type { TopFeature } from "../runs/top-features.js";
import { digits, rangeText } from "./digits.js";

/** An interval in brackets. */
export const intervalText = (interval: TopFeature["interval"]): string =>
  interval === null ? "–" : `[${digits(interval.lo)}, ${digits(interval.hi)}]`;

/** A p or q; the least that permutations can tell is told as such. */
export const chanceText = (chance: number | null): string =>
  chance === null ? "–" : chance < 0.001 ? "<.001" : chance.toFixed(3).replace(/^0/, "");

/** How many texts, where they are too few to claim anything. */
export function claimLines(run: FinishedRun): string[] {
  const few = tooFewTexts(run);
  return few === null
    ? []
    : [`Only ${few} texts a language: from fewer than ${ENOUGH_TEXTS} nothing is claimed.`];
}

/** How many texts the language with the fewest has; null where they are enough to claim something. */
export function tooFewTexts({
  meta,
  heldOut,
}: Pick<FinishedRun, "meta" | "heldOut">): number | null {
  const fewest = Math.min(
    ...Object.values(meta.texts),
    ...Object.values(heldOut?.meta.texts ?? {}),
  );
  return fewest < ENOUGH_TEXTS ? fewest : null;
}

/** The least q of a run. */
const leastQ = ({ layers }: Evidence): number | null => {
  let least = Number.POSITIVE_INFINITY;
  for (const { q } of layers.values()) for (const each of q) if (each < least) least = each;
  return Number.isFinite(least) ? least : null;
};

/** Why texts are not taken for translations of each other. */
export function apartText({ apart }: Pick<EvidenceFacts, "apart">): string {
  const told = Object.entries(apart ?? {}).map(
    ([code, { shared, texts }]) => `${code} (${shared} of ${texts})`,
  );
  return told.length === 0
    ? "the corpus tells of no translations"
    : `fewer than half of the texts of ${told.join(", ")} have translations in most of the languages`;
}

/** How intervals, p and held-out v came about. */
export function evidenceLines(run: FinishedRun, features: readonly TopFeature[]): string[] {
  const { evidence, heldOut } = run;
  const held =
    heldOut === null
      ? evidence === null || run.byV !== undefined
        ? []
        : [
            `held-out: v on one half of the texts of what the other half ranks at this place, mean of ${evidence.facts.halvings} halvings.${run.meta.split === null ? "" : ` Of the feature itself, on another split: npx vscore holdout ${runWord(run)}`}`,
          ]
      : [
          `held-out: v on ${heldOut.meta.split} (${rangeText(Object.values(heldOut.meta.texts))} texts a language), which had no part in ranking.`,
        ];
  if (evidence === null)
    return [
      "No intervals and tests: the run has no evidence.safetensors. npx vscore rescore makes a run that has it, without the model.",
      ...held,
    ];
  const { facts } = evidence;
  const units = `${facts.units} ${facts.unit}s${facts.is_parallel ? " that translations share" : `, each language's by themselves, for ${apartText(facts)}`}`;
  const paired =
    facts.apart === undefined
      ? []
      : [
          "Translations compared with each other tell more: --join ids takes only texts that all languages have, npx vscore rescore leaves languages out.",
        ];
  return [
    `95 % interval: ${facts.resamples} resamples of ${units}${features.some(({ interval }) => interval === null) ? "; – where it was not gathered (behind the best by v), or cannot be told" : ""}.`,
    facts.untested === null
      ? `p: ${facts.permutations} permutations of the languages${facts.is_parallel ? ` among a ${facts.unit}'s translations` : ""}, family-wise over ${facts.tests} tests; q: false discovery rate over them (the least of them is ${chanceText(leastQ(evidence))}), of v above 0, be it as high elsewhere. Null: all languages are exchangeable.`
      : `p, q: not tested, for ${facts.untested}.`,
    ...paired,
    ...held,
  ];
}

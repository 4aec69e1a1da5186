import {
  CHANGED,
  type ControlsComparison,
  HALF,
  isTiedAtCeiling,
  LABELS,
  type Label,
} from "../comparison/controls.js";
import { FOUND_P, foundOverall, type LanguageBests } from "../comparison/random-bests.js";
import { CONTROL_WORDS, TEXT_CONTROLS } from "../config/controls.js";

const MEANINGS: Record<Label, string> = {
  script: `romanised texts leave less than ${HALF}, in a language of whose letters romanising changes ${100 * CHANGED} % or more`,
  order: `shuffled words leave less than ${HALF}, in a language of whose words shuffling moves ${100 * CHANGED} % or more`,
  token: `${HALF} or more is left on dealt tokens: single tokens tell it, no context is needed`,
  sink: "over half of its activation on the language is at the first position",
  random: "the best of the random dictionary for the language has at least its v",
  "random-auroc": "the best AUROC of the random dictionary for the language is at least its own",
};

/** What the columns mean, and those labels that are given, of the languages that are shown. */
export function legendLines(comparison: ControlsComparison): string[] {
  const { controls, letters_changed, words_moved, features, random } = comparison;
  const kinds = TEXT_CONTROLS.filter((kind) => controls.includes(kind));
  const given = LABELS.filter((label) => features.some(({ labels }) => labels?.includes(label)));
  const shown = [...new Set(features.map(({ language }) => language))];
  return [
    ...(kinds.length === 0
      ? []
      : [
          `${kinds.join(", ")}: share of v that is left, 95 % interval (both runs in the same resamples of texts); as v is a mean less those of the other languages, it moves with theirs too. ${kinds.map((kind) => `${kind}: ${CONTROL_WORDS[kind]}.`).join(" ")}`,
        ]),
    ...changedLines({ letters_changed, words_moved }, shown),
    ...(controls.includes("shuffled") && words_moved === null
      ? [
          "How many words shuffling moved was not counted when it was made: of texts of one word each it tells nothing. To count them, make it anew: --kind shuffled --overwrite",
        ]
      : []),
    ...(random.length === 0 ? [] : [randomText(random)]),
    ...(given.length === 0
      ? []
      : [`associated with: ${given.map((label) => `${label}: ${MEANINGS[label]}`).join("; ")}.`]),
    ...(features.some((each) => each.labels !== null && isTiedAtCeiling(each, random))
      ? ["Where a feature's AUROC is 1, random-auroc is not told: no other can be higher."]
      : []),
    ...(features.some(({ unsure }) => unsure.length > 0)
      ? ["?: the interval also holds shares that would not give the label, or is not known."]
      : []),
  ];
}

/** How much of some languages' texts a control changed, and of which it changed too little to tell anything. */
export function changedLines(
  { letters_changed, words_moved }: Pick<ControlsComparison, "letters_changed" | "words_moved">,
  languages: readonly string[],
): string[] {
  const told = (
    what: string,
    about: string,
    changed: Readonly<Record<string, number>> | null,
  ): string[] => {
    if (changed === null) return [];
    const share = (code: string) => changed[code] ?? 0;
    const few = languages.filter((code) => share(code) < CHANGED);
    const shares = languages.map((code) => `${code} ${percent(share(code))}`);
    const nothing = ` It tells nothing about the ${about} of ${few.join(", ")}: there a share can move by the other languages' means alone.`;
    return [`${what}: ${shares.join(", ")}.${few.length === 0 ? "" : nothing}`];
  };
  return [
    ...told("Letters and marks that romanising changes", "script", letters_changed),
    ...told("Words that shuffling puts where another stood", "word order", words_moved),
  ];
}

function randomText(random: readonly LanguageBests[]): string {
  const found = foundOverall(random);
  const isNoSign = found !== null && found.random > 0 && found.random >= found.real;
  return `random: ${CONTROL_WORDS["random-dictionary"]}; over all texts they may fire more or less. p ≤ ${FOUND_P}: features whose family-wise p is.${isNoSign ? ` Random directions have as many or more (${found.random} against ${found.real}): p is no sign of a learned feature.` : ""}`;
}

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

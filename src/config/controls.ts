/** What a run can be put under to learn what its features need, in the order in which they are told. */
export const CONTROL_KINDS = [
  "shuffled",
  "romanised",
  "random-tokens",
  "random-dictionary",
] as const;
export type ControlKind = (typeof CONTROL_KINDS)[number];

export const CONTROLS = ["none", ...CONTROL_KINDS] as const;
export type Control = (typeof CONTROLS)[number];

/** Those that change the texts that the run's own dictionaries read. */
export const TEXT_CONTROLS = CONTROL_KINDS.filter((kind) => kind !== "random-dictionary");
export type TextControl = Exclude<ControlKind, "random-dictionary">;

/** What is done under each. */
export const CONTROL_WORDS: Readonly<Record<ControlKind, string>> = {
  shuffled: "the words of every text in a random order, punctuation and spaces where they were",
  romanised: "every text in Latin letters, ASCII alone",
  "random-tokens": "each language's own tokens dealt out anew over its texts",
  "random-dictionary":
    "random directions in place of the dictionaries, which fire as often and as strongly on the first texts",
};

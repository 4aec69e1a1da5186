import { parseArgs } from "node:util";

/** Options of a benchmark that are whole numbers, with their defaults. */
type WholeNumbers = Readonly<Record<string, string>>;

/**
 * What a benchmark is asked for on its command line: whole numbers from 1, and the switch `json`. @throws for any other option
 *
 * @param texts further options that take a text @param switches further options that take nothing
 */
export function readAsked<Names extends WholeNumbers>(
  defaults: Names,
  texts: readonly string[] = [],
  switches: readonly string[] = [],
) {
  const { values } = parseArgs({
    options: Object.fromEntries([
      ...Object.entries(defaults).map(
        ([name, standard]) => [name, { type: "string" as const, default: standard }] as const,
      ),
      ...texts.map((name) => [name, { type: "string" as const }] as const),
      ...["json", ...switches].map((name) => [name, { type: "boolean" as const }] as const),
    ]),
  });
  const all = values as Record<string, unknown>;
  const given = all as Record<string, string | undefined>;
  const number = (name: keyof Names & string): number => {
    const found = Number(given[name]);
    if (!Number.isInteger(found) || found < 1)
      throw new Error(`found --${name} ${given[name]}, expected a whole number from 1`);
    return found;
  };
  return { number, given, isOn: (name: string) => all[name] === true, json: all.json === true };
}

/**
 * The same of a benchmark on made-up data: also the switch `apart` (texts of different languages are no translations), and, for the
 * processes that it starts of itself, `do` and `folder`.
 */
export function readMadeUp<Names extends WholeNumbers>(
  defaults: Names,
  texts: readonly string[] = [],
) {
  const asked = readAsked(defaults, [...texts, "do", "folder"], ["apart"]);
  return { ...asked, apart: asked.isOn("apart") };
}

/** How large made-up data are. */
export interface SyntheticSize {
  languages: number;
  texts: number;
  layers: number;
  features: number;
  /** Features that fire on a token: on average, or at most. */
  l0: number;
  tokensPerText: number;
  seed: number;
}

export const SIZE_DEFAULTS = { features: "16384", l0: "75", tokens: "25", seed: "1" } as const;

/** That size, of the numbers that a benchmark was asked for. */
export const sizeOf = (
  number: (
    name: "languages" | "texts" | "layers" | "features" | "l0" | "tokens" | "seed",
  ) => number,
): SyntheticSize => ({
  ...{ languages: number("languages"), texts: number("texts"), layers: number("layers") },
  ...{ features: number("features"), l0: number("l0"), tokensPerText: number("tokens") },
  seed: number("seed"),
});

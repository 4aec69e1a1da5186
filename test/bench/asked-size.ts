import { parseArgs } from "node:util";

/** Options of a benchmark that are whole numbers, with their defaults. */
type WholeNumbers = Readonly<Record<string, string>>;

/**
 * What a benchmark on made-up data is asked for on its command line: whole numbers from 1, the switches `apart` (texts of different
 * languages are no translations) and `json`, and, for the processes that it starts of itself, `do` and `folder`.
 *
 * @param more further options that take a text
 */
export function readAsked<Names extends WholeNumbers>(
  defaults: Names,
  more: readonly string[] = [],
) {
  const text = (name: string, standard?: string) =>
    [
      name,
      { type: "string" as const, ...(standard === undefined ? {} : { default: standard }) },
    ] as const;
  const { values } = parseArgs({
    options: {
      ...Object.fromEntries(Object.entries(defaults).map(([name, value]) => text(name, value))),
      ...Object.fromEntries([...more, "do", "folder"].map((name) => text(name))),
      apart: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const given = values as Record<string, unknown> as Record<string, string | undefined>;
  const number = (name: keyof Names & string): number => {
    const found = Number(given[name]);
    if (!Number.isInteger(found) || found < 1)
      throw new Error(`found --${name} ${found}, expected a whole number from 1`);
    return found;
  };
  return { number, given, apart: values.apart === true, json: values.json === true };
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

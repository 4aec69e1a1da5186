import type { PartFacts } from "../runs/part-file.js";
import type { Provenance } from "../runs/sums-file.js";

/** In what two were not made alike, and what it is in each. */
export interface Difference {
  what: string;
  values: [string, string];
}

/** In what two parts of a run were not made alike: whatever decides the bytes of sums, and what `meta.json` says of all parts. */
export function madeDifferently(one: PartFacts, other: PartFacts): Difference[] {
  return differences(factsOf(one), factsOf(other));
}

/** The same of what decides the bytes of sums alone, by language. */
export const otherProvenance = (
  one: Readonly<Record<string, Provenance>>,
  other: Readonly<Record<string, Provenance>>,
): Difference[] => differences(byName(one), byName(other));

function differences(
  one: ReadonlyMap<string, string>,
  other: ReadonlyMap<string, string>,
): Difference[] {
  const names = [...new Set([...one.keys(), ...other.keys()])];
  return names.flatMap((what): Difference[] => {
    const values = [one.get(what), other.get(what)].map((value) => value ?? "(none)");
    return values[0] === values[1] ? [] : [{ what, values: values as [string, string] }];
  });
}

function factsOf(facts: PartFacts): Map<string, string> {
  const { vscore_version, corpus_revision, loaded } = facts;
  return new Map([
    ["vscore", vscore_version],
    ...byName(facts.provenance),
    ["corpus revision", String(corpus_revision)],
    ...(["shares_ids", "texts_truncated", "letters_changed", "words_moved"] as const).map(
      (key) => [key, JSON.stringify(facts[key])] as const,
    ),
    ["model class", loaded.model.class],
    ...loaded.dictionaries.map(
      (dictionary) =>
        [
          `facts of the dictionary of layer ${dictionary.layer}`,
          JSON.stringify(dictionary),
        ] as const,
    ),
  ]);
}

/** What a run's languages have in common is named once, what is of a language's texts by language. */
const byName = (provenance: Readonly<Record<string, Provenance>>): Map<string, string> =>
  new Map(
    Object.entries(provenance).flatMap(([language, of]) =>
      Object.entries(of).map(([key, value]) =>
        key.startsWith("texts") && key !== "texts of all languages"
          ? ([`${key} of ${language}`, value] as const)
          : ([key, value] as const),
      ),
    ),
  );

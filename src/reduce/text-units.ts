import type { FeatureColumns } from "./feature-columns.js";
import { Draws, seedOf } from "./random.js";

/**
 * What is independent of what. In a parallel corpus a unit is what translations share (a document or a sentence): its texts of all
 * languages are drawn, split and exchanged with one another. Otherwise each text is a unit of its own, and languages are
 * independent samples.
 */
export interface TextUnits {
  isParallel: boolean;
  /** How many there are, without those that have no counted token. */
  units: number;
  /** By row: its unit, −1 for a row without a counted token. */
  unitOf: Int32Array;
}

/**
 * @param ids by language and text, the id that translations share; null where the corpus is not parallel. Units are numbered by
 * rising id, so that what is drawn for them hangs on the ids alone.
 */
export function textUnits(
  columns: FeatureColumns,
  ids: readonly ArrayLike<number>[] | null,
): TextUnits {
  const { weight, firstRow, languages } = columns;
  const unitOf = new Int32Array(weight.length).fill(-1);
  const rows = [...weight.keys()].filter((row) => weight[row] !== 0);
  if (ids === null) {
    for (const [unit, row] of rows.entries()) unitOf[row] = unit;
    return { isParallel: false, units: rows.length, unitOf };
  }
  const texts = Array.from(
    { length: languages },
    (_, k) => (firstRow[k + 1] as number) - (firstRow[k] as number),
  );
  if (ids.length !== languages || ids.some((each, k) => each.length !== texts[k]))
    throw new Error(
      `found unit ids of ${ids.map(({ length }) => length).join(", ")} texts, expected ${texts.join(", ")}`,
    );
  const byRow = ids.flatMap((each) => Array.from(each));
  const numbers = new Map(
    [...new Set(rows.map((row) => byRow[row] as number))]
      .sort((a, b) => a - b)
      .map((id, unit) => [id, unit]),
  );
  for (const row of rows) unitOf[row] = numbers.get(byRow[row] as number) as number;
  return { isParallel: true, units: numbers.size, unitOf };
}

/**
 * Draws half of the units (of every language's, where the corpus is not parallel), the larger half of an odd number: rows to select
 * features on. The others, apart from rows without a unit, are for scoring what was selected.
 *
 * @returns by row, whether it is in the drawn half
 */
export function halfOfUnits(
  { isParallel, units, unitOf }: TextUnits,
  { languageOf }: FeatureColumns,
  seed: number,
): boolean[] {
  const draws = new Draws(seedOf(seed, "halves"));
  const rows = [...unitOf.keys()].filter((row) => (unitOf[row] as number) >= 0);
  const strata = isParallel
    ? [Array.from({ length: units }, (_, unit) => unit)]
    : [...Map.groupBy(rows, (row) => languageOf[row]).values()].map((texts) =>
        texts.map((row) => unitOf[row] as number),
      );
  const drawn = new Set<number>();
  for (const members of strata) {
    for (let at = 0; at < Math.ceil(members.length / 2); at++) {
      const from = at + draws.below(members.length - at);
      drawn.add(members[from] as number);
      members[from] = members[at] as number;
    }
  }
  return Array.from(unitOf, (unit) => drawn.has(unit));
}

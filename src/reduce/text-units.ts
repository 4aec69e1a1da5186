import type { FeatureColumns } from "./feature-columns.js";
import { Draws, seedOf } from "./random.js";

/**
 * What is independent of what. In a parallel corpus a unit is what translations share (a document or a sentence): its texts of all
 * languages are drawn, split and exchanged with one another. Otherwise a unit is of one language, a document of it or a text of its
 * own, and languages are independent samples.
 */
export interface TextUnits {
  isParallel: boolean;
  /** How many there are, without those that have no counted token. */
  units: number;
  /** By row: its unit, −1 for a row without a counted token. */
  unitOf: Int32Array;
  /** Where each sample of units that is drawn by itself ends: all units or, where the corpus is not parallel, each language's. */
  sampleEnds: number[];
}

/**
 * @param ids by language and text, what it was taken from; null where every text stands for itself
 * @param isParallel whether equal ids of two languages mean translations. Units are numbered by rising id, so that what is drawn for
 * them hangs on the ids alone.
 */
export function textUnits(
  columns: FeatureColumns,
  ids: readonly ArrayLike<number>[] | null,
  isParallel = ids !== null,
): TextUnits {
  const { weight, firstRow, languages } = columns;
  const unitOf = new Int32Array(weight.length).fill(-1);
  const rows = [...weight.keys()].filter((row) => weight[row] !== 0);
  if (ids === null) {
    for (const [unit, row] of rows.entries()) unitOf[row] = unit;
    const sampleEnds = Array.from(
      { length: languages },
      (_, k) => rows.filter((row) => (columns.languageOf[row] as number) <= k).length,
    );
    return { isParallel: false, units: rows.length, unitOf, sampleEnds };
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
  const samples = isParallel
    ? [rows]
    : Array.from({ length: languages }, (_, k) =>
        rows.filter((row) => columns.languageOf[row] === k),
      );
  const sampleEnds: number[] = [];
  let units = 0;
  for (const sample of samples) {
    const rising = [...new Set(sample.map((row) => byRow[row] as number))].sort((a, b) => a - b);
    const numbers = new Map(rising.map((id, at) => [id, units + at]));
    for (const row of sample) unitOf[row] = numbers.get(byRow[row] as number) as number;
    units += rising.length;
    sampleEnds.push(units);
  }
  return { isParallel, units, unitOf, sampleEnds };
}

/** @throws Error for units of other columns, as of all texts where the columns have a half of them */
export function expectUnitsOf({ unitOf }: TextUnits, { weight }: FeatureColumns): void {
  if (unitOf.length !== weight.length)
    throw new Error(`found units of ${unitOf.length} texts, expected them of ${weight.length}`);
  const odd = unitOf.findIndex((unit, row) => unit >= 0 !== (weight[row] as number) > 0);
  if (odd >= 0)
    throw new Error(
      `text ${odd} weighs ${weight[odd]} and is of unit ${unitOf[odd]}: the units are those of other columns`,
    );
}

/**
 * Draws half of the units (of every language's, where the corpus is not parallel), the larger half of an odd number: rows to select
 * features on. The others, apart from rows without a unit, are for scoring what was selected.
 *
 * @returns by row, whether it is in the drawn half
 */
export function halfOfUnits({ unitOf, sampleEnds }: TextUnits, seed: number): boolean[] {
  const draws = new Draws(seedOf(seed, "halves"));
  const drawn = new Set<number>();
  for (const [at, end] of sampleEnds.entries()) {
    const start = at === 0 ? 0 : (sampleEnds[at - 1] as number);
    for (const unit of drawnFrom(draws, start, end, Math.ceil((end - start) / 2))) drawn.add(unit);
  }
  return Array.from(unitOf, (unit) => drawn.has(unit));
}

/** So many of the units from `start` to before `end`, without replacement, as drawn. */
export function drawnFrom(draws: Draws, start: number, end: number, count: number): number[] {
  const members = Array.from({ length: end - start }, (_, at) => start + at);
  return Array.from({ length: count }, (_, at) => {
    const from = at + draws.below(members.length - at);
    const unit = members[from] as number;
    members[from] = members[at] as number;
    return unit;
  });
}

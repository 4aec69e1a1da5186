import type { FeatureColumns } from "./feature-columns.js";

/** μ of two parts of the texts, each by language and feature. */
export type PartMeans = [Float64Array[], Float64Array[]];

/** Means of so many numbers are held at once. */
const AT_ONCE = 1 << 22;

/**
 * μ of two parts of the texts, for one division of them after the other; null where a part leaves a language without a token. The
 * entries are read once for several divisions. Means hold until the next are asked for.
 *
 * @param divisions by division and row: 0, 1, or else none of the parts
 */
export function* meansOfParts(
  columns: FeatureColumns,
  divisions: readonly Uint8Array[],
): Generator<PartMeans | null> {
  const { languages, features } = columns;
  const together = Math.max(1, Math.floor(AT_ONCE / (2 * languages * features)));
  const rooms = divisions.slice(0, together).map(() => emptyMeans(languages, features));
  for (let first = 0; first < divisions.length; first += together)
    yield* meansOf(columns, divisions.slice(first, first + together), rooms);
}

/** @param rooms what means are put in, one for each division */
function meansOf(
  columns: FeatureColumns,
  divisions: readonly Uint8Array[],
  rooms: readonly PartMeans[],
): (PartMeans | null)[] {
  const { languages, features, languageOf, start, row, sum, divisor } = columns;
  const weights = divisions.map((division) => partWeights(columns, division));
  const whole = divisions.filter((_, at) => weights[at] !== null);
  const D = whole.length;
  const parts = 2 * languages + 1;
  /** By row and division, the sum that its entries add to; texts of no part have one of their own. */
  const sumOf = new Uint32Array(languageOf.length * D);
  for (const [d, division] of whole.entries())
    for (let r = 0; r < languageOf.length; r++) {
      const part = division[r] as number;
      const within = part > 1 ? 2 * languages : part * languages + (languageOf[r] as number);
      sumOf[r * D + d] = d * parts + within;
    }
  const means = weights.map((own, at) => own && (rooms[at] as PartMeans));
  const told = means
    .flatMap((own, division) => (own === null ? [] : [{ own, weight: weights[division] }]))
    .flatMap(({ own, weight }, d) =>
      own.flat().map((table, part) => ({ table, at: d * parts + part, weight: weight?.[part] })),
    );
  const sums = new Float64Array(D * parts);
  for (let f = 0; f < features; f++) {
    sums.fill(0);
    const end = start[f + 1] as number;
    for (let at = start[f] as number; at < end; at++) {
      const r = row[at] as number;
      const x = (sum[at] as number) / (divisor[r] as number);
      const last = (r + 1) * D;
      for (let each = r * D; each < last; each++) {
        const own = sumOf[each] as number;
        sums[own] = (sums[own] as number) + x;
      }
    }
    for (const { table, at, weight } of told) table[f] = (sums[at] as number) / (weight as number);
  }
  return means;
}

const emptyMeans = (languages: number, features: number): PartMeans => {
  const table = () => Array.from({ length: languages }, () => new Float64Array(features));
  return [table(), table()];
};

/** Σ weight by part and language; null where a part lacks a language. */
function partWeights(
  { languages, languageOf, weight }: FeatureColumns,
  division: Uint8Array,
): Float64Array | null {
  const weights = new Float64Array(2 * languages);
  for (let r = 0; r < weight.length; r++) {
    const part = division[r] as number;
    if (part > 1) continue;
    const at = part * languages + (languageOf[r] as number);
    weights[at] = (weights[at] as number) + (weight[r] as number);
  }
  return weights.includes(0) ? null : weights;
}

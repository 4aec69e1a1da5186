import { z } from "zod";

/** What a file of the ablation repository can hold. */
export type ResultKind =
  | "interaction-matrix"
  | "ablation-by-layer"
  | "joint-ablation-by-layer"
  | "language-synergy"
  | "synergy-by-layer"
  | "downstream";

/** What a reader makes of a file's content. */
export interface ReadResult {
  kind: ResultKind;
  /** In the order of the file. */
  languages: string[];
  /** Null where the file does not tell. */
  layers: number[] | null;
  /** What the data's keys and axes mean, from the outside in. */
  axes: Record<string, readonly string[]>;
  data: Record<string, unknown>;
  /** What of the run the file tells besides. */
  settings: Record<string, unknown>;
  warnings: string[];
}

export interface ResultSource {
  /** Its name, without folders. */
  file: string;
  format: "csv" | "pickle";
  sha256: string;
}

/** What is written: one file for each that was read. */
export interface ImportedResult extends ReadResult {
  schema_version: 1;
  source: ResultSource;
}

/** What tells an earlier import from any other JSON file. */
export const ImportedHead = z.looseObject({
  schema_version: z.literal(1),
  kind: z.string(),
  source: z.strictObject({ file: z.string(), format: z.string(), sha256: z.string() }),
});

/** Content that has not the form which its keys promise; the text goes on from "it has …". */
export class UnknownShape extends Error {
  override name = "UnknownShape";
}

/** NaN in the file is null. */
export const Num = z.number().nullable();
export type Num = z.infer<typeof Num>;

export const Code = z.string().regex(/^[A-Za-z0-9][\w-]{0,63}$/, "expected a language's code");
export const Layers = z.array(z.int().min(0));

/** Takes a value in this form alone. @throws UnknownShape with the place of the first that differs */
export function take<T>(form: z.ZodType<T>, value: unknown): T {
  const parsed = form.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.map(String).join(".") || "its top";
  throw new UnknownShape(`at ${place}: ${issue?.message}`);
}

/** A table's cell that must be a language's code. */
export function codeOf(cell: string, place: string): string {
  if (Code.safeParse(cell).success) return cell;
  throw new UnknownShape(
    `"${cell.slice(0, 40)}" at ${place}, where a language's code was expected`,
  );
}

/** In the order in which they come first. */
export const unique = <T>(values: Iterable<T>): T[] => [...new Set(values)];

/** Checks that each series has a value a layer, or none at all. @returns how many values a series has */
export function seriesLength(
  series: Iterable<readonly [place: string, values: readonly unknown[]]>,
  layers: readonly number[] | null,
): number {
  let length = layers?.length;
  for (const [place, values] of series) {
    if (values.length === 0) continue;
    length ??= values.length;
    if (values.length !== length)
      throw new UnknownShape(`${values.length} values at ${place}, ${length} layers elsewhere`);
  }
  return length ?? 0;
}

/** A number that another should follow from, up to rounding. */
export const isNear = (a: number, b: number, tolerance = 1e-6): boolean =>
  Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b));

/** Null where there is nothing to average, or something is missing. */
export function meanOf(values: readonly Num[]): Num {
  const numbers = values.filter((value) => value !== null);
  if (numbers.length === 0 || numbers.length < values.length) return null;
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

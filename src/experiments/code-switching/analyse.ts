import type { SpanSums } from "../spans.js";
import { type Estimate, estimate, type Observation } from "./estimate.js";
import type { SwitchRow } from "./rows.js";

/** By layer, in the order of the layers; null where there is nothing to tell. */
export type Curve = Estimate["mean"];

/** A noun in a sentence, and by itself, as they were read; null where it was not, or has no token of its own. */
export interface ReadRow {
  row: SwitchRow;
  inSentence: SpanSums | null;
  alone: SpanSums | null;
}

/** Mean activations over all tokens of nouns; their standard errors; and over how many sentences, or nouns alone, each is. */
export type Told<Name extends string> = Record<Name, Curve> & {
  standard_errors: Record<Name, Curve>;
  n: Record<Name, number>;
};

/**
 * The paper's first analysis: the best feature of a prefix's language, on the noun that follows. `own`: on the language's own
 * nouns behind its prefixes; `foreign`: on other languages' nouns behind them; `foreign_alone`: on the same nouns alone, both
 * means over these languages, each weighing the same; `own_alone`: on its own nouns alone.
 */
export type OwnFeature = { language: string } & Told<
  "own" | "foreign" | "foreign_alone" | "own_alone"
> & {
    by_noun: ({ noun_language: string; rows: number } & Told<"after_prefix" | "alone">)[];
  };

/**
 * The converse: the best feature of a noun's language, on the noun behind its own prefixes (`own`), behind those of other
 * languages (`after_foreign`, the mean over these, each weighing the same), and alone.
 */
export type NounFeature = { language: string } & Told<"own" | "after_foreign" | "alone"> & {
    by_prefix: ({ prefix_language: string; rows: number } & Told<"after_prefix">)[];
  };

/** Rows of one pair of languages. */
interface Pair {
  other: string;
  rows: ReadRow[];
}

/**
 * Both analyses, as in the paper (Deng et al., 2025, code-switching): of each language, its feature with the highest v at each
 * layer; activations are averaged over all tokens of a pair's nouns, then over languages without weights.
 *
 * @param languages in the order of the sums: place k of a watched layer is the best feature of languages[k]
 */
export function analyse(
  read: readonly ReadRow[],
  languages: readonly string[],
  layers: readonly number[],
): { own_feature: OwnFeature[]; noun_feature: NounFeature[] } {
  const of = (prefix: string, noun: string) =>
    read.filter(({ row }) => row.prefix_language === prefix && row.noun_language === noun);
  const pairs = (language: string, rowsWith: (other: string) => ReadRow[]): Pair[] =>
    languages
      .filter((other) => other !== language)
      .map((other) => ({ other, rows: rowsWith(other) }))
      .filter(({ rows }) => rows.length > 0);
  return {
    own_feature: languages.flatMap((language, k) => {
      const foreign = pairs(language, (noun) => of(language, noun));
      return ownFeature(language, of(language, language), foreign, new Reader(k, layers));
    }),
    noun_feature: languages.flatMap((language, k) => {
      const foreign = pairs(language, (prefix) => of(prefix, language));
      return nounFeature(language, of(language, language), foreign, new Reader(k, layers));
    }),
  };
}

/** What one language's feature does on rows: groups of them weigh the same. */
class Reader {
  constructor(
    private readonly k: number,
    private readonly layers: readonly number[],
  ) {}

  behind(groups: readonly (readonly ReadRow[])[]): Estimate {
    return estimate(groups.map(inSentences), this.k, this.layers);
  }

  alone(groups: readonly (readonly ReadRow[])[]): Estimate {
    return estimate(groups.map(distinctNouns), this.k, this.layers, true);
  }
}

function ownFeature(
  language: string,
  own: ReadRow[],
  foreign: Pair[],
  reader: Reader,
): OwnFeature[] {
  if (own.length === 0 && foreign.length === 0) return [];
  const groups = foreign.map(({ rows }) => rows);
  const told = tell({
    own: reader.behind([own]),
    foreign: reader.behind(groups),
    foreign_alone: reader.alone(groups),
    own_alone: reader.alone([own]),
  });
  const by_noun = foreign.map(({ other, rows }) => ({
    noun_language: other,
    rows: rows.length,
    ...tell({ after_prefix: reader.behind([rows]), alone: reader.alone([rows]) }),
  }));
  return [{ language, ...told, by_noun }];
}

function nounFeature(
  language: string,
  own: ReadRow[],
  foreign: Pair[],
  reader: Reader,
): NounFeature[] {
  if (own.length === 0 && foreign.length === 0) return [];
  const groups = foreign.map(({ rows }) => rows);
  const told = tell({
    own: reader.behind([own]),
    after_foreign: reader.behind(groups),
    alone: reader.alone([[...own, ...groups.flat()]]),
  });
  const by_prefix = foreign.map(({ other, rows }) => ({
    prefix_language: other,
    rows: rows.length,
    ...tell({ after_prefix: reader.behind([rows]) }),
  }));
  return [{ language, ...told, by_prefix }];
}

function tell<Name extends string>(estimates: Record<Name, Estimate>): Told<Name> {
  const pick = <Field extends keyof Estimate>(field: Field) =>
    Object.fromEntries(
      Object.entries<Estimate>(estimates).map(([name, each]) => [name, each[field]]),
    );
  return { ...pick("mean"), standard_errors: pick("standard_error"), n: pick("n") } as Told<Name>;
}

const inSentences = (rows: readonly ReadRow[]): Observation[] =>
  rows.map(({ row, inSentence }) => ({ span: inSentence, prefix: prefixOf(row), noun: row.noun }));

/** A noun counts once, however many sentences end with it. */
const distinctNouns = (rows: readonly ReadRow[]): Observation[] =>
  [...new Map(rows.map((each) => [each.row.noun, each])).values()].map(({ row, alone }) => ({
    span: alone,
    prefix: "",
    noun: row.noun,
  }));

const prefixOf = ({ sentence, start }: SwitchRow): string =>
  Array.from(sentence).slice(0, start).join("").trimEnd();

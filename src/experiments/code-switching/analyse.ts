import type { SpanSums } from "../spans.js";
import type { SwitchRow } from "./rows.js";

/** Mean activation by layer, in the order of the layers: over all tokens of all its nouns. Null where there is no such token. */
export type Curve = (number | null)[];

/** A noun in a sentence, and by itself, as they were read; null where it was not, or has no token of its own. */
export interface ReadRow {
  row: SwitchRow;
  inSentence: SpanSums | null;
  alone: SpanSums | null;
}

/** The paper's first analysis: the best feature of a prefix's language, on the noun that follows. */
export interface OwnFeature {
  language: string;
  /** Of the language's own nouns behind its prefixes. */
  own: Curve;
  /** Of other languages' nouns behind its prefixes, and of the same nouns alone: means over these languages, each weighing the same. */
  foreign: Curve;
  foreign_alone: Curve;
  /** Of its own nouns alone. */
  own_alone: Curve;
  by_noun: { noun_language: string; rows: number; after_prefix: Curve; alone: Curve }[];
}

/** The converse: the best feature of a noun's language, on the noun behind other languages' prefixes. */
export interface NounFeature {
  language: string;
  own: Curve;
  /** Mean over the prefixes' languages, each weighing the same. */
  after_foreign: Curve;
  alone: Curve;
  by_prefix: { prefix_language: string; rows: number; after_prefix: Curve }[];
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
  const behind = (rows: readonly ReadRow[], k: number) =>
    curve(
      rows.map(({ inSentence }) => inSentence),
      k,
      layers,
    );
  const alone = (rows: readonly ReadRow[], k: number) => curve(distinctNouns(rows), k, layers);
  const own_feature = languages.flatMap((language, k): OwnFeature[] => {
    const by_noun = languages
      .filter((noun) => noun !== language)
      .map((noun) => ({ noun, rows: of(language, noun) }))
      .filter(({ rows }) => rows.length > 0)
      .map(({ noun, rows }) => ({
        noun_language: noun,
        rows: rows.length,
        after_prefix: behind(rows, k),
        alone: alone(rows, k),
      }));
    const own = of(language, language);
    if (own.length === 0 && by_noun.length === 0) return [];
    return [
      {
        language,
        own: behind(own, k),
        foreign: meanCurve(by_noun.map(({ after_prefix }) => after_prefix)),
        foreign_alone: meanCurve(by_noun.map(({ alone }) => alone)),
        own_alone: alone(own, k),
        by_noun,
      },
    ];
  });
  const noun_feature = languages.flatMap((language, k): NounFeature[] => {
    const foreign = languages
      .filter((prefix) => prefix !== language)
      .map((prefix) => ({ prefix, rows: of(prefix, language) }))
      .filter(({ rows }) => rows.length > 0);
    const own = of(language, language);
    if (own.length === 0 && foreign.length === 0) return [];
    const by_prefix = foreign.map(({ prefix, rows }) => ({
      prefix_language: prefix,
      rows: rows.length,
      after_prefix: behind(rows, k),
    }));
    return [
      {
        language,
        own: behind(own, k),
        after_foreign: meanCurve(by_prefix.map(({ after_prefix }) => after_prefix)),
        alone: alone([...own, ...foreign.flatMap(({ rows }) => rows)], k),
        by_prefix,
      },
    ];
  });
  return { own_feature, noun_feature };
}

/** A noun counts once, however many sentences end with it. */
const distinctNouns = (rows: readonly ReadRow[]): (SpanSums | null)[] => [
  ...new Map(rows.map(({ row, alone }) => [row.noun, alone])).values(),
];

/** Σ of the activation / number of tokens, over all spans. */
function curve(spans: readonly (SpanSums | null)[], k: number, layers: readonly number[]): Curve {
  const tokens = spans.reduce((sum, span) => sum + (span?.tokens ?? 0), 0);
  return layers.map((layer) =>
    tokens === 0
      ? null
      : spans.reduce((sum, span) => sum + (span?.sums.get(layer)?.[k] ?? 0), 0) / tokens,
  );
}

/** The mean of curves, layer by layer, over those that have a value there. */
export function meanCurve(curves: readonly Curve[]): Curve {
  return (curves[0] ?? []).map((_, at) => {
    const values = curves.map((each) => each[at] ?? null).filter((value) => value !== null);
    return values.length === 0
      ? null
      : values.reduce((sum, value) => sum + value, 0) / values.length;
  });
}

import { shortCode } from "../config/short-codes.js";
import { pythonFloat } from "./python-float.js";
import type { ScoredRun } from "./read.js";
import { rankedFeatures } from "./top-features.js";

export const CSV_HEADER =
  "layer,language_flores,language_code,language_name,rank,feature_index,nu_value";

/**
 * Top-k features as the steering repository reads them: sorted by layer, language_code (by code point) and rank, ranks from 1,
 * numbers as Python writes the floats. Languages with one short code keep the run's order.
 */
export function topFeaturesCsv(
  run: ScoredRun,
  topK: number,
  layers: readonly number[] = run.meta.layers,
): string {
  const lines = layers
    .toSorted((a, b) => a - b)
    .flatMap((layer) =>
      inCodeOrder(run.meta.languages).flatMap((language) => {
        const { code, name } = shortCode(language);
        return rankedFeatures(run, { layer, language, topK }).map(({ rank, feature, v }) =>
          [layer, cell(language), cell(code), cell(name), rank, feature, pythonFloat(v)].join(","),
        );
      }),
    );
  return `${[CSV_HEADER, ...lines].join("\n")}\n`;
}

/** Languages by their short codes (by code point); those with one code keep their order. */
export const inCodeOrder = (languages: readonly string[]): string[] =>
  languages
    .map((flores) => ({ flores, ...shortCode(flores) }))
    .sort((a, b) => (a.code < b.code ? -1 : a.code > b.code ? 1 : 0))
    .map(({ flores }) => flores);

/** Quoted only where it must be, as Python's csv module does. */
export const cell = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

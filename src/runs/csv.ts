import { shortCode } from "../config/short-codes.js";
import { pythonFloat } from "./python-float.js";
import type { ScoredRun } from "./read.js";
import { vIn } from "./top-features.js";

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
  const languages = inCodeOrder(run.meta.languages).map((flores) => ({
    ...{ flores, k: run.meta.languages.indexOf(flores), ...shortCode(flores) },
  }));
  const lines = [CSV_HEADER];
  for (const layer of layers.toSorted((a, b) => a - b)) {
    const ranking = run.rankings.get(layer);
    if (ranking === undefined) continue;
    const { features, index, value } = ranking;
    const byV = run.byV?.get(layer);
    for (const { flores, k, code, name } of languages) {
      for (
        let place = 0;
        place < Math.min(topK, run.ranked?.get(layer)?.[k] ?? features);
        place++
      ) {
        const at = k * features + place;
        const cells = [
          layer,
          cell(flores),
          cell(code),
          cell(name),
          place + 1,
          index[at],
          pythonFloat(byV === undefined ? (value[at] as number) : vIn(byV, k, index[at] as number)),
        ];
        lines.push(cells.join(","));
      }
    }
  }
  return `${lines.join("\n")}\n`;
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

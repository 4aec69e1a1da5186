import { shortCode } from "../config/short-codes.js";
import { CSV_HEADER, cell, inCodeOrder } from "./csv.js";
import { pythonFloat } from "./python-float.js";
import type { FinishedRun } from "./read.js";
import { type TopFeature, topFeatures } from "./top-features.js";

/** What stands behind the companions' seven columns. Empty cells: not known. */
const MORE: [title: string, of: (top: TopFeature) => number | null][] = [
  ["ci_lo", ({ interval }) => interval?.lo ?? null],
  ["ci_hi", ({ interval }) => interval?.hi ?? null],
  ["p", ({ p }) => p],
  ["q", ({ q }) => q],
  ["heldout_v", ({ heldout_v }) => heldout_v],
  ["margin", ({ margin }) => margin],
  ["auroc", ({ auroc }) => auroc],
  ["rate", ({ active_fraction }) => active_fraction],
  ["rate_elsewhere", ({ active_elsewhere }) => active_elsewhere],
  ["tau", ({ tau }) => tau],
];

const COUNTS = ["n_texts", "n_tokens", "first_position_share", "fvu"];
/** On what v was held out, a split or halves of the texts; by what rows are ranked, and what that is of each. */
const HOW = ["heldout_on", "ranked_by", "score"];

/** Top-k features as in `topFeaturesCsv`, each row with all that is known of how sure it is. */
export function fullCsv(
  run: FinishedRun,
  topK: number,
  layers: readonly number[] = run.meta.layers,
): string {
  const header = [CSV_HEADER, ...MORE.map(([title]) => title), ...COUNTS, ...HOW];
  const halves = run.evidence === null || run.byV !== undefined ? "" : "halves";
  const heldOutOn = run.heldOut === null ? halves : cell(run.heldOut.meta.split ?? "");
  const lines = layers
    .toSorted((a, b) => a - b)
    .flatMap((layer) =>
      inCodeOrder(run.meta.languages).flatMap((language) =>
        topFeatures(run, { layer, language, topK }).map((top) => {
          const { code, name } = shortCode(language);
          return [
            ...[layer, cell(language), cell(code), cell(name), top.rank, top.feature],
            ...[top.v, ...MORE.map(([, of]) => of(top))].map((value) =>
              value === null ? "" : pythonFloat(value),
            ),
            ...[top.n_texts, top.n_tokens],
            pythonFloat(top.first_position_share),
            top.fvu === null ? "" : pythonFloat(top.fvu),
            ...[heldOutOn, run.measure ?? "v", pythonFloat(top.score ?? top.v)],
          ].join(",");
        }),
      ),
    );
  return `${[header.join(","), ...lines].join("\n")}\n`;
}

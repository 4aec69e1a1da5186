import type { FeatureOnLanguage } from "../features/describe-feature.js";
import type { ForeignRun } from "../runs/foreign.js";
import type { FinishedRun } from "../runs/read.js";
import type { RankedFeature, TopFeature } from "../runs/top-features.js";
import { type Column, tableLines } from "./table.js";

/** What a run is about: from what, over what, and what v means there. */
export function runLines({ name, meta }: FinishedRun): string[] {
  const counts = Object.values(meta.texts);
  const texts = rangeText(counts);
  const corpus = `${meta.corpus}${meta.split === null ? "" : ` (${meta.split})`}`;
  return [
    `${name}: ${meta.model_id}, ${corpus}, ${meta.languages.length} languages, texts in each: ${texts}`,
    `v(f, L) = mean activation on L − mean of the other languages' means, over ${meta.pool}s; special tokens: ${meta.special_tokens}, first position: ${meta.first_token}`,
  ];
}

/** What the columns and the flags that occur mean. */
export function legendLines(features: readonly TopFeature[]): string[] {
  const found = new Set(features.flatMap(({ flags }) => flags));
  return [
    "SE: standard error of the mean, over texts. runner-up: the other language with the highest mean. active: share of L's tokens.",
    ...FLAG_WORDS.filter(([flag]) => found.has(flag)).map(([flag, words]) => `${flag}: ${words}.`),
  ];
}

/** What flags mean. */
export const FLAG_WORDS: [TopFeature["flags"][number], string][] = [
  ["shared", "the runner-up has at least half of its mean"],
  ["not-own", "the runner-up has a higher mean than this language"],
  ["silent", "it fires on no counted token of this language"],
  ["sink", "over half of its activation is at the first position"],
];

/** What is known of a run that another tool wrote. */
export function foreignRunLines({ name, meta }: ForeignRun): string[] {
  const { model_id, model, sae_release } = meta;
  const from = [model_id ?? model, sae_release].filter((value) => typeof value === "string");
  return [
    `${name}: ${[...from, `${meta.languages.length} languages`].join(", ")}; in the format of the original tool`,
    "It has v-scores only: no means, no standard errors, and no rule for special tokens is known unless its meta.json says so.",
  ];
}

const PLACE_COLUMNS: Column[] = [
  { title: "layer", align: "right" },
  { title: "language" },
  { title: "rank", align: "right" },
  { title: "feature", align: "right" },
  { title: "v", align: "right" },
];
const placeCells = ({ layer, language, rank, feature, v }: RankedFeature): string[] => [
  String(layer),
  language,
  String(rank),
  String(feature),
  digits(v),
];

/** Places in the ranking as a table, where there is nothing else to tell. */
export const rankedLines = (features: readonly RankedFeature[]): string[] =>
  tableLines(PLACE_COLUMNS, features.map(placeCells));

/** Features as a table: v with the standard error of its mean, the runner-up, how often it fires. */
export function featureLines(features: readonly TopFeature[]): string[] {
  const columns: Column[] = [
    ...PLACE_COLUMNS,
    { title: "mean ± SE", align: "right" },
    { title: "runner-up" },
    { title: "its mean", align: "right" },
    { title: "active", align: "right" },
    { title: "flags" },
  ];
  const rows = features.map((top) => [
    ...placeCells(top),
    `${digits(top.mean)} ± ${top.standard_error === null ? "?" : digits(top.standard_error)}`,
    ...runnerUpCells(top),
    `${(100 * top.active_fraction).toFixed(1)} %`,
    top.flags.join(" "),
  ]);
  return tableLines(columns, rows);
}

/** From how much the means of a feature on every language are, and what stands beside them. */
export function describedLegend(languages: readonly FeatureOnLanguage[]): string {
  const rank = "rank: its place by v among all features of the layer.";
  if (languages.some(({ mean }) => mean === null)) return rank;
  const texts = rangeText(languages.map((each) => each.texts ?? 0));
  const tokens = rangeText(languages.map((each) => each.tokens_counted ?? 0));
  return `Means: from ${tokens} counted tokens of ${texts} texts a language. SE: standard error of the mean, over texts. active: share of these tokens on which it fires. ${rank}`;
}

function rangeText(numbers: readonly number[]): string {
  const [fewest, most] = [Math.min(...numbers), Math.max(...numbers)];
  return fewest === most ? String(most) : `${fewest}–${most}`;
}

/** Where the feature is as silent everywhere else, no language comes second. */
export const runnerUpCells = ({ runner_up, runner_up_mean }: TopFeature): [string, string] =>
  runner_up_mean === 0 ? ["–", digits(0)] : [runner_up, digits(runner_up_mean)];

/** Three digits after the point, or exponent form where those would say nothing. */
export function digits(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size < 0.001 || size >= 1e6) ? value.toExponential(2) : value.toFixed(3);
}

/** A number in at most six characters. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e5)) return value.toExponential(0);
  return size >= 1000
    ? value.toFixed(0)
    : size >= 100
      ? value.toFixed(1)
      : size >= 10
        ? value.toFixed(2)
        : digits(value);
}

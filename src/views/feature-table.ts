import type { FeatureOnLanguage } from "../features/describe-feature.js";
import { controlWords } from "../runs/controls.js";
import type { ForeignRun } from "../runs/foreign.js";
import type { FinishedRun } from "../runs/read.js";
import type { RankedFeature, TopFeature } from "../runs/top-features.js";
import { width } from "./cells.js";
import { digits, rangeText } from "./digits.js";
import { chanceText, claimLines, evidenceLines, intervalText } from "./evidence-text.js";
import { type Line, plain } from "./line.js";
import { precisionWords } from "./precision-text.js";
import { formulaOf } from "./ranking-text.js";
import { type Column, tableLines } from "./table.js";

/** What a run is about: from what, over what, and what v means there. */
export function runLines(run: FinishedRun): string[] {
  const { name, meta } = run;
  const ranked =
    run.measure === undefined ? [] : [`Ranked by ${run.measure}, not by v. ${formulaOf(run)}.`];
  const counts = Object.values(meta.texts);
  const texts = rangeText(counts);
  const corpus = `${meta.corpus}${meta.split === null ? "" : ` (${meta.split})`}`;
  return [
    `${name}: ${meta.model_id}, ${corpus}, ${meta.languages.length} languages, texts in each: ${texts}`,
    `v(f, L) = mean activation on L − mean of the other languages' means, over ${meta.pool}s; special tokens: ${meta.special_tokens}, first position: ${meta.first_token}`,
    ...ranked,
    ...[controlWords(meta), precisionWords(meta)].filter((words) => words !== null),
    ...claimLines(run),
  ];
}

/** What the columns and the flags that occur mean. */
export function legendLines(run: FinishedRun, features: readonly TopFeature[]): string[] {
  const found = new Set(features.flatMap(({ flags }) => flags));
  return [
    ...evidenceLines(run, features),
    "margin: mean less that of the runner-up, the other language with the highest. AUROC: the chance that a text of L has more of it than one of another language.",
    ...(features.some(({ label }) => label !== null && label.length > 1)
      ? [
          "of a,b: the languages that it is of, where it is of several: the gap between their means and the others' is above 0 for sure (looked for at the best five).",
        ]
      : []),
    "active: share of L's tokens on which it fires; elsewhere: mean of the other languages' shares. τ: 0 the same in all languages, 1 in one alone.",
    ...FLAG_WORDS.filter(([flag]) => found.has(flag)).map(([flag, words]) => `${flag}: ${words}.`),
  ];
}

/** What flags mean. */
export const FLAG_WORDS: [TopFeature["flags"][number], string][] = [
  ["shared", "the runner-up has at least half of its mean"],
  ["not-own", "the runner-up has a higher mean than this language"],
  ["silent", "it fires on no counted token of this language"],
  ["unrebuilt", "the layer's dictionary leaves more than it explains of this language"],
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

/** A column of evidence; the later it goes where there is no room, the more it tells. */
interface EvidenceColumn extends Column {
  cell: (top: TopFeature) => string;
  goes: number;
}

const EVIDENCE_COLUMNS: EvidenceColumn[] = [
  {
    title: "95 % interval",
    align: "right",
    goes: 9,
    cell: ({ interval }) => intervalText(interval),
  },
  { title: "p", align: "right", goes: 7, cell: ({ p }) => chanceText(p) },
  { title: "q", align: "right", goes: 1, cell: ({ q }) => chanceText(q) },
  { title: "held-out", align: "right", goes: 8, cell: ({ heldout_v }) => maybe(heldout_v, digits) },
  { title: "margin", align: "right", goes: 6, cell: ({ margin }) => digits(margin) },
  { title: "runner-up", goes: 5, cell: (top) => runnerUpCells(top)[0] },
  {
    title: "AUROC",
    align: "right",
    goes: 4,
    cell: ({ auroc }) => maybe(auroc, (a) => a.toFixed(3)),
  },
  { title: "active", align: "right", goes: 3, cell: (top) => percent(top.active_fraction) },
  { title: "elsewhere", align: "right", goes: 2, cell: (top) => percent(top.active_elsewhere) },
  { title: "τ", align: "right", goes: 0, cell: ({ tau }) => maybe(tau, (t) => t.toFixed(2)) },
];

/**
 * Features as a table: v with its interval, how likely chance is, what held-out texts say, and how much of it is the language's own.
 *
 * @param room columns of the terminal; where they are too few, what tells least is left out
 */
export function featureLines(
  features: readonly TopFeature[],
  room = Number.POSITIVE_INFINITY,
): string[] {
  const flags = { title: "flags", cell: flagsText };
  let shown = features.some(({ score }) => score !== undefined)
    ? [SCORE_COLUMN, ...EVIDENCE_COLUMNS]
    : [...EVIDENCE_COLUMNS];
  for (;;) {
    const columns = [...shown, flags];
    const lines = tableLines(
      [...PLACE_COLUMNS, ...columns],
      features.map((top) => [...placeCells(top), ...columns.map(({ cell }) => cell(top))]),
    );
    if (width(lines[1] ?? "") <= room || shown.length === 0) return lines;
    const least = Math.min(...shown.map(({ goes }) => goes));
    shown = shown.filter(({ goes }) => goes !== least);
  }
}

/** The same for a terminal: rows of languages that the dictionary does not rebuild are dim. */
export function shadedFeatureLines(features: readonly TopFeature[], room: number): Line[] {
  const [title = "", rule = "", ...rows] = featureLines(features, room);
  const style = (at: number) => (features[at]?.flags.includes("unrebuilt") ? { dim: true } : {});
  return [plain(title), plain(rule), ...rows.map((row, at) => plain(row, style(at)))];
}

/** What features are ranked by, where that is not v. */
const SCORE_COLUMN: EvidenceColumn = {
  ...{ title: "ranked by", align: "right", goes: 10 },
  cell: ({ score }) => (score === undefined ? "–" : digits(score)),
};

/** The flags, and of a feature that several languages have in common which they are. */
const flagsText = ({ flags, label }: TopFeature): string =>
  [
    ...flags,
    ...(label !== null && label.length > 1 ? [`of ${shortest(label).join(",")}`] : []),
  ].join(" ");

/** Codes without their scripts, where these tell none apart. */
const shortest = (codes: readonly string[]): readonly string[] => {
  const short = codes.map((code) => code.slice(0, 3));
  return new Set(short).size === short.length ? short : codes;
};

const maybe = (value: number | null, text: (value: number) => string): string =>
  value === null ? "–" : text(value);
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** From how much the means of a feature on every language are, and what stands beside them. */
export function describedLegend(languages: readonly FeatureOnLanguage[]): string {
  const rank = "rank: its place by v among all features of the layer.";
  if (languages.some(({ mean }) => mean === null)) return rank;
  const texts = rangeText(languages.map((each) => each.texts ?? 0));
  const tokens = rangeText(languages.map((each) => each.tokens_counted ?? 0));
  return `Means: from ${tokens} counted tokens of ${texts} texts a language. SE: standard error of the mean, over texts. active: share of these tokens on which it fires. ${rank}`;
}

/** Where the feature is as silent everywhere else, no language comes second. */
export const runnerUpCells = ({ runner_up, runner_up_mean }: TopFeature): [string, string] =>
  runner_up_mean === 0 ? ["–", digits(0)] : [runner_up, digits(runner_up_mean)];

import type { ExploredText, ExploredToken, Shares } from "../explore/explored-text.js";
import type { FeatureCount } from "../explore/language-features.js";
import { cut, width } from "./cells.js";
import { visible } from "./escape.js";
import { byMeasure } from "./ranking-text.js";
import { shortNames } from "./short-names.js";
import { type Column, tableLines } from "./table.js";

/** Columns of a terminal that a table keeps within, and how many of them a token's piece may take. */
const COLUMNS = 80;
const PIECE = 16;
const LAYERS_A_TABLE = 2;
const FEATURES = 3;
/** Languages in a layer's summary, and the share from which on one is named. */
const SUMMARY = 6;
const SMALLEST = 0.01;

/** What was found of a text: a row a token, then for whom the text speaks in each layer, and what to beware of. */
export function exploredLines(
  explored: ExploredText,
  run: { model_id: string; languages: readonly string[] },
): string[] {
  const { tokens, layers, warnings } = explored;
  const short = shortNames(run.languages);
  const counted = tokens.filter((token) => token.counted).length;
  const shown = layers.map(({ layer }) => layer);
  const groups = Array.from({ length: Math.ceil(shown.length / LAYERS_A_TABLE) }, (_, at) =>
    shown.slice(at * LAYERS_A_TABLE, (at + 1) * LAYERS_A_TABLE),
  );
  const goesOn = tokens.some(isMoreBytes) ? [`${MORE_BYTES}: ${MORE_BYTES_WORDS}`] : [];
  return [
    `${explored.run}: ${run.model_id}, ${tokens.length} tokens, ${counted} counted`,
    ...groups.flatMap((group) => ["", ...tokenLines(tokens, group, short)]),
    ...goesOn,
    "",
    ...layers.map(({ layer, speaks_for }) => `layer ${layer}: ${summary(speaks_for, short)}`),
    ...warnings.map((warning) => `warning: ${warning}`),
  ];
}

/** What the cells mean, what shares are to be compared with, and which of the run's layers are not shown. */
export function exploreLegend(
  { among, ranked_by }: Pick<ExploredText, "among" | "ranked_by">,
  counts: readonly FeatureCount[],
  run: { layers: readonly number[]; languages: readonly string[] },
): string[] {
  const others = run.layers.filter((layer) => !counts.some((count) => count.layer === layer));
  return [
    `Cells: language feature (rank${byMeasure(ranked_by)} ≤ ${among}, v > 0), its language, activation.`,
    "Shares: of Σ a · v / μ over the language features that fire.",
    ...baselineLines(run.languages, counts),
    ...(others.length > 0 ? [`Other layers of the run: ${others.join(", ")} (--layers).`] : []),
  ];
}

/** What a share is to be compared with, and whether language features are few enough to say something. */
export function baselineLines(
  languages: readonly string[],
  counts: readonly FeatureCount[],
): string[] {
  const even = Number((100 / languages.length).toFixed(1));
  const told = counts.map(({ layer, language, all }) => `${language} of ${all} at layer ${layer}`);
  const broad = counts.filter(({ language, all }) => language > all / 2);
  return [
    `An even share of ${languages.length} languages is ${even} %. Language features: ${told.join(", ")}.`,
    ...(broad.length > 0
      ? [
          `That is more than half of the dictionary at ${broad.length === 1 ? "layer" : "layers"} ${broad.map(({ layer }) => layer).join(", ")}: nearly any activity speaks for a language. Take fewer with --among.`,
        ]
      : []),
  ];
}

/** Stands for a token that adds nothing to the text: further bytes of the character of the token before it. */
export const MORE_BYTES = "↳";
export const MORE_BYTES_WORDS = "a token of more bytes of the same character";

export const isMoreBytes = ({ piece }: ExploredToken): boolean => piece === "";

/** A piece as a cell shows it: never blank. */
export function pieceText(token: ExploredToken): string {
  if (isMoreBytes(token)) return MORE_BYTES;
  return /^ +$/.test(token.piece) ? "␣".repeat(token.piece.length) : token.piece;
}

/** As many features a layer as there are and the columns allow, at least one. */
function tokenLines(
  tokens: readonly ExploredToken[],
  layers: readonly number[],
  short: ReadonlyMap<string, string>,
): string[] {
  const most = tokens
    .flatMap((token) => token.layers)
    .reduce((most, { features }) => Math.max(most, features.length), 1);
  for (let features = Math.min(most, FEATURES); ; features--) {
    const columns: Column[] = [
      { title: "token" },
      ...layers.flatMap((layer) => [
        { title: `layer ${layer}` },
        ...Array.from({ length: features - 1 }, () => ({ title: "" })),
        { title: "speaks for" },
      ]),
    ];
    const rows = tokens.map((token) => [
      cut(visible(pieceText(token)), PIECE),
      ...layers.flatMap((layer) => cellsOf(token, layer, features, short)),
    ]);
    const lines = tableLines(columns, rows);
    if (features === 1 || lines.every((line) => width(line) <= COLUMNS)) return lines;
  }
}

function cellsOf(
  token: ExploredToken,
  layer: number,
  features: number,
  short: ReadonlyMap<string, string>,
): string[] {
  const found = token.layers.find((each) => each.layer === layer);
  const cells = Array.from({ length: features }, (_, at) => {
    const top = found?.features[at];
    if (top === undefined) return at > 0 ? "" : token.counted ? "–" : "(not counted)";
    return `${top.feature} ${short.get(top.language) ?? top.language} ${brief(top.activation)}`;
  });
  const [first] = found?.speaks_for ?? [];
  return [...cells, first === undefined ? "" : shareText(first, short)];
}

function summary(shares: Shares, short: ReadonlyMap<string, string>): string {
  if (shares.length === 0) return "no language feature fires";
  const named = shares.filter(({ share }, at) => at === 0 || (at < SUMMARY && share >= SMALLEST));
  const rest = shares.length > named.length ? ", …" : "";
  return `${named.map((share) => shareText(share, short)).join(", ")}${rest}`;
}

const shareText = (
  { language, share }: Shares[number],
  short: ReadonlyMap<string, string>,
): string => `${short.get(language) ?? language} ${Math.round(100 * share)} %`;

/** One digit after the point below ten; more where that would say nothing. */
function brief(activation: number): string {
  if (activation >= 9.95) return activation.toFixed(0);
  return activation >= 0.095 ? activation.toFixed(1) : String(Number(activation.toPrecision(1)));
}

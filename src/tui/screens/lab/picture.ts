import type { ExploredText, ExploredToken, Shares } from "../../../explore/explored-text.js";
import { padded, width, wrapped } from "../../../views/cells.js";
import { short } from "../../../views/digits.js";
import { visible } from "../../../views/escape.js";
import { EMPTY, type Line, plain, span } from "../../../views/line.js";
import { byMeasure } from "../../../views/ranking-text.js";
import { around } from "../../line-edit.js";
import { bodyHeight, type World } from "../../model.js";
import { type LabScreen, labHeight } from "./state.js";

const PIECE = 16;
const SPEAKS = 18;

export function labPicture(state: LabScreen, world: World): Line[] {
  const { columns } = world.size;
  const layer = state.layers[state.layer] as number;
  return [
    modelLine(state),
    ...textLines(state, columns),
    [
      span("  layer "),
      span(`‹ ${layer} ›`, { bold: true }),
      span("  this text speaks for  ", { dim: true }),
      span(
        sharesText(state.result?.layers.find((each) => each.layer === layer)?.speaks_for ?? [], 4),
      ),
    ],
    EMPTY,
    ...(state.model.state === "ended"
      ? wrapped(state.model.why, columns - 4).map((line) => plain(`  ${line}`, { color: "red" }))
      : resultLines(state, layer, world)),
  ].slice(0, bodyHeight(world));
}

function modelLine({ model, isAsked, trouble, warnings }: LabScreen): Line {
  if (model.state === "loading")
    return plain(`  loading the model: ${model.phase}… (type already)`, { color: "cyan" });
  if (model.state === "ended") return plain("  the model is gone", { color: "red" });
  if (trouble !== null) return plain(`  ${visible(trouble)}`, { color: "yellow" });
  const [warning] = warnings;
  const state = isAsked ? "reading…" : "ready";
  return [
    span(`  model on ${model.device}: ${state}`, { dim: true }),
    span(warning === undefined ? "" : `   ${visible(warning)}`, { color: "yellow" }),
  ];
}

/** The sentence with its cursor, on two lines. */
function textLines({ text }: LabScreen, columns: number): Line[] {
  const [before, under, after] = around(text);
  const room = columns - 4;
  // The end of what stands before the cursor stays in sight.
  const shown = wrapped(before, room);
  const lines = shown.slice(-2);
  const last = lines.at(-1) ?? "";
  return [
    plain(""),
    ...lines.slice(0, -1).map((line) => plain(`  ${line}`)),
    [
      span(`> ${last}`),
      span(before.endsWith(" ") && !last.endsWith(" ") && last !== "" ? " " : ""),
      span(under, { inverse: true }),
      span(after),
    ],
    ...(lines.length < 2 ? [EMPTY] : []),
  ];
}

function resultLines(state: LabScreen, layer: number, world: World): Line[] {
  const { result, cursor } = state;
  if (result === null)
    return [
      plain(
        `  For each token: the strongest features that are among the best of a language${byMeasure(state.measure)},`,
      ),
      plain("  and the languages that they speak for. It follows what you type."),
    ];
  const room = world.size.columns - PIECE - SPEAKS - 8;
  const title = plain(
    `  ${padded("token", PIECE)}  ${padded("speaks for", SPEAKS)}  features: number language activation`,
    { bold: true },
  );
  return [
    title,
    ...result.tokens.slice(cursor.top, cursor.top + labHeight(world)).map((token, at): Line => {
      const isChosen = cursor.top + at === cursor.at;
      const own = token.layers.find((each) => each.layer === layer);
      const style = isChosen ? { inverse: true } : {};
      return [
        span(isChosen ? "▸ " : "  ", style),
        span(padded(pieceText(token), PIECE), {
          ...style,
          ...(token.counted ? {} : { dim: true }),
        }),
        span("  ", style),
        span(padded(sharesText(own?.speaks_for ?? [], 2), SPEAKS), style),
        span("  ", style),
        span(
          padded(token.counted ? fitting(own?.features ?? [], room) : "(does not count)", room),
          style,
        ),
      ];
    }),
    EMPTY,
    ...tokenLines(result, cursor.at, layer, world),
  ];
}

type Features = ExploredToken["layers"][number]["features"];

/** As many features as fit whole. */
function fitting(features: Features, room: number): string {
  let line = "";
  for (const { feature, language, activation } of features) {
    const next = `${line}${line === "" ? "" : "   "}${feature} ${language.slice(0, 3)} ${short(activation)}`;
    if (width(next) > room) break;
    line = next;
  }
  return line;
}

/** All that is known of the chosen token. */
function tokenLines(
  { tokens, ranked_by }: ExploredText,
  at: number,
  layer: number,
  { size }: World,
): Line[] {
  const token = tokens[at];
  const own = token?.layers.find((each) => each.layer === layer);
  if (token === undefined || own === undefined || !token.counted) return [EMPTY, EMPTY];
  const told = own.features.map(
    ({ feature, language, rank, activation }) =>
      `${feature} ${short(activation)} (${rank}. of ${language}${byMeasure(ranked_by)})`,
  );
  const text = `${pieceText(token)}: ${told.join(", ") || "no language feature fires"}`;
  const [first = "", second = ""] = wrapped(text, size.columns - 4);
  return [plain(`  ${first}`, { dim: true }), plain(`  ${second}`, { dim: true })];
}

/** Spaces at the ends of a token belong to it. */
function pieceText({ piece, counted }: ExploredToken): string {
  if (piece === "") return counted ? "(more of it)" : "";
  // A mark without its letter is drawn on a circle, as in books about scripts.
  const shown = /^[\p{M}\u0e33\u0eb3\u200d]/u.test(piece) ? `◌${piece}` : piece;
  return shown.replaceAll(" ", "·");
}

const sharesText = (shares: Shares, count: number): string =>
  shares
    .slice(0, count)
    .map(({ language, share }) => `${language.slice(0, 3)} ${Math.round(100 * share)}%`)
    .join(" ");

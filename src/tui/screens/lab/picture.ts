import type { ExploredToken, Shares } from "../../../explore/explored-text.js";
import { padded, wrapped } from "../../../views/cells.js";
import { visible } from "../../../views/escape.js";
import { short } from "../../../views/feature-table.js";
import { EMPTY, type Line, plain, span } from "../../../views/line.js";
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
    ...resultLines(state, layer, world),
  ].slice(0, bodyHeight(world));
}

function modelLine({ model, isAsked, trouble, warnings }: LabScreen): Line {
  if (model.state === "loading")
    return plain(`  loading the model: ${model.phase}… (type already)`, { color: "cyan" });
  if (model.state === "ended")
    return plain(`  the model is gone: ${visible(model.why)}`, { color: "red" });
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
      plain("  For each token: the strongest features that are among the best of a language,"),
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
          padded(
            token.counted
              ? (own?.features ?? [])
                  .map(
                    ({ feature, language, activation }) =>
                      `${feature} ${language.slice(0, 3)} ${short(activation)}`,
                  )
                  .join("   ")
              : "(does not count)",
            room,
          ),
          style,
        ),
      ];
    }),
  ];
}

/** Spaces at the ends of a token belong to it. */
const pieceText = ({ piece }: ExploredToken): string => piece.replaceAll(" ", "·");

const sharesText = (shares: Shares, count: number): string =>
  shares
    .slice(0, count)
    .map(({ language, share }) => `${language.slice(0, 3)} ${Math.round(100 * share)}%`)
    .join(" ");

import { Chalk, type ChalkInstance, type ColorName } from "chalk";
import { visible } from "./escape.js";
import type { Line, Span } from "./line.js";

/** A line as a terminal takes it, with as many colours as it has. Whatever its text holds is shown, not obeyed. */
export function ansiLine(line: Line, colorDepth: number): string {
  const chalk = new Chalk({ level: levelOf(colorDepth) });
  return line
    .map((each) => painted(each, chalk))
    .join("")
    .trimEnd();
}

function levelOf(colorDepth: number): 0 | 1 | 2 | 3 {
  if (colorDepth < 4) return 0;
  return colorDepth < 8 ? 1 : colorDepth < 24 ? 2 : 3;
}

function painted(
  { text, color, background, bold, dim, inverse, underline, link }: Span,
  chalk: ChalkInstance,
): string {
  let paint = chalk;
  if (bold) paint = paint.bold;
  if (dim) paint = paint.dim;
  if (inverse) paint = paint.inverse;
  if (underline) paint = paint.underline;
  if (color !== undefined)
    paint = color.startsWith("#") ? paint.hex(color) : paint[color as ColorName];
  if (background !== undefined)
    paint = background.startsWith("#")
      ? paint.bgHex(background)
      : paint[`bg${background[0]?.toUpperCase()}${background.slice(1)}` as "bgRed"];
  const shown = paint(visible(text));
  // A link is a sign to the terminal too: without colours, nothing but text is sent.
  return link === undefined || chalk.level === 0
    ? shown
    : `\u001b]8;;${link}\u0007${shown}\u001b]8;;\u0007`;
}

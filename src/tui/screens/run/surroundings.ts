import { basename, relative } from "node:path";
import { bytesText } from "../../../views/amounts.js";
import { wrapped } from "../../../views/cells.js";
import { EMPTY, type Line, plain, span } from "../../../views/line.js";
import type { RunSurroundings, World } from "../../model.js";

/** What was made from a run: exports, and runs that re-reduce its sums. */
export function madeLines(folder: string, { exports }: RunSurroundings, { rows }: World): Line[] {
  const rescored = rows.filter(({ rescored_from: from }) => from === basename(folder));
  if (exports.length === 0 && rescored.length === 0)
    return [
      plain("  Nothing yet. e exports the top features as CSV, p draws all figures;"),
      plain("  in a shell, npx vscore rescore compares them over fewer languages."),
    ];
  return [
    ...exports.map(
      ({ file, bytes }): Line => [
        ...[span(`  ${relative(folder, file)}`), span(`  ${bytesText(bytes)}`, { dim: true })],
      ],
    ),
    ...(exports.length > 0 && rescored.length > 0 ? [EMPTY] : []),
    ...rescored.map(({ name, languages }) =>
      plain(`  ${name}: rescored over ${languages.join(", ")}`),
    ),
  ];
}

/** What happened, then what Python printed. */
export function logLines({ events, log }: RunSurroundings, columns: number): Line[] {
  const told = events.filter(({ type }) => type !== "progress");
  return [
    ...told.flatMap(({ at, type, ...rest }) => {
      const facts = Object.entries(rest).map(([key, value]) => `${key} ${String(value)}`);
      return wrapped(facts.join(", "), Math.max(10, columns - 43)).map(
        (part, line): Line => [
          span(`  ${(line === 0 ? at.slice(0, 19).replace("T", " ") : "").padEnd(20)}`, {
            dim: true,
          }),
          span(`${(line === 0 ? type.replaceAll("_", " ") : "").padEnd(18)} `),
          span(part, { dim: true }),
        ],
      );
    }),
    EMPTY,
    ...log.flatMap((line) => wrapped(line, columns - 4).map((part) => plain(`  ${part}`))),
  ];
}

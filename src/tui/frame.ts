import { cut, padded, width, wrapped } from "../views/cells.js";
import { EMPTY, type Line, plain, span } from "../views/line.js";
import { type App, bindingsOf, topOf } from "./app.js";
import { type Binding, listBindings, shownKeys } from "./keys.js";
import { bodyHeight, type Notice } from "./model.js";
import { moduleOf } from "./screens/modules.js";

/** The whole screen: where one is, the body, what just happened, the keys. Exactly as many lines as it may have. */
export function frameOf(app: App): Line[] {
  const { world } = app;
  const height = bodyHeight(world);
  const top = topOf(app);
  const body = app.isHelpOpen ? helpLines(app) : moduleOf(top).picture(top, world);
  const filled = [...body, ...Array<Line>(Math.max(0, height - body.length)).fill(EMPTY)];
  return [
    titleLine(app),
    ...filled.slice(0, height),
    ...noticeLines(app.notice, world.size.columns),
    barLine(app),
  ].slice(0, world.size.rows);
}

/** In place of a screen that could not be drawn. */
export function brokenFrame(app: App, error: unknown): Line[] {
  const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const lines: Line[] = [
    plain(" vscore ", { bold: true, inverse: true }),
    EMPTY,
    plain("  This screen could not be drawn; this is a fault of vscore. Esc goes back, q leaves."),
    EMPTY,
    ...words.split("\n").map((line) => plain(`  ${line}`, { dim: true })),
  ];
  const empty = Array<Line>(Math.max(0, app.world.size.rows - lines.length)).fill(EMPTY);
  return [...lines, ...empty].slice(0, app.world.size.rows);
}

function titleLine({ screens, world, isHelpOpen }: App): Line {
  const names = screens.map((screen) => moduleOf(screen).title(screen));
  const path = [...names, ...(isHelpOpen ? ["Keys"] : [])].join(" › ");
  return [
    span(" vscore ", { bold: true, inverse: true }),
    span(` ${cut(path, world.size.columns - 10)}`, { bold: true }),
  ];
}

const COLORS = { done: "green", wrong: "red", info: undefined } as const;
const SIGNS = { done: "✓", wrong: "✗", info: "·" } as const;

/** What just happened, on the two lines that are kept for it: the second is empty where one is enough. */
function noticeLines(notice: Notice | null, columns: number): [Line, Line] {
  if (notice === null) return [EMPTY, EMPTY];
  const style = { color: COLORS[notice.tone] };
  const [first = "", ...rest] = wrapped(notice.text.replaceAll("\n", " "), columns - 4);
  return [
    plain(` ${SIGNS[notice.tone]} ${first}`, style),
    rest.length === 0 ? EMPTY : plain(`   ${cut(rest.join(" "), columns - 4)}`, style),
  ];
}

/** As many keys as there is room for; those that matter most come first. */
function barLine(app: App): Line {
  if (app.isHelpOpen) return [span(" any key", { bold: true }), span(" goes back", { dim: true })];
  const { own, common } = bindingsOf(app);
  const wideOf = (binding: Binding<unknown>) => width(shownKeys(binding)) + width(binding.does) + 3;
  const spansOf = (binding: Binding<unknown>): Line => [
    span(` ${shownKeys(binding)}`, { bold: true }),
    span(` ${binding.does} `, { dim: true }),
  ];
  // What every screen has is always there: without it nobody finds the rest.
  const always = common.filter(({ inBar }) => inBar === true);
  let left = app.world.size.columns - 1 - always.reduce((sum, each) => sum + wideOf(each), 0);
  const line: Line[] = [];
  const first = own.filter(({ inBar }) => inBar === true);
  const others = own.filter((each) => !first.includes(each) && !isPlain(each));
  for (const binding of [...first, ...others]) {
    if (wideOf(binding) > left) continue;
    left -= wideOf(binding);
    line.push(spansOf(binding));
  }
  return [...line, ...always.map(spansOf)].flat();
}

/** Keys that everybody tries anyway: moving through a list, digits for tabs. */
const isPlain = ({ keys }: Binding<unknown>): boolean =>
  keys.some((key) => LIST_KEYS.has(key) || /^\d$/.test(key));
const LIST_KEYS = new Set(listBindings(() => undefined).flatMap(({ keys }) => keys));

/** Every key of the screen below, and no other. */
function helpLines(app: App): Line[] {
  const { own, common } = bindingsOf(app);
  const entries: Binding<unknown>[] = [...own, ...common];
  const height = bodyHeight(app.world) - 1;
  const columns = Math.ceil(entries.length / height);
  const wide = Math.floor((app.world.size.columns - 2) / columns);
  const rows = Math.ceil(entries.length / columns);
  return [
    EMPTY,
    ...Array.from(
      { length: rows },
      (_, row): Line => [
        span("  "),
        ...Array.from({ length: columns }, (_, column) => entries[column * rows + row]).flatMap(
          (binding) =>
            binding === undefined
              ? []
              : [
                  span(padded(allKeys(binding), 15), { bold: true }),
                  span(" "),
                  span(padded(binding.does, Math.max(4, wide - 16))),
                ],
        ),
      ],
    ),
  ];
}

const allKeys = (binding: Binding<unknown>): string => {
  const { shown: _, ...rest } = binding;
  const typing = binding.shown === "type";
  return typing ? "characters" : shownKeys(rest);
};

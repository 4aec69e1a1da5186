import { width, wrapped } from "../../../views/cells.js";
import { type Column, EMPTY, type Line, plain, span, table } from "../../../views/line.js";
import { editSpans } from "../../line-edit.js";
import { bodyHeight, type Row, type World } from "../../model.js";
import { brief, layersText, statusColor, statusText, textsText } from "../../words.js";
import { chosenRow, listHeight, type RunsScreen, shownRows } from "./state.js";

export function runsPicture(state: RunsScreen, world: World): Line[] {
  const rows = shownRows(state, world);
  const height = listHeight(world);
  const inSight = rows.slice(state.cursor.top, state.cursor.top + height);
  const { title, rows: lines } = table(columnsOf(state, inSight, world), inSight, {
    columns: world.size.columns,
    chosen: state.cursor.at - state.cursor.top,
  });
  const body = lines.length > 0 ? lines : emptyLines(state, world);
  const filled = [...body, ...Array<Line>(Math.max(0, height - body.length)).fill(EMPTY)];
  return [
    title,
    ...filled.slice(0, height),
    footLine(state, world, rows.length),
    ...wordsLines(state, world),
  ].slice(0, bodyHeight(world));
}

/** As many columns as the texts of these rows take, within bounds. */
const widest = (rows: readonly Row[], textOf: (row: Row) => string, least: number, most: number) =>
  Math.min(
    most,
    rows.reduce((wide, row) => Math.max(wide, width(textOf(row))), least),
  );

/** Names get what the other columns leave: they tell runs apart. */
function columnsOf(state: RunsScreen, rows: readonly Row[], { size, now }: World): Column<Row>[] {
  const isWide = size.columns >= 110;
  return [
    {
      title: "run",
      cell: ({ name, folder }) => (state.marked.includes(folder) ? `◆ ${name}` : name),
    },
    {
      title: "status",
      width: widest(rows, statusText, 6, 20),
      cell: (row) => span(statusText(row), { color: statusColor(row.status) }),
    },
    {
      ...{ title: "model", width: widest(rows, ({ model }) => model ?? "?", 5, isWide ? 20 : 12) },
      cell: ({ model }) => model ?? "?",
    },
    {
      title: isWide ? "languages" : "lang",
      width: isWide ? widest(rows, ({ languages }) => languages.join(" "), 9, 30) : 4,
      align: isWide ? "left" : "right",
      cell: ({ languages }) => (isWide ? languages.join(" ") : String(languages.length)),
    },
    {
      ...{ title: "layers", cell: ({ layers }) => layersText(layers) },
      width: widest(rows, ({ layers }) => layersText(layers), 6, isWide ? 16 : 9),
    },
    { title: "texts", width: 6, align: "right", cell: textsText },
    {
      title: "age",
      width: 5,
      align: "right",
      cell: ({ touched }) => (touched === "" ? "" : brief((now - Date.parse(touched)) / 1000)),
    },
  ];
}

function emptyLines(state: RunsScreen, world: World): Line[] {
  if (!world.isListed) return [EMPTY, plain("  Reading the runs…", { dim: true })];
  if ((state.typing?.text ?? state.filter) !== "")
    return [EMPTY, plain("  No run has these words. Esc shows all.")];
  return [
    EMPTY,
    plain(`  No runs in ${world.below} yet.`),
    plain("  n makes one: the preset demo needs no download and takes a few seconds."),
  ];
}

function footLine(state: RunsScreen, { rows, size }: World, shown: number): Line {
  if (state.typing !== null) {
    return [
      span("/", { bold: true }),
      ...editSpans(state.typing, size.columns - 20),
      span(`   ${shown} of ${rows.length}`, { dim: true }),
    ];
  }
  const parts = [
    ...(shown > 1 ? [`${state.cursor.at + 1}/${shown}`] : []),
    `${shown === rows.length ? rows.length : `${shown} of ${rows.length}`} ${rows.length === 1 ? "run" : "runs"}, by ${state.sort}`,
    ...(state.filter === "" ? [] : [`filter: ${state.filter}`]),
    ...(state.marked.length === 0 ? [] : ["◆ marked: c on another run compares them"]),
  ];
  return plain(`  ${parts.join("   ")}`, { dim: true });
}

/** What has to be answered, or what the run under the cursor has to say. */
function wordsLines(state: RunsScreen, world: World): Line[] {
  const room = world.size.columns - 3;
  if (state.asking !== null) {
    const { what, row } = state.asking;
    const question =
      what === "delete"
        ? `Delete this run and all that was computed? It cannot be undone. (y/n) ${row.name}`
        : `Stop this run? Finished languages are kept, the one under way begins anew when it is resumed. (y/n) ${row.name}`;
    return wrapped(question, room)
      .slice(0, 2)
      .map((line) => plain(`  ${line}`, { bold: true, color: "red" }));
  }
  const row = chosenRow(state, world);
  // A name that the column cuts is told whole.
  const words = row?.words ?? (row !== undefined && width(row.name) > 14 ? row.name : null);
  if (words === null) return [];
  return wrapped(words, room)
    .slice(0, 2)
    .map((line) => plain(`  ${line}`));
}

import { wrapped } from "../../../views/cells.js";
import { type Column, EMPTY, type Line, plain, span, table } from "../../../views/line.js";
import { around } from "../../line-edit.js";
import { bodyHeight, type Row, type World } from "../../model.js";
import { brief, layersText, statusColor, statusText, textsText } from "../../words.js";
import { chosenRow, listHeight, type RunsScreen, shownRows } from "./state.js";

export function runsPicture(state: RunsScreen, world: World): Line[] {
  const rows = shownRows(state, world);
  const height = listHeight(world);
  const { title, rows: lines } = table(
    columnsOf(state, world),
    rows.slice(state.cursor.top, state.cursor.top + height),
    { columns: world.size.columns, chosen: state.cursor.at - state.cursor.top },
  );
  const body = lines.length > 0 ? lines : emptyLines(state, world);
  const filled = [...body, ...Array<Line>(Math.max(0, height - body.length)).fill(EMPTY)];
  return [
    title,
    ...filled.slice(0, height),
    footLine(state, world, rows.length),
    ...wordsLines(state, world),
  ].slice(0, bodyHeight(world));
}

function columnsOf(state: RunsScreen, { size, now }: World): Column<Row>[] {
  const isWide = size.columns >= 110;
  return [
    {
      title: "run",
      cell: ({ name, folder }) => (state.marked.includes(folder) ? `◆ ${name}` : name),
    },
    {
      title: "status",
      width: isWide ? 20 : 17,
      cell: (row) => span(statusText(row), { color: statusColor(row.status) }),
    },
    { title: "model", width: isWide ? 20 : 12, cell: ({ model }) => model ?? "?" },
    {
      title: isWide ? "languages" : "lang",
      width: isWide ? 30 : 4,
      align: isWide ? "left" : "right",
      cell: ({ languages }) => (isWide ? languages.join(" ") : String(languages.length)),
    },
    { title: "layers", width: isWide ? 16 : 9, cell: ({ layers }) => layersText(layers) },
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

function footLine(state: RunsScreen, { rows }: World, shown: number): Line {
  if (state.typing !== null) {
    const [before, under, after] = around(state.typing);
    return [
      span("/", { bold: true }),
      span(before),
      span(under, { inverse: true }),
      span(after),
      span(`   ${shown} of ${rows.length}`, { dim: true }),
    ];
  }
  const parts = [
    `${shown === rows.length ? rows.length : `${shown} of ${rows.length}`} ${rows.length === 1 ? "run" : "runs"}, by ${state.sort}`,
    ...(state.filter === "" ? [] : [`filter: ${state.filter}`]),
    ...(state.marked.length === 0 ? [] : ["◆ marked: c on another run compares them"]),
  ];
  return plain(`  ${parts.join("   ")}`, { dim: true });
}

/** What has to be answered, or what the run under the cursor has to say. */
function wordsLines(state: RunsScreen, world: World): Line[] {
  if (state.deleting !== null) {
    const { name } = state.deleting;
    return [
      plain(`  Delete ${name} and everything that was computed? This cannot be undone. (y/n)`, {
        ...{ bold: true, color: "red" },
      }),
    ];
  }
  const words = chosenRow(state, world)?.words;
  if (words == null) return [];
  return wrapped(words, world.size.columns - 3)
    .slice(0, 2)
    .map((line) => plain(`  ${line}`));
}

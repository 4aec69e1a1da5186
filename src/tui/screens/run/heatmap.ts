import { meansOf } from "../../../features/places.js";
import { isNotRebuilt } from "../../../runs/fidelity-file.js";
import type { FinishedRun } from "../../../runs/read.js";
import { rankedFeatures } from "../../../runs/top-features.js";
import { padded } from "../../../views/cells.js";
import { short } from "../../../views/digits.js";
import { type Line, plain, span } from "../../../views/line.js";
import { byText } from "../../../views/ranking-text.js";
import { heat, legend, shade } from "../../../views/scale.js";
import { bestPlaces } from "../../best-places.js";
import type { OpenedRun, World } from "../../model.js";
import { isOurs, LISTED_FEATURES, listRows, type RunScreen, tabHeight } from "./state.js";
import { placeLine } from "./top-features.js";

const CELL = 7;
const LABEL = 12;

/** Which columns of a grid are in sight, so that the chosen one is. */
function window(count: number, chosen: number, room: number): { from: number; to: number } {
  const shown = Math.max(1, Math.min(count, room));
  const from = Math.max(0, Math.min(chosen - Math.floor(shown / 2), count - shown));
  return { from, to: from + shown };
}

interface Grid {
  rows: { label: string; values: readonly (number | null)[] }[];
  columns: readonly string[];
  chosenRow: number;
  chosenColumn: number;
  /** Whether what a cell shows is not to be trusted. */
  isPale: (row: number, column: number) => boolean;
}

/** Numbers on a colour scale from 0 to the largest; the chosen row and column are marked at their names. */
function gridLines(
  { rows, columns, chosenRow, chosenColumn, isPale }: Grid,
  world: World,
  most: number,
): Line[] {
  const { from, to } = window(
    columns.length,
    chosenColumn,
    Math.floor((world.size.columns - LABEL - 2) / CELL),
  );
  const head: Line = [
    span(" ".repeat(LABEL + 2)),
    ...columns.slice(from, to).map((name, at) =>
      span(padded(name, CELL - 1, "right").padEnd(CELL), {
        bold: true,
        inverse: from + at === chosenColumn,
      }),
    ),
  ];
  const hidden = [
    ...(from > 0 ? [`‹ ${from}`] : []),
    ...(to < columns.length ? [`${columns.length - to} ›`] : []),
  ].join(" ");
  return [
    // What does not fit is counted, where the names of the rows stand.
    [span(padded(hidden, LABEL + 2), { dim: true }), ...head.slice(1)],
    ...rows.map(
      ({ label, values }, row): Line => [
        span(row === chosenRow ? "▸ " : "  "),
        span(padded(label, LABEL), { bold: row === chosenRow }),
        ...values.slice(from, to).flatMap((value, at) => {
          const text = padded(value === null ? "–" : short(value), CELL - 1, "right");
          if (value === null) return [span(text, { dim: true }), span(" ")];
          if (isPale(row, from + at)) return [span(text, { dim: true }), span(PALE_SIGN)];
          return [
            span(text, heat(value / most, world.colorDepth)),
            // Without colours, a sign says what the colour would.
            span(world.colorDepth < 4 ? shade(value / most) : " "),
          ];
        }),
      ],
    ),
  ];
}

const scaleLine = (what: string, most: number, { colorDepth }: World, hasPale: boolean): Line => [
  span(`  ${what}: `, { dim: true }),
  ...legend(short(most), colorDepth).map(({ text, style }) => span(text, style)),
  ...(hasPale ? [span(`  ${PALE_SIGN} the dictionary does not rebuild it`, { dim: true })] : []),
];

/** Behind a number that is not to be trusted: dim alone is no sign on some terminals. */
const PALE_SIGN = "?";

/** Whether the dictionary of a layer is known not to rebuild a language. */
const isLost = (run: OpenedRun, layer: number, language: number): boolean =>
  isOurs(run) &&
  isNotRebuilt(
    run as FinishedRun,
    run.meta.layers[layer] as number,
    run.meta.languages[language] as string,
  );

/** v of each language's best feature at each layer. */
export function layerHeatmap(state: RunScreen, run: OpenedRun, world: World): Line[] {
  const scores = bestPlaces(run).map((row) => row.map((best) => best?.v ?? null));
  const most = Math.max(...scores.flat().map((v) => v ?? 0), Number.MIN_VALUE);
  const height = tabHeight(world) - 2;
  const { from, to } = window(scores.length, state.language, height);
  const grid = {
    rows: scores
      .slice(from, to)
      .map((values, at) => ({ label: run.meta.languages[from + at] as string, values })),
    columns: run.meta.layers.map((layer) => `L${layer}`),
    chosenRow: state.language - from,
    chosenColumn: state.layer,
    isPale: (row: number, layer: number) => isLost(run, layer, from + row),
  };
  const hasPale = scores.some((values, language) =>
    values.some((_, layer) => isLost(run, layer, language)),
  );
  return [
    plain(`  v of each language's best feature${byText(run)}, by layer`, { dim: true }),
    ...gridLines(grid, world, most),
    scaleLine("v", most, world, hasPale),
  ];
}

/** Mean activation of a language's best features on every language. */
export function featureHeatmap(state: RunScreen, run: OpenedRun, world: World): Line[] {
  const layer = run.meta.layers[state.layer] as number;
  const language = run.meta.languages[state.language] as string;
  const { top: first, at } = state.cursor;
  const height = listRows(state, world);
  const ranked = rankedFeatures(run, { layer, language, topK: LISTED_FEATURES });
  const means = ranked.slice(first, first + height).map(({ rank, feature }) => ({
    label: `${rank}. ${feature}`,
    values: meansOf(run, layer, feature) ?? [],
  }));
  const most = Math.max(...means.flatMap(({ values }) => values), Number.MIN_VALUE);
  const grid = {
    rows: means,
    columns: run.meta.languages.map((code) => code.slice(0, 3)),
    chosenRow: at - first,
    chosenColumn: state.language,
    isPale: (_: number, column: number) => isLost(run, state.layer, column),
  };
  const hasPale = run.meta.languages.some((_, column) => isLost(run, state.layer, column));
  return [
    placeLine(state, run, `its best features${byText(run)}`, world),
    ...gridLines(grid, world, most),
    scaleLine("mean activation", most, world, hasPale),
  ];
}

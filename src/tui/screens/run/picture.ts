import { languageName } from "../../../config/languages.js";
import { isNotRebuilt } from "../../../runs/fidelity-file.js";
import type { FinishedRun } from "../../../runs/read.js";
import { rankedFeatures, type TopFeature, topFeatures } from "../../../runs/top-features.js";
import { wrapped } from "../../../views/cells.js";
import { digits } from "../../../views/digits.js";
import { chanceText, intervalText, tooFewTexts } from "../../../views/evidence-text.js";
import { FLAG_WORDS, runnerUpCells } from "../../../views/feature-table.js";
import {
  bar,
  type Column,
  dimmed,
  EMPTY,
  type Line,
  plain,
  span,
  table,
} from "../../../views/line.js";
import { bestScores } from "../../best-scores.js";
import { bodyHeight, type OpenedRun, type World } from "../../model.js";
import { featureHeatmap, layerHeatmap } from "./heatmap.js";
import { overviewLines } from "./overview.js";
import {
  isOurs,
  LISTED_FEATURES,
  listRows,
  type RunScreen,
  TABS,
  type Tab,
  tabHeight,
} from "./state.js";
import { logLines, madeLines } from "./surroundings.js";

export function runPicture(state: RunScreen, world: World): Line[] {
  const { columns } = world.size;
  if (state.refusal !== null)
    return [EMPTY, ...wrapped(state.refusal, columns - 4).map((line) => plain(`  ${line}`))];
  if (state.opened === null)
    return [tabLine(state, columns), EMPTY, plain("  Reading the run…", { dim: true })];
  const { run, around } = state.opened;
  const scrolled = (lines: Line[]) => {
    const { top, at } = state.cursor;
    // The cursor of a text is its first line in sight.
    const first = Math.max(0, Math.min(at, lines.length - tabHeight(world)));
    return lines.slice(first === 0 ? top : first).slice(0, tabHeight(world));
  };
  const body = (): Line[] => {
    switch (state.tab) {
      case "overview":
        return scrolled(overviewLines(run, columns));
      case "features":
        return featureLines(state, run, world);
      case "heatmap":
        return state.heatmap === "layers" || !isOurs(run)
          ? layerHeatmap(state, run, world)
          : featureHeatmap(state, run, world);
      case "layers":
        return layerLines(state, run, world);
      case "made from it":
        return scrolled(madeLines(state.folder, around, world));
      case "log":
        return scrolled(logLines(around, columns));
    }
  };
  return [tabLine(state, columns), EMPTY, ...body()].slice(0, bodyHeight(world));
}

/** The tabs; where there is no room for all their names, the others are numbers. */
function tabLine({ tab }: RunScreen, columns: number): Line {
  const named = (each: Tab, at: number) => ` ${at + 1} ${each} `;
  const hasRoom = TABS.reduce((sum, each, at) => sum + named(each, at).length + 2, 0) <= columns;
  return TABS.flatMap((each, at) => [
    span(at === 0 ? " " : hasRoom ? "  " : ""),
    span(
      hasRoom || each === tab ? named(each, at) : ` ${at + 1} `,
      each === tab ? { bold: true, inverse: true } : { dim: true },
    ),
  ]);
}

/** Where the tables stand: layer and language, with their names. */
export function placeLine(state: RunScreen, run: OpenedRun, what: string): Line {
  const language = run.meta.languages[state.language] as string;
  return [
    span("  layer ", { dim: true }),
    span(`‹ ${run.meta.layers[state.layer]} ›`, { bold: true }),
    span("  language ", { dim: true }),
    span(`↑ ${language} ${languageName(language)} ↓`, { bold: true }),
    span(`  ${what}`, { dim: true }),
  ];
}

function featureLines(state: RunScreen, run: OpenedRun, world: World): Line[] {
  const selection = {
    layer: run.meta.layers[state.layer] as number,
    language: run.meta.languages[state.language] as string,
    topK: LISTED_FEATURES,
  };
  const { top, at } = state.cursor;
  const height = listRows(state, world);
  const options = { columns: world.size.columns, chosen: at - top };
  const known = isOurs(run) ? topFeatures(run as Parameters<typeof topFeatures>[0], selection) : [];
  const { title, rows } = isOurs(run)
    ? table(columnsFor(world.size.columns), known.slice(top, top + height), options)
    : table(RANKED, rankedFeatures(run, selection).slice(top, top + height), options);
  const few = isOurs(run) ? tooFewTexts(run as Parameters<typeof topFeatures>[0]) : null;
  const claim = few === null ? "" : `; ${few} texts: no claim`;
  const shaded = rows.map((row, at) =>
    known[top + at]?.flags.includes("unrebuilt") ? dimmed(row) : row,
  );
  const filled = [...shaded, ...Array<Line>(Math.max(0, height - rows.length)).fill(EMPTY)];
  const flags = known[at]?.flags ?? [];
  const told = FLAG_WORDS.filter(([flag]) => flags.includes(flag))
    .map(([flag, words]) => `${flag}: ${words}`)
    .join("; ");
  return [
    placeLine(state, run, `top ${LISTED_FEATURES} by v${claim}`),
    title,
    ...filled,
    plain(told === "" ? "" : `  ${told}`, { color: "yellow" }),
  ];
}

const RANK: Column<{ rank: number }> = {
  ...{ title: "rank", width: 4, align: "right", cell: ({ rank }) => String(rank) },
};
const FEATURE: Column<{ feature: number }> = {
  ...{ title: "feature", width: 7, align: "right", cell: ({ feature }) => String(feature) },
};
const V: Column<{ v: number }> = {
  ...{ title: "v", width: 8, align: "right", cell: ({ v }) => digits(v) },
};
const RANKED: Column<{ rank: number; feature: number; v: number }>[] = [
  RANK,
  FEATURE,
  V,
  { title: "", cell: () => "" },
];
const INTERVAL: Column<TopFeature> = {
  ...{ title: "95 % interval", width: 16, align: "right" },
  cell: ({ interval }) => intervalText(interval),
};
const CHANCE: Column<TopFeature> = {
  ...{ title: "p", width: 5, align: "right", cell: ({ p }) => chanceText(p) },
};
const HELD_OUT: Column<TopFeature> = {
  ...{ title: "held-out", width: 8, align: "right" },
  cell: ({ heldout_v }) => (heldout_v === null ? "–" : digits(heldout_v)),
};
const ACTIVE: Column<TopFeature> = {
  ...{ title: "active", width: 6, align: "right" },
  cell: ({ active_fraction: share }) => `${(100 * share).toFixed(1)}%`,
};
const FLAGS: Column<TopFeature> = {
  ...{ title: "flags", cell: ({ flags }) => span(flags.join(" "), { color: "yellow" }) },
};
const RUNNER_UP: Column<TopFeature> = {
  ...{ title: "runner-up", width: 9, cell: (top) => runnerUpCells(top)[0] },
};
const MARGIN: Column<TopFeature> = {
  ...{ title: "margin", width: 7, align: "right", cell: ({ margin }) => digits(margin) },
};
const AUROC: Column<TopFeature> = {
  ...{ title: "AUROC", width: 5, align: "right" },
  cell: ({ auroc }) => (auroc === null ? "–" : auroc.toFixed(2)),
};
const ELSEWHERE: Column<TopFeature> = {
  ...{ title: "elsewh.", width: 7, align: "right" },
  cell: ({ active_elsewhere: share }) => `${(100 * share).toFixed(1)}%`,
};
const TAU: Column<TopFeature> = {
  ...{ title: "τ", width: 4, align: "right" },
  cell: ({ tau }) => (tau === null ? "–" : tau.toFixed(2)),
};

/** What tells most comes first where there is little room. */
function columnsFor(columns: number): Column<TopFeature>[] {
  const sure = [RANK, FEATURE, V, INTERVAL, CHANCE, HELD_OUT];
  if (columns < 100) return [...sure, ACTIVE, FLAGS];
  if (columns < 125) return [...sure, MARGIN, RUNNER_UP, ACTIVE, FLAGS];
  return [...sure, MARGIN, RUNNER_UP, AUROC, ACTIVE, ELSEWHERE, TAU, FLAGS];
}

/** How the best v of a language goes over the layers. */
function layerLines(state: RunScreen, run: OpenedRun, world: World): Line[] {
  const language = run.meta.languages[state.language] as string;
  const scores = bestScores(run)[state.language] as number[];
  const most = Math.max(...scores, Number.MIN_VALUE);
  const room = Math.max(10, world.size.columns - 50);
  const others = bestScores(run);
  const { top } = state.cursor;
  return [
    [
      span("  language ", { dim: true }),
      span(`${language} ${languageName(language)}`, { bold: true }),
      span("  v of its best feature at each layer", { dim: true }),
    ],
    plain(
      `  layer  feature        v  ${"".padEnd(room)}  place among languages`.slice(
        0,
        world.size.columns,
      ),
      { bold: true },
    ),
    ...run.meta.layers.slice(top, top + listRows(state, world)).map((layer, row): Line => {
      const at = top + row;
      const ranking = run.rankings.get(layer);
      const feature = ranking?.index[state.language * (ranking?.features ?? 0)];
      const v = scores[at] as number;
      const place = others.filter((row) => (row[at] as number) > v).length + 1;
      const line: Line = [
        span(
          `${at === state.cursor.at ? "▸ " : "  "}${String(layer).padStart(5)}  ${String(feature).padStart(7)} ${digits(v).padStart(8)}  `,
        ),
        span(bar(v / most, room), { color: "cyan" }),
        span(`  ${place}/${others.length}`, { dim: true }),
      ];
      const isLost = isOurs(run) && isNotRebuilt(run as FinishedRun, layer, language);
      return isLost ? dimmed([...line, span("  unrebuilt")]) : line;
    }),
  ];
}

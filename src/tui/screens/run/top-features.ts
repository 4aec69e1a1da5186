import { languageName } from "../../../config/languages.js";
import type { Measure } from "../../../runs/rank-by.js";
import { rankedFeatures, type TopFeature, topFeatures } from "../../../runs/top-features.js";
import { cut, width } from "../../../views/cells.js";
import { digits } from "../../../views/digits.js";
import { chanceText, intervalText, tooFewTexts } from "../../../views/evidence-text.js";
import { FLAG_WORDS, runnerUpCells } from "../../../views/feature-table.js";
import { type Column, dimmed, EMPTY, type Line, plain, span, table } from "../../../views/line.js";
import type { OpenedRun, World } from "../../model.js";
import { rankedHere } from "./ranking.js";
import { isOurs, LISTED_FEATURES, listRows, type RunScreen } from "./state.js";

/** Where the tables stand: layer and language, whose name goes first where there is little room. */
export function placeLine(state: RunScreen, run: OpenedRun, what: string, { size }: World): Line {
  const language = run.meta.languages[state.language] as string;
  const layer = `‹ ${run.meta.layers[state.layer]} ›`;
  const taken = width(`  layer ${layer}  language ↑ ${language}  ↓  ${what}`);
  const name = cut(languageName(language), Math.max(1, size.columns - taken));
  return [
    span("  layer ", { dim: true }),
    span(layer, { bold: true }),
    span("  language ", { dim: true }),
    span(`↑ ${language} ${name} ↓`, { bold: true }),
    span(`  ${what}`, { dim: true }),
  ];
}

/** The best features of the chosen language at the chosen layer, and what is doubtful about the chosen one. */
export function featureLines(state: RunScreen, run: OpenedRun, world: World): Line[] {
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
    ? table(columnsFor(world.size.columns, run.measure), known.slice(top, top + height), options)
    : table(RANKED, rankedFeatures(run, selection).slice(top, top + height), options);
  const few = isOurs(run) ? tooFewTexts(run as Parameters<typeof topFeatures>[0]) : null;
  const claim = few === null ? "" : `; ${few} texts: no claim`;
  const count = Math.min(LISTED_FEATURES, rankedHere(run, selection));
  const none = plain(`  ${run.measure} ranks no feature of ${selection.language} here.`, {
    dim: true,
  });
  const shaded = rows.map((row, at) =>
    known[top + at]?.flags.includes("unrebuilt") ? dimmed(row) : row,
  );
  const shown = run.measure !== undefined && count === 0 ? [none] : shaded;
  const filled = [...shown, ...Array<Line>(Math.max(0, height - shown.length)).fill(EMPTY)];
  const flags = known[at]?.flags ?? [];
  const told = FLAG_WORDS.filter(([flag]) => flags.includes(flag))
    .map(([flag, words]) => `${flag}: ${words}`)
    .join("; ");
  return [
    placeLine(state, run, `${countText(run, count)}${claim}`, world),
    title,
    ...filled,
    plain(told === "" ? "" : `  ${told}`, { color: "yellow" }),
  ];
}

/** By what the list is ranked, and how long it is: all of the dictionary may be less than are listed, and a measure rank fewer. */
const countText = (run: OpenedRun, count: number): string =>
  run.measure !== undefined && count < LISTED_FEATURES
    ? `${count === 0 ? "none" : `all ${count}`} by ${run.measure}`
    : `top ${LISTED_FEATURES} by ${run.measure ?? "v"}`;

const SCORE = 8;
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
  ...{ title: "margin", width: 8, align: "right", cell: ({ margin }) => digits(margin) },
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

/** Columns that say the same as what features are ranked by. */
const SAME: Partial<Record<Measure, Column<TopFeature>>> = {
  margin: MARGIN,
  auroc: AUROC,
  tau: TAU,
};

/** What features are ranked by, where that is not v. */
const scoreColumn = (measure: Measure): Column<TopFeature> => ({
  ...{ title: measure, width: SCORE, align: "right" },
  cell: ({ score }) => (score === undefined ? "–" : digits(score)),
});

/** What tells most comes first where there is little room. */
function columnsFor(columns: number, measure: Measure = "v"): Column<TopFeature>[] {
  const score = measure === "v" ? [] : [scoreColumn(measure)];
  const room = columns - score.length * (SCORE + 2);
  const sure = [RANK, FEATURE, ...score, V, INTERVAL, CHANCE, ...(room < 80 ? [] : [HELD_OUT])];
  const more =
    room < 100
      ? [ACTIVE, FLAGS]
      : room < 125
        ? [MARGIN, RUNNER_UP, ACTIVE, FLAGS]
        : [MARGIN, RUNNER_UP, AUROC, ACTIVE, ELSEWHERE, TAU, FLAGS];
  return [...sure, ...more].filter((column) => column !== SAME[measure]);
}

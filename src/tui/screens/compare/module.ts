import { basename } from "node:path";
import type { RankAgreement } from "../../../comparison/compare-runs.js";
import { wrapped } from "../../../views/cells.js";
import { digits } from "../../../views/feature-table.js";
import { bar, type Column, EMPTY, type Line, plain, table } from "../../../views/line.js";
import type { World } from "../../model.js";
import type { ScreenModule } from "../modules.js";
import {
  type CompareAction,
  type CompareScreen,
  compareBindings,
  compareHeard,
  compareHeight,
  updateCompare,
} from "./state.js";

export const compareModule: ScreenModule<CompareScreen, CompareAction> = {
  title: ({ first, second }) => `${basename(first)} and ${basename(second)}`,
  bindings: compareBindings,
  update: updateCompare,
  heard: compareHeard,
  picture: comparePicture,
  entering: ({ first, second, topK }) => [{ type: "compare", first, second, topK }],
  leaving: () => [],
};

const COLUMNS: Column<RankAgreement>[] = [
  { title: "layer", width: 5, align: "right", cell: ({ layer }) => String(layer) },
  { title: "language", width: 10, cell: ({ language }) => language },
  {
    title: "same top features",
    cell: ({ jaccard }) => `${bar(jaccard, 8)} ${jaccard.toFixed(2)}`,
  },
  {
    title: "best, first",
    width: 15,
    align: "right",
    cell: ({ first }) => `${first.feature} (${digits(first.v)})`,
  },
  {
    title: "best, second",
    width: 15,
    align: "right",
    cell: ({ second }) => `${second.feature} (${digits(second.v)})`,
  },
  {
    title: "max |Δv|",
    width: 9,
    align: "right",
    cell: ({ largest_difference }) => digits(largest_difference),
  },
];

function comparePicture(state: CompareScreen, world: World): Line[] {
  const { columns } = world.size;
  if (state.refusal !== null)
    return [EMPTY, ...wrapped(state.refusal, columns - 4).map((line) => plain(`  ${line}`))];
  if (state.agreements === null) return [EMPTY, plain("  Reading both runs…", { dim: true })];
  const { top, at } = state.cursor;
  const { title, rows } = table(COLUMNS, state.agreements.slice(top, top + compareHeight(world)), {
    columns,
    chosen: at - top,
  });
  return [
    plain(`  first: ${state.first}`, { dim: true }),
    plain(`  second: ${state.second}`, { dim: true }),
    plain(`  same top features: |A ∩ B| / |A ∪ B| of the ${state.topK} best of each`, {
      dim: true,
    }),
    title,
    ...rows,
  ];
}

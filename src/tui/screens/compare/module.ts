import { basename } from "node:path";
import { wrapped } from "../../../views/cells.js";
import { EMPTY, type Line, plain } from "../../../views/line.js";
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

function comparePicture(state: CompareScreen, world: World): Line[] {
  const { columns } = world.size;
  if (state.refusal !== null)
    return [EMPTY, ...wrapped(state.refusal, columns - 4).map((line) => plain(`  ${line}`))];
  if (state.lines === null) return [EMPTY, plain("  Reading both runs…", { dim: true })];
  const { at } = state.cursor;
  return [
    plain(`  first:  ${state.first}`, { dim: true }),
    plain(`  second: ${state.second}`, { dim: true }),
    EMPTY,
    ...state.lines.slice(at, at + compareHeight(world)).map((line) => plain(`  ${line}`)),
  ];
}

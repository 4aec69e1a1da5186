import type { ScreenModule } from "../modules.js";
import { runsPicture } from "./picture.js";
import { type RunsAction, type RunsScreen, runsBindings, runsHeard, updateRuns } from "./state.js";

export const runsModule: ScreenModule<RunsScreen, RunsAction> = {
  title: () => "Runs",
  bindings: runsBindings,
  update: updateRuns,
  heard: runsHeard,
  picture: runsPicture,
  entering: () => [],
  leaving: () => [],
};

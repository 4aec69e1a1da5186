import { basename } from "node:path";
import type { ScreenModule } from "../modules.js";
import { runBindings } from "./bindings.js";
import { runPicture } from "./picture.js";
import { type RunAction, type RunScreen, runHeard, updateRun } from "./state.js";

export const runModule: ScreenModule<RunScreen, RunAction> = {
  title: ({ folder }) => basename(folder),
  bindings: runBindings,
  update: updateRun,
  heard: runHeard,
  picture: runPicture,
  entering: ({ folder }) => [{ type: "open_run", folder }],
  leaving: () => [],
};

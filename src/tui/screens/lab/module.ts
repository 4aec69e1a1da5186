import { basename } from "node:path";
import type { ScreenModule } from "../modules.js";
import { labPicture } from "./picture.js";
import {
  type LabAction,
  type LabScreen,
  labBindings,
  labHeard,
  startLab,
  updateLab,
} from "./state.js";

export const labModule: ScreenModule<LabScreen, LabAction> = {
  title: ({ folder }) => `lab: ${basename(folder)}`,
  bindings: labBindings,
  update: updateLab,
  heard: labHeard,
  picture: labPicture,
  entering: (state) => [startLab(state)],
  leaving: () => [{ type: "end_lab" }],
};

import { basename } from "node:path";
import type { ScreenModule } from "../modules.js";
import { labPicture } from "./picture.js";
import { type LabAction, type LabScreen, labBindings, labHeard, updateLab } from "./state.js";

export const labModule: ScreenModule<LabScreen, LabAction> = {
  title: ({ folder }) => `lab: ${basename(folder)}`,
  bindings: labBindings,
  update: updateLab,
  heard: labHeard,
  picture: labPicture,
  entering: ({ folder }) => [{ type: "start_lab", folder }],
  leaving: () => [{ type: "end_lab" }],
};

import type { ScreenModule } from "../modules.js";
import { newRunPicture } from "./picture.js";
import {
  type NewRunAction,
  type NewRunScreen,
  newRunBindings,
  newRunHeard,
  updateNewRun,
} from "./state.js";

export const newRunModule: ScreenModule<NewRunScreen, NewRunAction> = {
  title: () => "New run",
  bindings: newRunBindings,
  update: updateNewRun,
  heard: newRunHeard,
  picture: newRunPicture,
  entering: () => [],
  leaving: () => [],
};

import { basename } from "node:path";
import type { ScreenModule } from "../modules.js";
import { livePicture } from "./picture.js";
import { type LiveAction, type LiveScreen, liveBindings, liveHeard, updateLive } from "./state.js";

export const liveModule: ScreenModule<LiveScreen, LiveAction> = {
  title: ({ folder }) => basename(folder),
  bindings: liveBindings,
  update: updateLive,
  heard: liveHeard,
  picture: livePicture,
  entering: () => [],
  leaving: () => [],
};

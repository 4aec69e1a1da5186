import type { Line } from "../../views/line.js";
import type { Binding } from "../keys.js";
import type { Effect, News, Outcome, Screen, World } from "../model.js";
import { compareModule } from "./compare/module.js";
import { featureModule } from "./feature/module.js";
import { labModule } from "./lab/module.js";
import { liveModule } from "./live/module.js";
import { newRunModule } from "./new-run/module.js";
import { runModule } from "./run/module.js";
import { runsModule } from "./runs/module.js";

/** A screen: its state, its keys and its picture, none of which know of a terminal. */
export interface ScreenModule<S extends Screen, Action> {
  /** What the title bar says of it. */
  title: (state: S) => string;
  bindings: (state: S, world: World) => Binding<Action>[];
  update: (state: S, action: Action, world: World) => Outcome<S>;
  heard: (state: S, news: News, world: World) => Outcome<S>;
  /** Lines of the body, at most `bodyHeight(world)`, each within the width. */
  picture: (state: S, world: World) => Line[];
  /** What it needs when it opens. */
  entering: (state: S) => Effect[];
  /** What has to end when it closes. */
  leaving: (state: S) => Effect[];
}

const MODULES = {
  runs: runsModule,
  "new-run": newRunModule,
  run: runModule,
  feature: featureModule,
  lab: labModule,
  live: liveModule,
  compare: compareModule,
};

/** The module of a screen's kind; its actions are its own affair. */
export const moduleOf = (screen: Screen) =>
  MODULES[screen.kind] as unknown as ScreenModule<Screen, unknown>;

import { neuronpediaPage } from "../../../features/neuronpedia.js";
import { rankedCount } from "../../../runs/top-features.js";
import { byText } from "../../../views/ranking-text.js";
import type { Binding } from "../../keys.js";
import { listBindings } from "../../keys.js";
import { FIRST_ROW, type ListCursor, type Move, moved, within } from "../../list.js";
import {
  bodyHeight,
  type FeaturePlace,
  type News,
  type OpenedRun,
  type Outcome,
  type RunSurroundings,
  type World,
} from "../../model.js";
import { newLabScreen } from "../lab/state.js";
import { featureLines } from "./picture.js";

/** One feature of a run. */
export interface FeatureScreen {
  kind: "feature";
  run: OpenedRun;
  around: RunSurroundings;
  folder: string;
  layer: number;
  /** Whose ranking the arrows go along, and the place in it. */
  language: string;
  rank: number;
  feature: number;
  scroll: ListCursor;
}

export type FeatureAction =
  | { type: "rank"; step: 1 | -1 }
  | { type: "scroll"; move: Move }
  | { type: "link"; url: string }
  | { type: "lab" };

export function newFeatureScreen(
  run: OpenedRun,
  around: RunSurroundings,
  place: FeaturePlace,
): FeatureScreen {
  return {
    kind: "feature",
    run,
    around,
    ...place,
    feature: featureAt(run, place),
    scroll: FIRST_ROW,
  };
}

function featureAt(
  run: OpenedRun,
  { layer, language, rank }: { layer: number; language: string; rank: number },
): number {
  const ranking = run.rankings.get(layer);
  const k = run.meta.languages.indexOf(language);
  return ranking?.index[k * ranking.features + rank - 1] ?? 0;
}

/** The feature's page on Neuronpedia, where its dictionary is there. */
export const pageOf = ({ run, layer, feature }: FeatureScreen): string | null =>
  run.statistics === null ? null : neuronpediaPage(run.meta, layer, feature);

export function featureBindings(state: FeatureScreen): Binding<FeatureAction>[] {
  const url = pageOf(state);
  return [
    {
      ...{
        keys: ["right", "l"],
        shown: "←→",
        does: `next of ${state.language}${byText(state.run)}`,
        inBar: true,
      },
      action: { type: "rank", step: 1 },
    },
    {
      keys: ["left", "h"],
      does: `one before of ${state.language}${byText(state.run)}`,
      action: { type: "rank", step: -1 },
    },
    ...listBindings<FeatureAction>((move) => ({ type: "scroll", move })).map((binding) =>
      binding.keys.includes("down")
        ? { ...binding, shown: "↑↓", does: "scroll", inBar: true }
        : binding,
    ),
    ...(state.run.statistics === null
      ? []
      : [{ keys: ["t"], does: "lab", inBar: true, action: { type: "lab" } as const }]),
    ...(url === null
      ? []
      : [
          { keys: ["o"], does: "Neuronpedia", inBar: true, action: { type: "link", url } as const },
        ]),
  ];
}

export function updateFeature(
  state: FeatureScreen,
  action: FeatureAction,
  world: World,
): Outcome<FeatureScreen> {
  switch (action.type) {
    case "lab": {
      const layer = state.run.meta.layers.indexOf(state.layer);
      return { state, go: { to: newLabScreen(state.folder, state.run, layer) } };
    }
    case "link":
      return { state, effects: [{ type: "open_link", url: action.url }] };
    case "scroll": {
      const count = featureLines(state, world).length;
      // A text has no row to stand on: what moves is its first line.
      const lines = Math.max(1, count - bodyHeight(world) + 1);
      return { state: { ...state, scroll: moved(state.scroll, action.move, lines, 1) } };
    }
    case "rank": {
      const k = state.run.meta.languages.indexOf(state.language);
      const last = rankedCount(state.run, state.layer, k);
      const rank = Math.max(1, Math.min(last, state.rank + action.step));
      const next = { ...state, rank, scroll: FIRST_ROW };
      const { folder, layer, language } = state;
      return {
        state: { ...next, feature: featureAt(state.run, next) },
        effects: [{ type: "look_at", place: { folder, layer, language, rank } }],
      };
    }
  }
}

export function featureHeard(
  state: FeatureScreen,
  news: News,
  world: World,
): Outcome<FeatureScreen> {
  if (news.type !== "resized") return { state };
  const lines = Math.max(1, featureLines(state, world).length - bodyHeight(world) + 1);
  return { state: { ...state, scroll: within(state.scroll, lines, 1) } };
}

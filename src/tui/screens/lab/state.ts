import type { ExploredText } from "../../../explore/explored-text.js";
import type { Measure } from "../../../runs/rank-by.js";
import { type Binding, TEXT } from "../../keys.js";
import { EDIT_KEYS, edit, edited, type LineEdit } from "../../line-edit.js";
import { FIRST_ROW, type ListCursor, type Move, moved, within } from "../../list.js";
import {
  bodyHeight,
  type Effect,
  type News,
  type OpenedRun,
  type Outcome,
  type World,
} from "../../model.js";

/** A sentence, and what the run's features say of it. */
export interface LabScreen {
  kind: "lab";
  folder: string;
  /** By which measure a language's features are its first. */
  measure: Measure;
  layers: readonly number[];
  /** Place in the run's list of layers. */
  layer: number;
  text: LineEdit;
  result: ExploredText | null;
  cursor: ListCursor;
  model:
    | { state: "loading"; phase: string }
    | { state: "ready"; device: string }
    | { state: "ended"; why: string };
  /** Of the last text: that it is being read, or why it could not be. */
  isAsked: boolean;
  trouble: string | null;
  warnings: readonly string[];
}

export type LabAction =
  | { type: "type"; key: string }
  | { type: "move"; move: Move }
  | { type: "layer"; step: 1 | -1 }
  | { type: "restart" };

export const newLabScreen = (folder: string, run: OpenedRun, layer: number): LabScreen => ({
  ...{
    kind: "lab",
    folder,
    measure: run.measure ?? "v",
    layers: run.meta.layers,
    layer,
    text: edited(""),
    result: null,
  },
  ...{ cursor: FIRST_ROW, model: { state: "loading", phase: "starting Python" } },
  ...{ isAsked: false, trouble: null, warnings: [] },
});

export const startLab = ({ folder, measure }: LabScreen): Effect => ({
  ...{ type: "start_lab", folder },
  ...(measure === "v" ? {} : { rankBy: measure }),
});

/** Rows of the list of tokens. */
export const labHeight = (world: World): number => Math.max(1, bodyHeight(world) - 10);

export function labBindings(state: LabScreen): Binding<LabAction>[] {
  return [
    {
      ...{ keys: [TEXT, ...EDIT_KEYS], shown: "type", does: "a sentence", inBar: true },
      action: (key) => ({ type: "type", key }),
    },
    { keys: ["tab"], does: "layer", inBar: true, action: { type: "layer", step: 1 } },
    { keys: ["shift-tab"], does: "layer before", action: { type: "layer", step: -1 } },
    {
      keys: ["down"],
      shown: "↑↓",
      does: "token",
      inBar: true,
      action: { type: "move", move: "down" },
    },
    { keys: ["up"], does: "token before", action: { type: "move", move: "up" } },
    { keys: ["pagedown"], does: "a page down", action: { type: "move", move: "page-down" } },
    { keys: ["pageup"], does: "a page up", action: { type: "move", move: "page-up" } },
    ...(state.model.state === "ended"
      ? [
          {
            keys: ["enter"],
            does: "start again",
            inBar: true,
            action: { type: "restart" } as const,
          },
        ]
      : []),
  ];
}

export function updateLab(state: LabScreen, action: LabAction, world: World): Outcome<LabScreen> {
  switch (action.type) {
    case "type": {
      const text = edit(state.text, action.key);
      if (text.text === state.text.text) return { state: { ...state, text } };
      return asked({ ...state, text });
    }
    case "layer": {
      const count = state.layers.length;
      return { state: { ...state, layer: (state.layer + action.step + count) % count } };
    }
    case "move": {
      const count = state.result?.tokens.length ?? 0;
      return {
        state: { ...state, cursor: moved(state.cursor, action.move, count, labHeight(world)) },
      };
    }
    case "restart":
      return {
        state: { ...state, model: { state: "loading", phase: "starting Python" }, trouble: null },
        effects: [{ type: "end_lab" }, startLab(state)],
      };
  }
}

/** The text goes to the model as soon as there is one. */
function asked(state: LabScreen): Outcome<LabScreen> {
  const { text } = state.text;
  if (text.trim() === "")
    return {
      state: { ...state, result: null, isAsked: false, trouble: null, cursor: FIRST_ROW },
      effects: state.isAsked ? [{ type: "ask_lab", text: "" }] : [],
    };
  const effects: Effect[] = state.model.state === "ready" ? [{ type: "ask_lab", text }] : [];
  return { state: { ...state, isAsked: effects.length > 0 }, effects };
}

export function labHeard(state: LabScreen, news: News, world: World): Outcome<LabScreen> {
  if (news.type === "resized") {
    const count = state.result?.tokens.length ?? 0;
    return { state: { ...state, cursor: within(state.cursor, count, labHeight(world)) } };
  }
  if (news.type !== "lab") return { state };
  const { news: told } = news;
  switch (told.type) {
    case "phase":
      return { state: { ...state, model: { state: "loading", phase: told.phase } } };
    case "ready":
      return asked({
        ...state,
        model: { state: "ready", device: told.device },
        warnings: told.warnings,
      });
    case "read": {
      // What was being read when the line was emptied is of no text any more.
      if (state.text.text.trim() === "") return { state };
      const count = told.result.tokens.length;
      return {
        state: {
          ...state,
          result: told.result,
          isAsked: told.result.text !== state.text.text,
          trouble: null,
          cursor: within(state.cursor, count, labHeight(world)),
        },
      };
    }
    case "unread":
      return { state: { ...state, isAsked: false, trouble: told.message } };
    case "ended":
      return { state: { ...state, isAsked: false, model: { state: "ended", why: told.message } } };
  }
}

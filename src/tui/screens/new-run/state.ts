import { resolve } from "node:path";
import { flagText } from "../../../config/flag-values.js";
import { spellOutSets } from "../../../config/languages.js";
import { resolveConfig } from "../../../config/resolve.js";
import type { ConfigKey } from "../../../config/schema.js";
import { type Binding, listBindings, TEXT } from "../../keys.js";
import { EDIT_KEYS, edit, edited, type LineEdit } from "../../line-edit.js";
import { FIRST_ROW, type ListCursor, type Move, moved, within } from "../../list.js";
import { bodyHeight, type News, type Outcome, type World } from "../../model.js";
import { newLiveScreen } from "../live/state.js";
import {
  argumentsOf,
  asked,
  choicesOf,
  FORM_KEYS,
  type FormValues,
  problemsOf,
  standing,
} from "./form.js";
import {
  type LanguagePicker,
  newPicker,
  pickerMoved,
  pickerWithin,
  searched,
  toggled,
} from "./language-picker.js";
import { planLines } from "./picture.js";

/** A run that is being described. */
export interface NewRunScreen {
  kind: "new-run";
  values: FormValues;
  problems: readonly string[];
  cursor: ListCursor;
  /** The field under the cursor while it is typed. */
  typing: LineEdit | null;
  picker: LanguagePicker | null;
  /** The values of the field under the cursor, where it takes one of a few and they are listed. */
  choosing: ListCursor | null;
  /** Whether the next key may throw away what was filled in. */
  isLeaving: boolean;
  /** What the run would be, once it was asked for. */
  plan: { lines: readonly string[] | null; scroll: ListCursor } | null;
}

export type NewRunAction =
  | { type: "move"; move: Move }
  | { type: "change"; step: 1 | -1 }
  | { type: "type"; key: string }
  | {
      type:
        | "edit"
        | "accept"
        | "cancel"
        | "reset"
        | "plan"
        | "start"
        | "toggle"
        | "leave"
        | "left"
        | "stay";
    };

const LEFT = { type: "left" } as const;

export const newRunForm = (): NewRunScreen => {
  const values: FormValues = { model: "demo" };
  return {
    ...{ kind: "new-run", values, problems: problemsOf(values), cursor: FIRST_ROW },
    ...{ typing: null, picker: null, choosing: null, plan: null, isLeaving: false },
  };
};

/** Rows of the form's list. */
export const formHeight = (world: World): number => Math.max(1, bodyHeight(world) - 5);
/** Rows of the list of languages. */
export const pickerHeight = (world: World): number => Math.max(1, bodyHeight(world) - 5);

export const chosenKey = ({ cursor }: NewRunScreen): ConfigKey => FORM_KEYS[cursor.at] as ConfigKey;

export function newRunBindings(state: NewRunScreen): Binding<NewRunAction>[] {
  const move = (move: Move): NewRunAction => ({ type: "move", move });
  if (state.isLeaving)
    return [
      ...[{ keys: ["y"], does: "leave it", inBar: true, isAnswer: true, action: LEFT }],
      { keys: ["n", "escape"], does: "stay", inBar: true, action: { type: "stay" } },
    ];
  if (state.plan !== null)
    return [
      ...(state.plan.lines === null || state.problems.length > 0
        ? []
        : [{ keys: ["enter"], does: "start it", inBar: true, action: { type: "start" } as const }]),
      { keys: ["escape"], does: "change it", inBar: true, action: { type: "cancel" } },
      ...listBindings<NewRunAction>(move),
    ];
  const typed: Binding<NewRunAction> = {
    ...{ keys: [TEXT, ...EDIT_KEYS], shown: "type", does: "text", inBar: true },
    action: (key) => ({ type: "type", key }),
  };
  if (state.picker !== null)
    return [
      {
        ...{ keys: [" ", "tab"], does: "take or leave it", inBar: true },
        action: { type: "toggle" },
      },
      { keys: ["enter"], does: "done", inBar: true, action: { type: "accept" } },
      { keys: ["escape"], does: "as before", inBar: true, action: { type: "cancel" } },
      { keys: ["up"], does: "up", action: move("up") },
      { keys: ["down"], does: "down", action: move("down") },
      { keys: ["pageup"], does: "a page up", action: move("page-up") },
      { keys: ["pagedown"], does: "a page down", action: move("page-down") },
      { keys: ["home"], does: "first", action: move("first") },
      { keys: ["end"], does: "last", action: move("last") },
      { ...typed, does: "to search" },
    ];
  if (state.choosing !== null)
    return [
      { keys: ["enter"], does: "take it", inBar: true, action: { type: "accept" } },
      { keys: ["escape"], does: "as before", inBar: true, action: { type: "cancel" } },
      ...listBindings<NewRunAction>(move),
    ];
  if (state.typing !== null)
    return [
      { keys: ["enter"], does: "take it", inBar: true, action: { type: "accept" } },
      { keys: ["escape"], does: "as before", inBar: true, action: { type: "cancel" } },
      typed,
    ];
  const choices = choicesOf(chosenKey(state));
  return [
    { keys: ["enter"], does: "change", inBar: true, action: { type: "edit" } },
    ...(choices === null
      ? []
      : ([
          {
            ...{ keys: ["right", "l"], shown: "←→", does: "choose", inBar: true },
            action: { type: "change", step: 1 },
          },
          { keys: ["left", "h"], does: "the choice before", action: { type: "change", step: -1 } },
        ] satisfies Binding<NewRunAction>[])),
    ...(state.values[chosenKey(state)] === undefined || chosenKey(state) === "model"
      ? []
      : [
          {
            keys: ["backspace", "delete"],
            does: "reset",
            inBar: true,
            action: { type: "reset" } as const,
          },
        ]),
    ...(state.problems.length > 0
      ? []
      : [{ keys: ["p"], does: "plan and start", inBar: true, action: { type: "plan" } as const }]),
    ...(Object.keys(state.values).length > 1
      ? [{ keys: ["escape"], does: "back", inBar: true, action: { type: "leave" } as const }]
      : []),
    ...listBindings<NewRunAction>(move),
  ];
}

export function updateNewRun(
  state: NewRunScreen,
  action: NewRunAction,
  world: World,
): Outcome<NewRunScreen> {
  const key = chosenKey(state);
  switch (action.type) {
    case "move":
      if (state.plan !== null) {
        const count = Math.max(
          1,
          planLines(state, world.size.columns).length - bodyHeight(world) + 1,
        );
        const scroll = moved(state.plan.scroll, action.move, count, 1);
        return { state: { ...state, plan: { ...state.plan, scroll } } };
      }
      if (state.choosing !== null) {
        const count = choicesOf(key)?.length ?? 0;
        const choosing = moved(state.choosing, action.move, count, pickerHeight(world));
        return { state: { ...state, choosing } };
      }
      if (state.picker !== null)
        return {
          state: { ...state, picker: pickerMoved(state.picker, action.move, pickerHeight(world)) },
        };
      return {
        state: {
          ...state,
          cursor: moved(state.cursor, action.move, FORM_KEYS.length, formHeight(world)),
        },
      };
    case "change":
      return { state: withValue(state, key, neighbour(state, key, action.step)) };
    case "edit":
      return opened(state, key);
    case "type":
      if (state.picker !== null)
        return { state: { ...state, picker: searched(state.picker, action.key) } };
      return { state: typed(state, key, edit(state.typing ?? edited(""), action.key)) };
    case "toggle":
      return { state: state.picker === null ? state : { ...state, picker: toggled(state.picker) } };
    case "accept":
      if (state.choosing !== null) {
        const chosen = choicesOf(key)?.[state.choosing.at] ?? "";
        return { state: withValue({ ...state, choosing: null }, key, chosen) };
      }
      if (state.picker !== null)
        return { state: withValue({ ...state, picker: null }, key, state.picker.chosen.join(",")) };
      return { state: withValue({ ...state, typing: null }, key, state.typing?.text ?? "") };
    case "cancel":
      return {
        state: {
          ...{ ...state, typing: null, picker: null, choosing: null, plan: null },
          problems: problemsOf(state.values),
        },
      };
    case "leave":
      return { state: { ...state, isLeaving: true } };
    case "stay":
      return { state: { ...state, isLeaving: false } };
    case "left":
      return { state, go: "back" };
    case "reset":
      return { state: withValue(state, key, "") };
    case "plan":
      return {
        state: { ...state, plan: { lines: null, scroll: FIRST_ROW } },
        effects: [{ type: "plan", asked: asked(state.values) }],
      };
    case "start": {
      const folder = resolve(resolveConfig(asked(state.values)).config.out_dir);
      // The form stays until it is told that the run was started: what was filled in would be lost with a start that fails.
      return { state, effects: [{ type: "launch", args: argumentsOf(state.values), folder }] };
    }
  }
}

/** The field for typing, or its list. */
function opened(state: NewRunScreen, key: ConfigKey): Outcome<NewRunScreen> {
  if (key === "languages") {
    const corpus = String(state.values.corpus ?? standing(state.values, "corpus"));
    const split = String(state.values.split ?? standing(state.values, "split"));
    const given = state.values.languages?.split(",").map((code) => code.trim());
    const codes = spellOutSets(given ?? standing(state.values, key) ?? []) as string[];
    return {
      state: { ...state, picker: newPicker(codes) },
      effects: [{ type: "list_languages", corpus, split }],
    };
  }
  const value = state.values[key] ?? standing(state.values, key);
  const choices = choicesOf(key);
  if (choices !== null) {
    const at = Math.max(0, choices.indexOf(String(value)));
    return { state: { ...state, choosing: { at, top: 0 } } };
  }
  const typing = edited(value == null ? "" : flagText(value));
  return { state: { ...state, typing } };
}

/** The form is checked at every key, with what is typed so far. */
const typed = (state: NewRunScreen, key: ConfigKey, typing: LineEdit): NewRunScreen => ({
  ...{ ...state, typing },
  problems: problemsOf(valuesWith(state.values, key, typing.text)),
});

function withValue(state: NewRunScreen, key: ConfigKey, text: string): NewRunScreen {
  const values = valuesWith(state.values, key, text);
  return { ...state, values, problems: problemsOf(values) };
}

/** What is left empty, or says what would be there anyway, was not asked for. */
function valuesWith(values: FormValues, key: ConfigKey, text: string): FormValues {
  const { [key]: _, ...rest } = values;
  const byItself = standing(rest, key);
  const isSame = byItself != null && flagText(byItself) === text.trim();
  return text.trim() === "" || (isSame && key !== "model") ? rest : { ...rest, [key]: text.trim() };
}

function neighbour({ values }: NewRunScreen, key: ConfigKey, step: number): string {
  const choices = choicesOf(key) ?? [];
  const at = choices.indexOf(values[key] ?? String(standing(values, key)));
  return choices[(at + step + choices.length) % choices.length] as string;
}

export function newRunHeard(state: NewRunScreen, news: News, world: World): Outcome<NewRunScreen> {
  if (news.type === "planned" && state.plan !== null)
    return {
      state: { ...state, plan: { ...state.plan, lines: news.lines }, problems: news.problems },
    };
  if (news.type === "launched" && state.plan !== null)
    return { state, go: { instead: newLiveScreen(news.folder) } };
  if (news.type === "languages_listed" && state.picker !== null)
    return {
      state: {
        ...state,
        picker: pickerWithin({ ...state.picker, offered: news.codes }, pickerHeight(world)),
      },
    };
  if (news.type !== "resized") return { state };
  return {
    state: {
      ...state,
      cursor: within(state.cursor, FORM_KEYS.length, formHeight(world)),
      choosing:
        state.choosing === null
          ? null
          : within(state.choosing, choicesOf(chosenKey(state))?.length ?? 0, pickerHeight(world)),
      picker: state.picker === null ? null : pickerWithin(state.picker, pickerHeight(world)),
    },
  };
}

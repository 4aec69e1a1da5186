import type { Key } from "ink";
import type { Move } from "./list.js";

/** What a key does on a screen. The help bar and the help page are made from these, so they tell of every key and no other. */
export interface Binding<Action> {
  /** Names as `keyNames` gives them; TEXT stands for every character. */
  keys: readonly string[];
  /** How the keys are written in the help; made from `keys` where left out. */
  shown?: string;
  does: string;
  /** Whether the one-line help bar has room for it first. */
  inBar?: boolean;
  /** It cannot be taken back: it is not taken from the same piece of input as the key that asked. */
  isAnswer?: boolean;
  action: Action | ((text: string) => Action);
}

export const TEXT = "any character";

/** Begins the name of a text that was pasted whole: no key is called so. */
export const PASTED = "pasted:";

const NAMED = [
  ["upArrow", "up"],
  ["downArrow", "down"],
  ["leftArrow", "left"],
  ["rightArrow", "right"],
  ["pageUp", "pageup"],
  ["pageDown", "pagedown"],
  ["home", "home"],
  ["end", "end"],
  ["return", "enter"],
  ["escape", "escape"],
  ["backspace", "backspace"],
  ["delete", "delete"],
] as const;

/** The name of a pasted text: on one line, without what only a terminal obeys. */
export const pastedName = (text: string): string =>
  `${PASTED}${text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim()}`;

/** Names of the keys behind one piece of input: several characters may come at once, from a fast hand. */
export function keyNames(input: string, key: Key): string[] {
  if (key.eventType === "release") return [];
  if (key.tab) return [key.shift ? "shift-tab" : "tab"];
  const named = NAMED.find(([flag]) => key[flag]);
  if (named !== undefined) return [named[1]];
  if (key.ctrl) return input === "" ? [] : [`ctrl-${input}`];
  if (key.meta) return [];
  return Array.from(new Intl.Segmenter().segment(input), ({ segment }) => segment).map(nameOf);
}

const CONTROLS: Record<string, string> = {
  ...{ "\r": "enter", "\n": "enter", "\r\n": "enter", "\t": "tab" },
  ...{ "\u001b": "escape", "\u007f": "backspace", "\b": "backspace" },
};

/** A control character in the midst of others is the key that sends it. */
function nameOf(character: string): string {
  const code = character.charCodeAt(0);
  if (CONTROLS[character] !== undefined) return CONTROLS[character];
  return code >= 1 && code <= 26 ? `ctrl-${String.fromCharCode(code + 96)}` : character;
}

/** The action of a key on a screen; undefined where the key means nothing there. */
export function actionOf<Action>(
  bindings: readonly Binding<Action>[],
  name: string,
): Action | undefined {
  const isText =
    name.startsWith(PASTED) ||
    (Array.from(new Intl.Segmenter().segment(name)).length === 1 && !/\p{Cc}/u.test(name));
  const binding =
    bindings.find(({ keys }) => keys.includes(name)) ??
    (isText ? bindings.find(({ keys }) => keys.includes(TEXT)) : undefined);
  if (binding === undefined) return undefined;
  return typeof binding.action === "function"
    ? (binding.action as (text: string) => Action)(name)
    : binding.action;
}

const SHOWN: Record<string, string> = {
  up: "↑",
  down: "↓",
  left: "←",
  right: "→",
  enter: "Enter",
  escape: "Esc",
  tab: "Tab",
  "shift-tab": "⇧Tab",
  pageup: "PgUp",
  pagedown: "PgDn",
  home: "Home",
  end: "End",
  backspace: "Bksp",
  delete: "Del",
  " ": "Space",
};

export const shownKeys = ({ keys, shown }: Binding<unknown>): string =>
  shown ?? keys.map((name) => SHOWN[name] ?? name.replace("ctrl-", "^")).join(" ");

/** The keys that move through a list, as in vi and as on the keyboard. */
export const listBindings = <Action>(action: (move: Move) => Action): Binding<Action>[] => [
  { keys: ["up", "k"], does: "up", action: action("up") },
  { keys: ["down", "j"], does: "down", action: action("down") },
  { keys: ["pageup", "ctrl-u"], does: "a page up", action: action("page-up") },
  { keys: ["pagedown", "ctrl-d"], does: "a page down", action: action("page-down") },
  { keys: ["home", "g"], does: "first", action: action("first") },
  { keys: ["end", "G"], does: "last", action: action("last") },
];

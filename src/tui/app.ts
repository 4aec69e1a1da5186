import { actionOf, type Binding, pastedName, TEXT } from "./keys.js";
import type { Effect, News, Notice, Outcome, Screen, World } from "./model.js";
import { moduleOf } from "./screens/modules.js";

/** Everything that is on the screen or will be. */
export interface App {
  world: World;
  /** The last one is shown; the others lie under it. */
  screens: readonly Screen[];
  isHelpOpen: boolean;
  notice: Notice | null;
}

export interface Step {
  app: App;
  effects: Effect[];
}

/** What keys do on every screen where no text is typed. */
type AppAction = { type: "help" } | { type: "quit" } | { type: "suspend" } | { type: "back" };

export const topOf = ({ screens }: App): Screen => screens.at(-1) as Screen;

const isTyping = (bindings: readonly Binding<unknown>[]): boolean =>
  bindings.some(({ keys }) => keys.includes(TEXT));

/** The bindings of the screen on top, and those that every screen has. */
export function bindingsOf(app: App): { own: Binding<unknown>[]; common: Binding<AppAction>[] } {
  const screen = topOf(app);
  const own = moduleOf(screen).bindings(screen, app.world);
  const isOurs = (key: string) => own.some(({ keys }) => keys.includes(key));
  const common: Binding<AppAction>[] = [];
  if (!isTyping(own)) {
    common.push({ keys: ["?"], does: "help", inBar: true, action: { type: "help" } });
    common.push({
      ...{ keys: ["q", "ctrl-c"], shown: "q", does: "quit", inBar: true },
      action: { type: "quit" },
    });
  } else common.push({ keys: ["ctrl-c"], does: "quit", action: { type: "quit" } });
  common.push({ keys: ["ctrl-z"], does: "to the shell, fg returns", action: { type: "suspend" } });
  if (app.screens.length > 1 && !isOurs("escape"))
    common.push({ keys: ["escape"], does: "back", inBar: true, action: { type: "back" } });
  return { own, common };
}

/** Whether the screen asks something whose answer cannot be taken back. */
export const isAsking = (app: App): boolean =>
  bindingsOf(app).own.some(({ isAnswer }) => isAnswer === true);

/** What one can still see the whole of, and type in without waiting. */
const LONGEST_PASTE = 5000;

/** A pasted text goes where one types; elsewhere its letters are no keys. */
export function pasted(app: App, text: string): Step {
  if (text.length > LONGEST_PASTE) {
    const told = `The pasted text has more than ${LONGEST_PASTE} characters. Long texts are read from a file: npx vscore explore RUN --file FILE`;
    return { app: { ...app, notice: { text: told, tone: "wrong" } }, effects: [] };
  }
  const name = pastedName(text);
  if (!app.isHelpOpen && isTyping(bindingsOf(app).own)) return pressed(app, name);
  const told = "What was pasted is not taken for keys. Paste where a text is typed.";
  return { app: { ...app, notice: { text: told, tone: "info" } }, effects: [] };
}

export function pressed(app: App, key: string): Step {
  if (app.isHelpOpen) {
    if (key === "ctrl-c") return { app, effects: [{ type: "quit" }] };
    return { app: { ...app, isHelpOpen: false }, effects: [] };
  }
  const { own, common } = bindingsOf(app);
  const quiet = { ...app, notice: null };
  const action = actionOf(own, key);
  if (action !== undefined) {
    const screen = topOf(app);
    return applied(quiet, moduleOf(screen).update(screen, action, app.world));
  }
  const shared = actionOf(common, key);
  if (shared === undefined) return { app, effects: [] };
  if (shared.type === "quit") return { app, effects: [{ type: "quit" }] };
  if (shared.type === "suspend") return { app, effects: [{ type: "suspend" }] };
  if (shared.type === "help") return { app: { ...quiet, isHelpOpen: true }, effects: [] };
  return applied(quiet, { state: topOf(app), go: "back" });
}

/** News reach the world, then every screen: one that lies under another stays up to date. */
export function heard(app: App, news: News): Step {
  const world = changedWorld(app.world, news);
  const notice = news.type === "told" ? { text: news.text, tone: news.tone } : app.notice;
  let step: Step = { app: { ...app, world, notice }, effects: [] };
  for (let at = 0; at < step.app.screens.length; at++) {
    const screen = step.app.screens[at] as Screen;
    const outcome = moduleOf(screen).heard(screen, news, world);
    if (outcome.state === screen && outcome.go === undefined && outcome.effects === undefined)
      continue;
    const isTop = at === step.app.screens.length - 1;
    const screens = step.app.screens.with(at, outcome.state);
    const next = { ...step.app, screens };
    const done = isTop ? applied(next, outcome) : { app: next, effects: outcome.effects ?? [] };
    step = { app: done.app, effects: [...step.effects, ...done.effects] };
  }
  return step;
}

function changedWorld(world: World, news: News): World {
  switch (news.type) {
    case "resized":
      return { ...world, size: news.size };
    case "ticked":
      return { ...world, now: news.now };
    case "listed":
      return { ...world, rows: news.rows, isListed: true };
    default:
      return world;
  }
}

/** Puts a screen's outcome on the stack. A screen that is left may have something to end. */
function applied(app: App, { state, effects = [], go, notice }: Outcome<Screen>): Step {
  const below = app.screens.slice(0, -1);
  const next = { ...app, notice: notice ?? app.notice };
  if (go === undefined) return { app: { ...next, screens: [...below, state] }, effects };
  const left = (screen: Screen) => moduleOf(screen).leaving(screen);
  if (go === "back") {
    const screens = below.length > 0 ? below : [state];
    return { app: { ...next, screens }, effects: [...effects, ...left(state)] };
  }
  if ("to" in go)
    return {
      app: { ...next, screens: [...below, state, go.to] },
      effects: [...effects, ...moduleOf(go.to).entering(go.to)],
    };
  return {
    app: { ...next, screens: [...below, go.instead] },
    effects: [...effects, ...left(state), ...moduleOf(go.instead).entering(go.instead)],
  };
}

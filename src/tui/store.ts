import { type App, heard, isAsking, pasted, pressed, type Step } from "./app.js";
import type { Effect, News } from "./model.js";

/** Holds the one state of the screens; every change is one step, and what it asks for is performed at once. */
export class Store {
  private readonly listeners = new Set<() => void>();
  private perform: (effect: Effect) => void = () => undefined;

  constructor(private app: App) {}

  onEffect(perform: (effect: Effect) => void): void {
    this.perform = perform;
  }

  readonly state = (): App => this.app;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Keys that came in one piece: where one of them brings up a question, the others are not its answer. */
  readonly press = (...keys: readonly string[]): void => {
    for (const [at, key] of keys.entries()) {
      if (at > 0 && isAsking(this.app)) return;
      this.take(() => pressed(this.app, key));
    }
  };
  readonly paste = (text: string): void => this.take(() => pasted(this.app, text));
  readonly hear = (news: News): void => this.take(() => heard(this.app, news));

  private take(next: () => Step): void {
    const { app, effects } = this.attempted(next);
    if (app !== this.app) {
      this.app = app;
      for (const listener of this.listeners) listener();
    }
    for (const effect of effects) this.perform(effect);
  }

  /** One key or one piece of news that goes wrong must not take the others with it. */
  private attempted(next: () => Step): Step {
    try {
      return next();
    } catch (error) {
      const text = `Something unforeseen went wrong: ${error instanceof Error ? error.message : error}`;
      return { app: { ...this.app, notice: { text, tone: "wrong" } }, effects: [] };
    }
  }
}

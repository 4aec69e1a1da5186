import { resolve } from "node:path";
import { render } from "ink";
import type { App } from "./app.js";
import { AppView } from "./components/app-view.js";
import { Runtime } from "./runtime.js";
import { RUNS } from "./screens/runs/state.js";
import { Store } from "./store.js";

/**
 * Opens the terminal UI and waits until it is left. What it starts are processes of their own, which stay.
 *
 * @param command the command line of vscore itself
 */
export async function startTui(
  command: readonly [string, ...string[]],
  below: string,
  signal: AbortSignal,
): Promise<void> {
  const { stdout } = process;
  const app: App = {
    world: {
      size: { columns: stdout.columns, rows: stdout.rows },
      now: Date.now(),
      below: resolve(below),
      rows: [],
      isListed: false,
      colorDepth: stdout.getColorDepth(),
    },
    screens: [RUNS],
    isHelpOpen: false,
    notice: null,
  };
  const store = new Store(app);
  const view = render(<AppView store={store} />, {
    exitOnCtrlC: false,
    alternateScreen: true,
    incrementalRendering: true,
  });
  const gone = Promise.withResolvers<void>();
  const leave = () => {
    try {
      view.unmount();
    } catch {
      // The terminal went away before us: there is nothing to give back.
      gone.resolve();
    }
  };
  const runtime = new Runtime(command, app.world.below, store.hear, leave);
  store.onEffect((effect) => runtime.perform(effect));
  signal.addEventListener("abort", leave, { once: true });
  try {
    runtime.start(store.state);
    await Promise.race([view.waitUntilExit(), gone.promise]);
  } finally {
    runtime.close();
  }
}

import { Box, useApp, useInput, usePaste, useWindowSize } from "ink";
import { useEffect, useSyncExternalStore } from "react";
import type { Line } from "../../views/line.js";
import type { App } from "../app.js";
import { brokenFrame, frameOf } from "../frame.js";
import { keyNames } from "../keys.js";
import type { Store } from "../store.js";
import { LineText } from "./lines.js";

/** Paints the store's state and hands it the keys. */
export function AppView({ store }: { store: Store }) {
  const app = useSyncExternalStore(store.subscribe, store.state);
  const { columns, rows } = useWindowSize();
  useEffect(() => store.hear({ type: "resized", size: { columns, rows } }), [store, columns, rows]);
  useInput((input, key) => store.press(...keyNames(input, key)));
  usePaste(store.paste);
  useSuspension();
  const look = { columns: app.world.size.columns, hasColors: app.world.colorDepth > 1 };
  return (
    <Box flexDirection="column">
      {pictureOf(app).map((line, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row of the screen is its place
        <LineText key={at} line={line} {...look} />
      ))}
    </Box>
  );
}

/**
 * Stopped from outside or by Ctrl-Z, the terminal is given back to the shell; gone on with, it is taken again. The signal goes to
 * the whole group, with its meaning of old: where no shell waits for the group, the kernel lets it pass.
 */
function useSuspension(): void {
  const { suspendTerminal } = useApp();
  useEffect(() => {
    const stop = () => {
      void suspendTerminal(() => {
        process.off("SIGTSTP", stop);
        process.kill(0, "SIGTSTP");
        process.on("SIGTSTP", stop);
      });
    };
    process.on("SIGTSTP", stop);
    return () => {
      process.off("SIGTSTP", stop);
    };
  }, [suspendTerminal]);
}

/** A screen that cannot be drawn says so, and one can still leave it. */
function pictureOf(app: App): Line[] {
  try {
    return frameOf(app);
  } catch (error) {
    return brokenFrame(app, error);
  }
}

import { render } from "ink-testing-library";
import { afterEach, expect, test, vi } from "vitest";
import { AppView } from "../../src/tui/components/app-view.js";
import { newLabScreen } from "../../src/tui/screens/lab/state.js";
import { RUNS } from "../../src/tui/screens/runs/state.js";
import { Store } from "../../src/tui/store.js";
import { Driver, rowOf, surroundings, threeLanguageRun } from "../fixtures/tui.js";

let view: ReturnType<typeof render>;
afterEach(() => view.unmount());

const shown = (text: string) =>
  vi.waitFor(() => expect(view.lastFrame()).toContain(text), { timeout: 5000, interval: 5 });

test("keys go to the screen on top, and every change is painted", async () => {
  const store = new Store(new Driver().app);
  view = render(<AppView store={store} />);
  await shown("Reading the runs");
  store.hear({ type: "listed", rows: [rowOf("first"), rowOf("second")] });
  await shown("▸ first");
  view.stdin.write("j");
  await shown("▸ second");
  view.stdin.write("/sec");
  await shown("1 of 2");
  view.stdin.write("\r");
  await shown("filter: sec");
  view.stdin.write("\r");
  await shown("second");
  store.hear({
    ...{ type: "run_opened", folder: "/runs/second" },
    ...{ run: threeLanguageRun(), around: surroundings() },
  });
  await shown("95 % interval");
  view.stdin.write("3");
  await shown("best feature, by layer");
});

test("a line with nothing in it has its row all the same", async () => {
  const lab = newLabScreen("/runs/a", threeLanguageRun(), 0);
  const driver = new Driver([RUNS, lab], { columns: 100, rows: 24 });
  view = render(<AppView store={new Store(driver.app)} />);
  await shown("loading the model");
  // The last rows are as empty as the first ones may be, and Ink leaves the end of a frame alone.
  expect(
    view
      .lastFrame()
      ?.split("\n")
      .findIndex((line) => line.startsWith(">")),
  ).toBe(driver.lines.findIndex((line) => line.startsWith(">")));
});

test("a screen that throws is told in its place, and left with Esc", async () => {
  const store = new Store(new Driver().app);
  view = render(<AppView store={store} />);
  store.hear({ type: "listed", rows: [rowOf("first", { languages: null as never })] });
  await shown("could not be drawn");
  store.hear({ type: "listed", rows: [rowOf("first")] });
  await shown("▸ first");
});

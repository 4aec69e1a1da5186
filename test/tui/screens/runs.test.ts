import { describe, expect, test } from "vitest";
import type { RunsScreen } from "../../../src/tui/screens/runs/state.js";
import { Driver, rowOf } from "../../fixtures/tui.js";

const ROWS = [
  rowOf("demo-all"),
  rowOf("gemma", {
    ...{ status: "running", model: "gemma-2b", progress: 0.456, eta_s: 125 },
    ...{ layers: [0, 1, 2, 5, 10], n_texts_per_lang: -1, texts: null },
  }),
  rowOf("broken-off", {
    status: "interrupted",
    progress: 0.1,
    words: "model x is gated: accept its terms",
  }),
];
const list = () => new Driver().list(...ROWS);
const chosen = ({ lines }: Driver) => lines.find((line) => line.startsWith("▸"));

test("a run is a line: how it stands, what it is of, how old it is", () => {
  const [, title, first, second] = list().lines;
  expect(title).toMatch(/run +status +model +lang +layers +texts +age/);
  expect(first).toMatch(/^▸ demo-all +done +demo +2 +1,2 +10 +10m00$/);
  expect(second).toMatch(/^ {2}gemma +running 45% 2m05 +gemma-2b +2 +0-2,5,10 +all +10m00$/);
});

test("a wide terminal names the languages", () => {
  expect(new Driver(undefined, { columns: 160, rows: 50 }).list(...ROWS).text).toContain(
    "eng_Latn fra_Latn",
  );
});

test("before anything is read, and where there is nothing, it says so and what to do", () => {
  expect(new Driver().text).toContain("Reading the runs");
  expect(new Driver().list().text).toMatch(/No runs in \/runs yet.*\n.*n makes one/);
});

test("the cursor stays on its run while others come and go", () => {
  const driver = list().press("j", "j");
  expect(chosen(driver)).toContain("broken-off");
  expect(driver.text).toContain("model x is gated: accept its terms");
  driver.list(rowOf("new"), ...ROWS);
  expect(chosen(driver)).toContain("broken-off");
  driver.list(rowOf("new"));
  expect(chosen(driver)).toContain("new");
});

describe("the filter", () => {
  test("narrows the list as one types, by any word that a run has", () => {
    const driver = list().press("/").type("gemma run");
    expect(
      driver.lines.filter((line) => /^(▸| {1}) ?\S+ +(done|running|interr)/.test(line)),
    ).toHaveLength(1);
    expect(driver.press("enter").text).toContain("1 of 3 runs, by age   filter: gemma run");
    expect(driver.press("escape").text).toContain("3 runs, by age");
  });

  test("that nothing passes says how to see all again", () => {
    expect(list().press("/").type("zzz").text).toContain("No run has these words");
  });
});

test("s sorts by the next column", () => {
  const driver = list().press("s");
  expect(driver.lines.slice(2, 5).map((line) => line.slice(2, 7))).toEqual([
    "broke",
    "demo-",
    "gemma",
  ]);
});

describe("keys follow the run under the cursor", () => {
  test("what is finished opens, is exported, and can be marked", () => {
    const driver = list().press("e");
    expect(driver.effects).toEqual([{ type: "export_csv", folder: "/runs/demo-all", topK: 50 }]);
    expect(driver.press("p").effects.at(-1)).toEqual({ type: "report", folder: "/runs/demo-all" });
    driver.press("enter");
    expect(driver.top).toMatchObject({ kind: "run", folder: "/runs/demo-all" });
    expect(driver.effects.at(-1)).toEqual({ type: "open_run", folder: "/runs/demo-all" });
  });

  test("what is under way is followed and stopped", () => {
    const driver = list().press("j", "x");
    expect(driver.text).toContain("Stop this run?");
    expect(driver.press("n").effects).toEqual([]);
    expect(driver.press("x", "y").effects).toEqual([{ type: "stop", folder: "/runs/gemma" }]);
    expect(driver.press("r", "d").effects).toHaveLength(1);
    expect(driver.press("enter").top.kind).toBe("live");
  });

  test("what was interrupted is taken up again, by the command that a person would give", () => {
    const driver = list().press("G", "r");
    const args = ["compute", "--resume", "--out-dir", "/runs/broken-off"];
    expect(driver.effects).toEqual([{ type: "launch", args, folder: "/runs/broken-off" }]);
    expect(driver.top.kind).toBe("live");
  });
});

describe("deleting", () => {
  test("asks first, and any other answer than y keeps the run", () => {
    const driver = list().press("d");
    expect(driver.text).toContain("Delete this run and all that was computed?");
    expect(driver.press("n").effects).toEqual([]);
    expect(driver.press("d", "y").effects).toEqual([
      { type: "delete_run", folder: "/runs/demo-all" },
    ]);
  });

  test("of a start that never had a folder only forgets it", () => {
    const launch = {
      id: "7",
      at: "",
      host: "",
      pid: 1,
      folder: "/runs/a",
      args: [],
      started: null,
      isAlive: false,
      lastWords: "",
    };
    const driver = new Driver()
      .list(rowOf("a", { status: "failed", touched: "", launch }))
      .press("d", "y");
    expect(driver.effects).toEqual([{ type: "forget_launch", id: "7" }]);
  });
});

test("names are told apart: what the others leave is theirs, and the chosen one is told whole", () => {
  const name = "gemma-2-9b_paper-languages_seed09_layers-0-20";
  const driver = new Driver().list(rowOf(name), rowOf(`${name}-b`)).press("j");
  expect(driver.lines[2]).toContain("gemma-2-9b_paper-languages");
  expect(driver.text).toContain(`  ${name}-b`);
  expect(driver.text).toContain("2/2");
  expect(driver.press("d").text).toMatch(/It cannot be undone\. \(y\/n\)/);
});

test("a broken run says what is wrong with it", () => {
  const driver = new Driver().list(
    rowOf("a", { status: "broken", words: "Its meta.json is damaged" }),
  );
  expect(driver.text).toContain("Its meta.json is damaged");
});

test("a run that was just started is the chosen one", () => {
  const driver = new Driver().list(rowOf("a"));
  driver.list(rowOf("a"), rowOf("b")).hear({ type: "launched", folder: "/runs/b" });
  expect(driver.lines.find((line) => line.startsWith("▸"))).toContain("b");
});

test("c marks one and compares it with the next", () => {
  const driver = new Driver().list(rowOf("a"), rowOf("b")).press("c");
  expect(driver.text).toContain("◆ a");
  driver.press("c");
  expect((driver.top as RunsScreen).marked).toEqual([]);
  driver.press("c", "j", "c");
  expect(driver.effects).toEqual([
    { type: "compare", first: "/runs/a", second: "/runs/b", topK: 10 },
  ]);
});

import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { CONFIG_KEYS } from "../../../src/config/schema.js";
import {
  argumentsOf,
  choicesOf,
  commandLine,
  FORM_KEYS,
} from "../../../src/tui/screens/new-run/form.js";
import type { NewRunScreen } from "../../../src/tui/screens/new-run/state.js";
import { Driver } from "../../fixtures/tui.js";

const form = (size = { columns: 80, rows: 24 }) => new Driver(undefined, size).list().press("n");
const stateOf = (driver: Driver) => driver.top as NewRunScreen;
const goTo = (driver: Driver, key: string) =>
  driver.press("g", ...Array<string>(FORM_KEYS.indexOf(key as never)).fill("j"));

test("every key of a run's config is a field, and those of few values offer them", () => {
  expect([...FORM_KEYS].sort()).toEqual([...CONFIG_KEYS].sort());
  expect(choicesOf("pool")).toEqual(["token", "text"]);
  expect(choicesOf("split")).toEqual(["dev", "devtest"]);
  expect(choicesOf("model")).toContain("gemma-2b");
  expect(choicesOf("layers")).toBeNull();
});

test("a field shows what stands there anyway until something is typed", () => {
  const driver = goTo(form(), "layers");
  expect(driver.text).toMatch(/▸ layers +1,2,3/);
  driver.press("enter", "ctrl-u").type("2,3").press("enter");
  expect(stateOf(driver).values).toEqual({ model: "demo", layers: "2,3" });
  expect(driver.press("backspace").text).toMatch(/▸ layers +1,2,3/);
});

test("what is typed is checked at every key, in the words of the command line", () => {
  const driver = goTo(form(), "layers").press("enter", "ctrl-u").type("2,");
  expect(driver.text).toContain("--layers: found");
  expect(driver.type("3").text).not.toContain("found");
  driver.press("backspace").type("x").press("enter");
  expect(driver.text).toMatch(/✗layers/);
  // There is no plan of a form that is wrong.
  expect(driver.press("p").effects).toEqual([]);
});

test("Esc leaves a field as it was", () => {
  const driver = goTo(form(), "layers").press("enter").type("9").press("escape");
  expect(stateOf(driver).values).toEqual({ model: "demo" });
  expect(stateOf(driver).problems).toEqual([]);
});

test("the arrows choose, and a preset fills in the rest", () => {
  const driver = form().press("left");
  expect(stateOf(driver).values.model).not.toBe("demo");
  driver.press("right", "right", "right");
  while (stateOf(driver).values.model !== "gemma-2b") driver.press("right");
  expect(driver.text).toContain("google/gemma-2-2b");
  expect(driver.text).toMatch(/layers +0,2,5,10,15,20/);
});

test("a field of few values lists them, presets with what they are", () => {
  const driver = form().press("enter");
  expect(driver.text).toMatch(/▸ demo +the embedded/);
  expect(driver.press("g").text).toMatch(/▸ gemma-2b +Gemma 2 2B/);
  expect(stateOf(driver.press("escape")).values.model).toBe("demo");
  expect(stateOf(driver.press("enter", "g", "enter")).values.model).toBe("gemma-2b");
  expect(goTo(driver, "pool").press("enter").text).toMatch(/▸ token[\s\S]* {2}text/);
});

describe("languages", () => {
  const picker = () => goTo(form(), "languages").press("enter");

  test("are found by name or code, taken with Tab, and kept in the order in which they were taken", () => {
    const driver = picker()
      .type("catal")
      .press("tab")
      .press("ctrl-u")
      .type("glg")
      .press("tab", "enter");
    expect(stateOf(driver).values.languages?.split(",").slice(-2)).toEqual([
      "cat_Latn",
      "glg_Latn",
    ]);
  });

  test("come in named sets, which are taken and left as one", () => {
    const driver = picker().press("tab");
    expect(driver.text).toContain("0 chosen:");
    driver.press("down", "down", "tab");
    expect(driver.text).toContain("4 chosen:   spa_Latn por_Latn glg_Latn cat_Latn");
    driver.press("enter");
    expect(stateOf(driver).values.languages).toBe("spa_Latn,por_Latn,glg_Latn,cat_Latn");
  });

  test("left with Esc are as before", () => {
    expect(stateOf(picker().press("tab", "escape")).values).toEqual({ model: "demo" });
  });

  test("are those that the corpus has, the chosen ones first; Space takes and leaves them", () => {
    const driver = picker();
    expect(driver.effects.at(-1)).toEqual({ type: "list_languages", corpus: "udhr", split: "dev" });
    const codes = ["arb_Arab", "eng_Latn", "wuu_Hans", "glg_Latn"];
    driver.hear({ type: "languages_listed", corpus: "udhr", codes });
    expect(driver.text).not.toContain("ace_Arab");
    const rows = driver.lines.filter((line) => /\[.\] \w{3}_/.test(line));
    expect(rows.map((line) => line.slice(2, 14))).toEqual([
      ...["[x] arb_Arab", "[x] eng_Latn", "[ ] glg_Latn", "[ ] wuu_Hans"],
    ]);
    driver.press("end", " ");
    expect(driver.text).toContain("[x] wuu_Hans");
    expect(driver.text).toContain("11 chosen");
  });

  test("that nobody knows are not found", () => {
    expect(picker().type("klingon").text).toContain("No language of this corpus");
  });
});

describe("the plan", () => {
  const planned = (problems: string[] = []) =>
    form()
      .press("p")
      .hear({ type: "planned", lines: ["texts    492"], problems });

  test("is asked for with what was typed, and shows the command line", () => {
    const driver = planned();
    expect(driver.effects).toEqual([{ type: "plan", asked: { model: "demo" } }]);
    expect(driver.text).toContain("texts    492");
    expect(driver.text).toContain("npx vscore compute --model demo");
  });

  test("starts the run as that command would, and follows it", () => {
    const driver = planned().press("enter");
    const folder = resolve("v_score_runs/demo-100");
    expect(driver.effects.at(-1)).toEqual({
      type: "launch",
      args: ["compute", "--model", "demo"],
      folder,
    });
    // A start that fails leaves the form as it is.
    expect(driver.hear({ type: "told", tone: "wrong", text: "no disk" }).top.kind).toBe("new-run");
    driver.hear({ type: "launched", folder });
    expect(driver.top).toMatchObject({ kind: "live", folder });
    expect(driver.press("escape").top.kind).toBe("runs");
  });

  test("that cannot be says why, and does not start", () => {
    const driver = planned(["v_score_runs/demo-100 holds a run already."]);
    expect(driver.text).toContain("holds a run already");
    expect(driver.press("enter").top.kind).toBe("new-run");
    expect(driver.press("escape").text).toContain("▸ model");
  });
});

test("Esc asks before it throws away what was filled in", () => {
  expect(form().press("escape").top.kind).toBe("runs");
  const driver = goTo(form(), "n_texts_per_lang").press("enter").type("7").press("enter", "escape");
  expect(driver.text).toContain("lose what was filled in? (y/n)");
  expect(driver.press("n").top.kind).toBe("new-run");
  expect(driver.press("escape", "y").top.kind).toBe("runs");
});

test("a list that goes on says so", () => {
  expect(form().text).toMatch(/↓ \d+ more/);
  expect(form().press("G").text).toMatch(/↑ \d+ more/);
});

test("the command line quotes what a shell would take for something else", () => {
  const values = { model: "demo", n_texts_per_lang: "-1", out_dir: "my runs/a" };
  expect(commandLine(values)).toBe(
    "npx vscore compute --model demo --n-texts-per-lang -1 --out-dir 'my runs/a'",
  );
  expect(argumentsOf(values)).toEqual([
    "compute",
    "--model",
    "demo",
    "--n-texts-per-lang",
    "-1",
    "--out-dir",
    "my runs/a",
  ]);
});

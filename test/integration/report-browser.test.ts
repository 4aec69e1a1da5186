import { cpSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { CHART_KINDS, isOfControls } from "../../src/views/charts/kinds.js";
import { noBrowser, useBrowser } from "../fixtures/browser.js";
import { vscore } from "../fixtures/command.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const DEMO = "v_score_runs/demo";
const ODD = `<script>window.pwned=1</script>"><img src=x onerror="window.pwned=1">\u0007\u001b[2J\u202e!`;
/** The same as a reader sees it. */
const SEEN = `<script>window.pwned=1</script>"><img src=x onerror="window.pwned=1">\\u0007\\u001b[2J\\u202e!`;

if (noBrowser !== undefined) console.warn(`The report is not opened: ${noBrowser}`);

describe.skipIf(noBrowser !== undefined)("a report in a browser", () => {
  const at = useTempFolder();
  const open = useBrowser();

  async function reportOf(run: string): Promise<string> {
    const { exitCode, stderr } = await vscore("report", run, "--out-dir", at("out"));
    expect([exitCode, stderr]).toEqual([0, expect.not.stringMatching(/warn/i)]);
    return at("out", "report.html");
  }

  test("it draws every figure, from nothing but itself, and tells what is under the pointer", async () => {
    const file = await reportOf("demo");
    expect(statSync(file).size).toBeLessThan(6e6);
    const { page, complaints, requests } = await open(file);

    for (const kind of CHART_KINDS.filter((each) => !isOfControls(each))) {
      const marks = page.locator(`#figure-${kind} svg .role-mark > *`);
      expect(await marks.count(), kind).toBeGreaterThan(9);
    }

    const told = page.locator("#vg-tooltip-element.visible");
    const tells = async (mark: string, rows: readonly string[]) => {
      await page.locator(mark).first().hover({ force: true });
      await expect
        .poll(async () =>
          (await told.locator("tr").allInnerTexts()).map((row) => row.replace(/\s+/g, " ")),
        )
        .toEqual(rows);
    };
    // As `vscore show demo --layer 1 --top-k 1` prints it.
    await tells("#figure-figure-1 .mark-rect.role-mark path", [
      ...["layer 1", "language eng_Latn", "rank 1", "feature 17", "v 2.038"],
      "95 % interval [1.960, 2.121]",
    ]);
    // The number on a cell tells what the cell does.
    await tells("#figure-heatmap .mark-text.role-mark text", [
      ...["layer 1", "language eng_Latn", "feature 17", "v 2.038"],
    ]);
    await tells("#figure-layers .mark-symbol.role-mark path", [
      ...["layer 1", "language eng_Latn", "feature 17", "v 2.038"],
      "95 % interval [1.960, 2.121]",
    ]);
    await page.mouse.move(1, 1);
    await expect.poll(() => told.count()).toBe(0);

    const numbers = page.locator("#figure-overlap .mark-text.role-mark text");
    const before = await numbers.allTextContents();
    const slider = page.locator("#figure-overlap input[type=range]");
    expect(await slider.inputValue()).toBe("50");
    await slider.fill("5");
    await expect.poll(async () => (await numbers.allTextContents()).join()).not.toBe(before.join());
    expect(before.length).toBe(3 * 10 * 10);
    expect(await numbers.count()).toBe(before.length);

    // Folded until somebody asks.
    const context = page.locator("#best-features .text").first();
    expect(await context.isVisible()).toBe(false);
    await page.locator("#best-features summary").first().click();
    expect(await context.isVisible()).toBe(true);

    expect(complaints).toEqual([]);
    expect(requests).toEqual([pathToFileURL(file).href]);
  });

  test("nothing that a run holds is run: it is there as text", async () => {
    const run = at(`<img src=x onerror="window.pwned=1">`);
    cpSync(DEMO, run, { recursive: true });
    const rewrite = (file: string, change: (value: never) => void) => {
      const value = JSON.parse(readFileSync(`${run}/${file}`, "utf8"));
      change(value as never);
      writeFileSync(`${run}/${file}`, JSON.stringify(value));
    };
    rewrite("meta.json", (meta: { warnings: string[]; model_id: string }) => {
      meta.warnings = [ODD];
      meta.model_id = ODD;
    });
    type Contexts = { features: { contexts: { pieces: string[]; id: string }[] }[] };
    rewrite("examples.json", ({ features }: Contexts) => {
      for (const context of features.flatMap(({ contexts }) => contexts)) {
        context.pieces[0] = ODD;
        context.id = ODD;
      }
    });
    const { page, complaints, requests } = await open(await reportOf(run));
    expect(await page.title()).toContain(`<img src=x onerror="window.pwned=1">`);
    for (const place of ["header p", "tr:has(th:text-is('warning')) td", "#best-features .text"])
      expect(await page.locator(place).first().textContent(), place).toContain(SEEN);
    expect(await page.evaluate("window.pwned")).toBeUndefined();
    expect(await page.locator("img").count()).toBe(0);
    expect(complaints).toEqual([]);
    expect(requests).toHaveLength(1);
  });

  test("a feature's page is no wider than its window, and its bars begin where their column does", async () => {
    const { exitCode } = await vscore("feature", "demo", "2:86", "--html", at("feature.html"));
    expect(exitCode).toBe(0);
    const { page, complaints } = await open(at("feature.html"));
    await page.setViewportSize({ width: 1000, height: 700 });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(1000);
    const starts = await page.evaluate(
      `[...document.querySelectorAll(".languages .bar")].map((bar) => Math.round(bar.getBoundingClientRect().left))`,
    );
    expect(new Set(starts as number[]).size).toBe(1);
    const alignments = await page.evaluate(
      `[...document.querySelectorAll(".languages tr")].map((row) => [...row.children].map((cell) => getComputedStyle(cell).textAlign).join(" "))`,
    );
    expect(new Set((alignments as string[]).slice(1)).size).toBe(1);
    expect(complaints).toEqual([]);
  });
});

import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { writeReport } from "../../src/report/write-report.js";
import { CHART_KINDS } from "../../src/views/charts/kinds.js";
import { useTempFolder } from "../fixtures/temp-folder.js";
import { threeLanguageRun } from "../fixtures/tui.js";

const at = useTempFolder();

test("every figure is there as SVG and PNG, and in the page", async () => {
  const written = await writeReport(threeLanguageRun(), at());
  const expected = CHART_KINDS.flatMap((kind) => [`${kind}.png`, `${kind}.svg`]).sort();
  expect(readdirSync(at("figures")).sort()).toEqual(expected);
  const html = readFileSync(written.page, "utf8");
  for (const kind of CHART_KINDS) expect(html).toContain(`id="figure-${kind}"`);
  expect(html.length).toBeLessThan(6e6);
  expect(written.left_out).toEqual([]);
});

test("of a run of another tool, what needs means is left out and said to be", async () => {
  const foreign = {
    ...threeLanguageRun(),
    statistics: null,
    meta: { languages: ["eng_Latn", "fra_Latn", "tha_Thai"], layers: [1, 2] },
  };
  const { left_out, figures } = await writeReport(foreign, at());
  expect(left_out).toEqual(["features", "specialisation"]);
  expect(figures).toHaveLength(2 * (CHART_KINDS.length - 2));
});

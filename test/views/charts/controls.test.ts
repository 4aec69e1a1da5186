import { beforeAll, expect, test } from "vitest";
import { CONTROL_KINDS } from "../../../src/config/controls.js";
import { openRun } from "../../../src/runs/read.js";
import { canDraw, drawChart } from "../../../src/views/charts/kinds.js";
import { renderSvg } from "../../../src/views/charts/render.js";
import { writeControlledRun } from "../../fixtures/controlled-run.js";
import { failureOf } from "../../fixtures/failure.js";
import { useSharedTempFolder } from "../../fixtures/temp-folder.js";
import { threeLanguageRun } from "../../fixtures/tui.js";

const at = useSharedTempFolder();
beforeAll(() => {
  writeControlledRun(at("all"), CONTROL_KINDS);
  writeControlledRun(at("texts"), ["shuffled"]);
  writeControlledRun(at("random"), ["random-dictionary"]);
  writeControlledRun(at("none"), []);
});
const draw = (name: string, topK = 4) => drawChart(openRun(at(name)), "controls", { topK });

test("a panel a language and control, and a panel a language for the random dictionary", async () => {
  const { spec, title, caption } = draw("all");
  const svg = await renderSvg(spec);
  expect(title).toBe("The top 4 features of each language under controls, layer 1");
  for (const word of ["shuffled", "romanised", "random-tokens", "jpn_Jpan", "the run's own"])
    expect(svg).toContain(word);
  expect(svg).not.toContain("NaN");
  expect(caption).toMatch(/share of a feature's v that is left.* random directions that fire/);
});

test("only what there is, and only the languages that are asked for", async () => {
  const texts = await renderSvg(draw("texts").spec);
  expect(texts).toContain("shuffled");
  expect(texts).not.toMatch(/romanised|dictionary/);
  const { spec, caption } = drawChart(openRun(at("random")), "controls", {
    languages: ["fra_Latn"],
  });
  const random = await renderSvg(spec);
  expect(random).toContain("dictionary");
  expect(random).not.toMatch(/jpn_Jpan|share of v/);
  expect(caption).not.toMatch(/Points/);
});

test("shares beyond the axis stand at its end, and are told as they are", () => {
  const json = JSON.stringify(draw("all").spec);
  const shown = [...json.matchAll(/"left":([-\d.e]+),"shown":([-\d.e]+)/g)];
  expect(shown).toHaveLength(12);
  expect(shown.filter(([, left, clamped]) => left !== clamped)).toHaveLength(1);
  for (const [, left, clamped] of shown)
    expect(Number(clamped)).toBe(Math.min(1.25, Math.max(-0.25, Number(left))));
  expect(json).toMatch(/"kind":"romanised",.{0,90}"interval":"\[0\.\d+, 0\.\d+\]"/);
  expect(json).not.toContain('"tooltip":true');
});

test("a run without controls is told how to make them; one of another tool, that it has no means", () => {
  const run = openRun(at("none"));
  expect(canDraw(run, "controls")).toBe(false);
  expect(canDraw(openRun(at("all")), "controls")).toBe(true);
  expect(failureOf(() => draw("none")).message).toMatch(
    /has no controls\. Expected at least one\. Make them: npx vscore controls .* --kind all/,
  );
  const foreign = { ...threeLanguageRun(), statistics: null } as never;
  expect(canDraw(foreign, "controls")).toBe(false);
  expect(failureOf(() => drawChart(foreign, "controls", {})).message).toMatch(/has no means/);
});

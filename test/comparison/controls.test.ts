import { beforeAll, describe, expect, test } from "vitest";
import {
  type ControlsComparison,
  compareControls,
  isTiedAtCeiling,
  labelsOf,
} from "../../src/comparison/controls.js";
import { CONTROL_KINDS } from "../../src/config/controls.js";
import { controlsOf, openControl } from "../../src/runs/controls.js";
import { openRun } from "../../src/runs/read.js";
import { PLANTED, writeControlledRun } from "../fixtures/controlled-run.js";
import { useSharedTempFolder } from "../fixtures/temp-folder.js";

const at = useSharedTempFolder();

function compared(name: string): ControlsComparison {
  const run = openRun(at(name));
  const runs = new Map(controlsOf(run).map((kind) => [kind, openControl(run, kind)]));
  return compareControls(run, runs, { language: "jpn_Jpan", topK: 4 });
}

describe("what was planted is found", () => {
  let comparison: ControlsComparison;
  const of = (feature: number) =>
    comparison.features.find((each) => each.feature === feature) as (typeof comparison.features)[0];
  beforeAll(() => {
    writeControlledRun(at("run"), CONTROL_KINDS);
    comparison = compared("run");
  });

  test("a feature of a script, of word order, of tokens alone, of the first position", () => {
    expect(comparison.controls).toEqual([...CONTROL_KINDS]);
    expect(of(PLANTED.script).labels).toEqual(["script", "token"]);
    expect(of(PLANTED.order).labels).toEqual(["order"]);
    expect(of(PLANTED.token).labels).toEqual(["token"]);
    expect(of(PLANTED.sink).labels).toEqual(["token", "sink"]);
    expect(comparison.features.flatMap(({ unsure }) => unsure)).toEqual([]);
  });

  test("shares and their paired intervals hold what was planted, far closer than v is known", () => {
    const { kept, v, interval } = of(PLANTED.script);
    const romanised = kept.romanised;
    expect(romanised?.left).toBeCloseTo(0.1, 1);
    expect(romanised?.v).toBeCloseTo(0.1 * v, 0);
    expect(romanised?.interval?.lo).toBeLessThan(0.1);
    expect(romanised?.interval?.hi).toBeGreaterThan(0.1);
    const width = (romanised?.interval?.hi ?? 9) - (romanised?.interval?.lo ?? 0);
    expect(width).toBeLessThan(0.02);
    expect(interval).toBeNull();
  });

  test("how much of the languages the controls changed is told", () => {
    expect(comparison.letters_changed).toMatchObject({ eng_Latn: 0, jpn_Jpan: 0.98 });
    expect(comparison.words_moved).toEqual({ eng_Latn: 0.9, fra_Latn: 0, jpn_Jpan: 0.95 });
  });

  test("the dictionary and the random one stand side by side", () => {
    expect(comparison.random).toHaveLength(1);
    const [bests] = comparison.random;
    expect(bests?.real.v).toBe(of(PLANTED.script).v);
    expect((bests?.random.v ?? 0) / (bests?.real.v ?? 1)).toBeCloseTo(0.3, 1);
    expect(bests?.real.falling).toHaveLength(4);
    expect(bests?.real.auroc).toBeNull();
  });

  test("a run whose texts are no translations is paired text by text too", () => {
    writeControlledRun(at("single"), ["romanised"], { isParallel: false });
    const { features } = compared("single");
    const script = features.find(({ feature }) => feature === PLANTED.script);
    const { lo, hi } = script?.kept.romanised?.interval ?? { lo: 9, hi: 9 };
    expect(hi - lo).toBeLessThan(0.02);
  });

  test("from few texts nothing is claimed, and shares are told all the same", () => {
    writeControlledRun(at("few"), ["romanised"], { units: 20 });
    const [first] = compared("few").features;
    expect(first?.labels).toBeNull();
    expect(first?.unsure).toEqual([]);
    expect(first?.kept.romanised?.left).toBeCloseTo(0.1, 1);
  });
});

const found = {
  ...{ layer: 1, language: "jpn_Jpan", rank: 1, feature: 0, v: 2, interval: null, auroc: 0.9 },
  ...{ first_position_share: 0, kept: {} },
};
const [ALL, NONE] = [
  { letters: 1, words: 1 },
  { letters: 0, words: 0 },
];
const keeping = (left: number | null) => ({ v: 1, left, interval: null });

test("script is not said of a language whose letters hardly change", () => {
  const romanised = { ...found, kept: { romanised: keeping(0.1) } };
  expect(labelsOf(romanised, { letters: 0.98, words: 1 }, undefined)).toEqual(["script"]);
  expect(labelsOf(romanised, { letters: 0.05, words: 1 }, undefined)).toEqual([]);
});

test("order is not said of a language whose words hardly move", () => {
  const shuffled = { ...found, kept: { shuffled: keeping(0.1) } };
  expect(labelsOf(shuffled, { letters: 0, words: 0.1 }, undefined)).toEqual(["order"]);
  expect(labelsOf(shuffled, { letters: 0, words: 0.09 }, undefined)).toEqual([]);
});

test("half is enough for tokens and too much for script and order; of no share nothing is said", () => {
  const all = (left: number | null) => ({
    ...found,
    kept: {
      ...{ shuffled: keeping(left), romanised: keeping(left), "random-tokens": keeping(left) },
    },
  });
  expect(labelsOf(all(0.5), ALL, undefined)).toEqual(["token"]);
  expect(labelsOf(all(0.499), ALL, undefined)).toEqual(["script", "order"]);
  expect(labelsOf(all(null), ALL, undefined)).toEqual([]);
});

test("a random dictionary's best counts where it is at least as high", () => {
  const best = (v: number, auroc: number | null) => ({
    ...{ layer: 1, language: "jpn_Jpan" },
    real: { v: 2, margin: 1, auroc: 0.9, significant: 1, falling: [2] },
    random: { v, margin: 1, auroc, significant: 1, falling: [v] },
  });
  expect(labelsOf(found, NONE, best(2, 0.8))).toEqual(["random"]);
  expect(labelsOf(found, NONE, best(1.9, 0.9))).toEqual(["random-auroc"]);
  expect(labelsOf(found, NONE, best(1.9, null))).toEqual([]);
  expect(labelsOf({ ...found, auroc: null }, NONE, best(1.9, 1))).toEqual([]);
});

test("that both AUROCs are as high as can be is no match", () => {
  const best = (auroc: number) => ({
    ...{ layer: 1, language: "jpn_Jpan" },
    real: { v: 2, margin: 1, auroc: 1, significant: 1, falling: [2] },
    random: { v: 1, margin: 1, auroc, significant: 1, falling: [1] },
  });
  const of = (auroc: number) => ({ ...found, auroc, labels: [], unsure: [] });
  expect(labelsOf(of(1), NONE, best(1))).toEqual([]);
  expect(labelsOf(of(1 - 1e-7), NONE, best(1))).toEqual([]);
  expect(labelsOf(of(0.9999), NONE, best(1))).toEqual(["random-auroc"]);
  expect(isTiedAtCeiling(of(1), [best(1)])).toBe(true);
  expect(isTiedAtCeiling(of(1), [best(0.9999)])).toBe(false);
  expect(isTiedAtCeiling(of(0.9999), [best(1)])).toBe(false);
  expect(isTiedAtCeiling({ ...of(1), layer: 2 }, [best(1)])).toBe(false);
});

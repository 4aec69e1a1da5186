import { describe, expect, test } from "vitest";
import type { Fidelity } from "../../src/runs/fidelity-file.js";
import { judge, overall } from "../../src/selfcheck/verdict.js";

type Layer = Fidelity["layers"][number];
type Sums = Layer["languages"][string];

const of = { model_revision: null, texts_sha256: {} };
const sums = (changes: Partial<Sums> = {}): Sums => ({
  ...{ tokens: 100, not_finite: 0, active: 2000, error: 2, variance: 10, losses: null },
  ...changes,
});

/** The verdict on one layer, in float32 unless said. */
function verdictOn(
  { max_difference = 1e-6, ...changes }: Partial<Layer> & { max_difference?: number | null } = {},
  english: Partial<Sums> = {},
  dtype = "float32",
) {
  const layer: Layer = {
    ...{ layer: 3, stated_l0: 20, rebuilds: "out", untold: null, is_passed_on: true },
    languages: { eng_Latn: sums(english), fra_Latn: sums({ error: 4 }), tha_Thai: sums() },
    ...changes,
  };
  const machine = {
    ...{ layers: [{ layer: 3, max_difference }], tokens_per_s: 1, memory_bytes: 1, tf32: false },
  };
  const fidelity: Fidelity = { schema_version: 1, of, texts: {}, layers: [layer] };
  return judge(fidelity, dtype, new Map(), machine)[0] as ReturnType<typeof judge>[number];
}

test("a dictionary that rebuilds its text with as many features as stated is fine", () => {
  expect(verdictOn()).toEqual({
    layer: 3,
    reference: "eng_Latn",
    fvu: 0.2,
    worst: { language: "fra_Latn", fvu: 0.4 },
    l0: 20,
    stated_l0: 20,
    max_difference: 1e-6,
    verdict: "ok",
    reasons: [],
    failures: 0,
  });
});

test("without English the language that is rebuilt best is what counts", () => {
  const languages = { fra_Latn: sums({ error: 40 }), tha_Thai: sums({ error: 3 }) };
  expect(verdictOn({ languages })).toMatchObject({
    reference: "tha_Thai",
    fvu: 0.3,
    verdict: "warning",
    reasons: ["it cannot rebuild fra_Latn: v-scores there are noise"],
  });
});

test("English of too few tokens is no reference, and no language of so few is the worst", () => {
  const few = sums({ tokens: 12, error: 40 });
  const languages = { eng_Latn: few, fra_Latn: sums({ error: 3 }), tha_Thai: few };
  expect(verdictOn({ languages })).toMatchObject({
    ...{ reference: "fra_Latn", fvu: 0.3, worst: null, verdict: "ok" },
  });
});

test("a dictionary that does not say what it rebuilds is judged by what it activates", () => {
  const untold = { rebuilds: null, untold: "no hook_name_out", is_passed_on: false };
  const english = { error: 0, variance: 0 };
  expect(verdictOn(untold, english)).toMatchObject({ fvu: null, verdict: "warning" });
  expect(verdictOn({ ...untold, stated_l0: 101 }, english).verdict).toBe("failed");
});

test("where nobody compared a batch with a text alone, nothing is said of it", () => {
  const layer: Layer = {
    ...{ layer: 3, stated_l0: null, rebuilds: "out", untold: null, is_passed_on: true },
    languages: { eng_Latn: sums() },
  };
  const [check] = judge({ schema_version: 1, of, texts: {}, layers: [layer] }, "float32");
  expect(check).toMatchObject({ verdict: "ok", worst: null });
  expect(check).not.toHaveProperty("max_difference");
});

describe("what is off", () => {
  test.each<
    [string, Partial<Layer> & { max_difference?: number | null }, Partial<Sums>, string, string]
  >([
    ["half the variance is lost", {}, { error: 6 }, "warning", "60 % of the variance"],
    ["a constant would do better", {}, { error: 11 }, "failed", "FVU 1.10"],
    ["L0 is half of what is stated", { stated_l0: 41 }, {}, "warning", "20.0 features are active"],
    ["L0 is a fifth of what is stated", { stated_l0: 101 }, {}, "failed", "the release states 101"],
    ["L0 is five times what is stated", { stated_l0: 3.9 }, {}, "failed", "states 3.9"],
    ["no feature fires", {}, { active: 0 }, "failed", "no feature is active"],
    [
      "there is no token",
      { languages: { eng_Latn: sums({ tokens: 0 }) } },
      {},
      "failed",
      "no token",
    ],
    [
      "tokens are too few to tell",
      { languages: { eng_Latn: sums({ tokens: 49, error: 90 }) } },
      {},
      "warning",
      "only 49 tokens could be checked: too few to tell",
    ],
    ["all tokens are alike", {}, { error: 0, variance: 0 }, "warning", "all tokens are alike"],
    ["numbers are not finite", {}, { not_finite: 2 }, "failed", "2 tokens have numbers"],
    ["activations are NaN", { max_difference: null }, {}, "failed", "not finite"],
    ["a batch changes the numbers", { max_difference: 0.02 }, {}, "warning", "by 0.020"],
  ])("%s", (_, layer, english, verdict, words) => {
    const check = verdictOn(layer, english);
    expect(check.verdict).toBe(verdict);
    expect(check.reasons.join("\n")).toContain(words);
  });

  test("another language that cannot be rebuilt is a warning that names it", () => {
    const languages = { eng_Latn: sums(), tha_Thai: sums({ error: 12 }) };
    expect(verdictOn({ languages })).toMatchObject({
      verdict: "warning",
      worst: { language: "tha_Thai", fvu: 1.2 },
    });
  });

  test("in lower precision batches may differ", () => {
    expect(verdictOn({ max_difference: 0.3 }, {}, "bfloat16").verdict).toBe("ok");
  });

  test("without a stated L0 there is nothing to compare", () => {
    expect(verdictOn({ stated_l0: null }, { active: 9000 }).verdict).toBe("ok");
  });
});

test("the worst layer decides", () => {
  const [fine, odd, bad] = [verdictOn(), verdictOn({}, { error: 6 }), verdictOn({}, { error: 11 })];
  expect(overall([fine, fine])).toBe("ok");
  expect(overall([fine, odd])).toBe("warning");
  expect(overall([odd, bad, fine])).toBe("failed");
});

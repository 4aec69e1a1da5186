import { expect, test } from "vitest";
import { averageMatrix, interactions } from "../../../src/experiments/interactions/interactions.js";
import { ablationOf } from "../../fixtures/ablations.js";
import { failureOf } from "../../fixtures/failure.js";

const LANGUAGES = ["eng_Latn", "spa_Latn", "por_Latn"];
/** [evaluated][ablated], ΔCE a token of the first text; the second text has half as much again, and twice the tokens. */
const COSTS = {
  1: [
    [1, 0, 0],
    [0.2, 2, 0.5],
    [0, 0.1, 0.05],
  ],
  2: [
    [3, 0, 0.2],
    [0, 2, 1.5],
    [0, 0.3, 0.15],
  ],
};
const PER_TOKEN = (2 + 1.5 * 4) / 6;
const PER_TEXT = (1 + 1.5) / 2;
const result = ablationOf(LANGUAGES, COSTS);
const of = (changes: { config?: string; meanOver?: "tokens" | "texts" } = {}) =>
  interactions(
    { name: "ablate-1", result },
    { config: changes.config, meanOver: changes.meanOver ?? "tokens" },
  );
const close = (matrix: readonly (readonly number[])[], factor: number, rows: number[][]) => {
  for (const [i, row] of rows.entries())
    for (const [j, value] of row.entries()) expect(matrix[i]?.[j]).toBeCloseTo(factor * value, 10);
};

test("rows are evaluated languages, columns ablated ones; per layer and averaged, over tokens or texts", () => {
  const averaged = [
    [2, 0, 0.1],
    [0.1, 2, 1],
    [0, 0.2, 0.1],
  ];
  close(of().average, PER_TOKEN, averaged);
  close(of({ meanOver: "texts" }).average, PER_TEXT, averaged);
  close(of().layers[1]?.matrix ?? [], PER_TOKEN, COSTS[2]);
  expect(averageMatrix(of())).toEqual({ languages: LANGUAGES, matrix: of().average });
});

test("each row in parts of its own diagonal; none where that is not positive", () => {
  expect(of().normalized[1]?.[2]).toBeCloseTo(0.5);
  const idle = ablationOf(LANGUAGES, { 1: [[0, 1, 1], ...COSTS[1].slice(1)] });
  const found = interactions(
    { name: "ablate-1", result: idle },
    { config: undefined, meanOver: "tokens" },
  );
  expect(found.normalized[0]).toEqual([null, null, null]);
});

test("whose own features cost it most of all, and pairs by how one-sided they are, with intervals", () => {
  const found = of();
  expect(found.self_is_largest).toEqual(["eng_Latn", "spa_Latn"]);
  expect(found.others_are_larger).toMatchObject([{ evaluated: "por_Latn", ablated: "spa_Latn" }]);
  const [most] = found.asymmetry;
  expect(most).toMatchObject({ first: "spa_Latn", second: "por_Latn" });
  expect(most?.on_first).toBeCloseTo(PER_TOKEN * 1);
  expect(most?.interval_on_first?.lo).toBeCloseTo(1);
  expect(most?.interval_on_first?.hi).toBeCloseTo(1.5);
  expect(of({ meanOver: "texts" }).asymmetry[0]?.interval_on_first).toBeNull();
});

test("a configuration that it lacks, and one language in both roles, are refused", () => {
  expect(failureOf(() => of({ config: "top9" })).message).toContain(
    "--config top9: ablate-1 has top1",
  );
  const one = ablationOf(LANGUAGES, COSTS, { ablated: ["eng_Latn"] });
  const error = failureOf(() =>
    interactions({ name: "ablate-1", result: one }, { config: undefined, meanOver: "tokens" }),
  );
  expect(error.message).toContain("has 1 languages that were both evaluated and ablated");
});

import { expect, it } from "vitest";
import { CSV_HEADER } from "../../src/runs/csv.js";
import { fullCsv } from "../../src/runs/full-csv.js";
import { rankedBy } from "../../src/runs/rank-by.js";
import { evidenceOf } from "../fixtures/evidence.js";
import { fidelityOf } from "../fixtures/fidelities.js";
import { metaOf, runOf } from "../fixtures/runs.js";

const run = runOf(metaOf({ layers: [3], tokens_counted: { eng_Latn: 40, spa_Latn: 50 } }), {
  3: [
    [1, 3, 2],
    [-1, -3, -2],
  ],
});
const rowsOf = (csv: string) =>
  csv
    .trim()
    .split("\n")
    .map((line) => line.split(","));

it("seven columns as the companions have them, and behind them all that is known", () => {
  const [header, first, second, third] = rowsOf(
    fullCsv({ ...run, evidence: evidenceOf(["eng_Latn", "spa_Latn"], 3, 2) }, 3),
  );
  expect(header?.join()).toBe(
    `${CSV_HEADER},ci_lo,ci_hi,p,q,heldout_v,margin,auroc,rate,rate_elsewhere,tau,n_texts,n_tokens,first_position_share,fvu,heldout_on,ranked_by,score`,
  );
  // Rank 1 is feature 1: p and q are found by the feature, all else by the place.
  expect(first?.slice(0, 12)).toEqual([
    ...["3", "eng_Latn", "en", "English", "1", "1", "3.0", "20.0", "30.0", "1.0", "11.0", "60.0"],
  ]);
  expect(first?.slice(-7)).toEqual(["2", "40", "0.0", "", "halves", "v", "3.0"]);
  expect(second?.slice(4, 10)).toEqual(["2", "2", "2.0", "21.0", "31.0", "2.0"]);
  // Behind the best there is evidence of, p and q are all.
  expect(third?.slice(4, 12)).toEqual(["3", "0", "1.0", "", "", "0.0", "10.0", ""]);
});

it("says how much of a language the dictionary leaves unexplained", () => {
  const fidelity = fidelityOf(["eng_Latn", "spa_Latn"], [3], ["3 spa_Latn"]);
  const [, english, spanish] = rowsOf(fullCsv({ ...run, fidelity }, 1));
  expect([english?.at(-4), spanish?.at(-4)]).toEqual(["0.1", "0.75"]);
});

it("says by what rows are ranked, and what that is", () => {
  const [, first] = rowsOf(fullCsv(rankedBy(run, "margin"), 1));
  expect(first?.slice(-3)).toEqual(["", "margin", "6.0"]);
});

it("what is not known is empty", () => {
  const [, first] = rowsOf(fullCsv(run, 1));
  expect(first?.slice(7, 12)).toEqual(["", "", "", "", ""]);
});

it("held-out texts say what v of the feature is there", () => {
  const held = runOf(metaOf({ layers: [3], split: "devtest" }), {
    3: [
      [0, 1.5, 0],
      [0, -1.5, 0],
    ],
  });
  const [, first] = rowsOf(fullCsv({ ...run, heldOut: held }, 1));
  expect(first?.at(-3)).toBe("devtest");
  const means = held.statistics.get(3)?.mean ?? new Float32Array();
  expect(Number(first?.[11])).toBeCloseTo((means[1] as number) - (means[4] as number), 6);
});

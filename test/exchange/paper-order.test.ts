import { expect, test } from "vitest";
import { PAPER_TEN } from "../../src/config/languages.js";
import { inPaperOrder, PAPER_CODES } from "../../src/exchange/paper-order.js";
import type { ForeignRun } from "../../src/runs/foreign.js";
import { failureOf } from "../fixtures/failure.js";
import { tenLanguages } from "../fixtures/ten-languages.js";

const bests = (run: Parameters<typeof inPaperOrder>[0]) =>
  [...inPaperOrder(run)].map(([layer, { languages, features, index, value }]) => ({
    layer,
    index: Array.from({ length: languages }, (_, k) => index[k * features]),
    value: Array.from({ length: languages }, (_, k) => value[k * features]),
  }));

const IN_ORDER = {
  index: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  value: [10, 11, 12, 13, 14, 15, 16, 17, 18, 19],
};

test("the codes are those of the scripts' constant list", () => {
  expect(PAPER_CODES.join(" ")).toBe("en es fr ja ko pt th vi zh ar");
});

test("rows of a run in another order are put into the paper's, whole", () => {
  const shuffled = tenLanguages(PAPER_TEN.toReversed());
  expect(bests(tenLanguages())).toEqual([{ layer: 0, ...IN_ORDER }]);
  expect(bests(shuffled)).toEqual([{ layer: 0, ...IN_ORDER }]);
  const [ranking] = inPaperOrder(shuffled).values();
  expect(ranking).toEqual(tenLanguages().rankings.get(0));
});

test("layers come in ascending order", () => {
  const run = tenLanguages(PAPER_TEN, { layers: [7, 0, 20] });
  expect([...inPaperOrder(run).keys()]).toEqual([0, 7, 20]);
});

test("a language that is missing is named, and another run asked for", () => {
  const failure = failureOf(() =>
    inPaperOrder(tenLanguages(PAPER_TEN.map((code) => (code === "arb_Arab" ? "kas_Arab" : code)))),
  );
  expect(failure.kind).toBe("request");
  expect(failure.message).toContain("lacks arb_Arab and has kas_Arab besides");
  expect(failure.message).toContain("en es fr ja ko pt th vi zh ar");
  expect(failure.message).toContain("--languages paper");
  expect(failure.message).not.toContain("rescore");
});

test("a run over more languages is never cut: rescore is what makes one over the ten", () => {
  const { message } = failureOf(() => inPaperOrder(tenLanguages([...PAPER_TEN, "deu_Latn"])));
  expect(message).toContain("The run tiny has deu_Latn besides");
  expect(message).toMatch(/npx vscore rescore \S*nowhere\/tiny --languages paper/);
});

test("a run of another tool: older and short codes are understood, rescore is not advised", () => {
  const foreignOf = (languages: readonly string[]): ForeignRun => ({
    ...tenLanguages(PAPER_TEN),
    meta: { languages: [...languages], layers: [0] },
    statistics: null,
  });
  const older = PAPER_TEN.map((code) => (code === "cmn_Hans" ? "zho_Hans" : code));
  expect(bests(foreignOf(older))).toEqual([{ layer: 0, ...IN_ORDER }]);
  expect(bests(foreignOf(PAPER_CODES))).toEqual([{ layer: 0, ...IN_ORDER }]);
  // The same language twice is one too many.
  const twice = failureOf(() => inPaperOrder(foreignOf([...PAPER_TEN, "zh"])));
  expect(twice.message).toContain("has zh besides");
  expect(twice.message).not.toContain("rescore");
});

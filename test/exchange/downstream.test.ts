import { expect, test } from "vitest";
import { csvRecords } from "../../src/exchange/csv-records.js";
import { readDownstreamTable, readPickledDownstream } from "../../src/exchange/downstream.js";

test("tables of both generations", () => {
  const older = readDownstreamTable(
    csvRecords("task,metric,lang,baseline,ablated,delta\nQA,F1,en,41.4,0.3,-41.1\n"),
  );
  expect(older.data.rows).toEqual([
    {
      ...{ task: "QA", metric: "F1", language: "en", features: null },
      ...{ baseline: 41.4, ablated: 0.3, delta: -41.1 },
    },
  ]);
  const newer = readDownstreamTable(
    csvRecords(
      "task,metric,language,baseline,ablated,delta,delta_pct\nCLS,QWK,French,0.5,0.25,-0.25,-50\nCLS,QWK,ja,,,,\n",
    ),
  );
  expect(newer.languages).toEqual(["fr", "ja"]);
  expect(newer.data.rows).toMatchObject([
    { baseline: 0.5, delta_pct: -50 },
    { baseline: null, ablated: null, delta: null, delta_pct: null },
  ]);
  expect([...older.warnings, ...newer.warnings]).toEqual([]);
});

test("a delta that is none is said; rounding is none", () => {
  const head = "task,metric,lang,baseline,ablated,delta\n";
  const told = (row: string) => readDownstreamTable(csvRecords(head + row)).warnings;
  expect(told("QA,F1,en,41.44,0.25,-41.2\n")).toEqual([]);
  expect(told("QA,F1,fr,39,18,-85.5\n")).toEqual(["1 of 1 deltas are not ablated − baseline"]);
});

test.each([
  ["QA,F1,en,1,2\n", "5 cells in row 1, 6 in the header"],
  ["QA,F1,e n,1,2,1\n", '"e n" at row 1'],
  ["QA,F1,en,1,x,1\n", '"x" at row 1, column ablated'],
  ["", "no rows"],
])("a table that is none: %j", (rows, told) => {
  const text = `task,metric,lang,baseline,ablated,delta\n${rows}`;
  expect(() => readDownstreamTable(csvRecords(text))).toThrow(told);
});

test("a pickle becomes rows under the same names, with the layer and the features that were ablated", () => {
  const { data, layers, settings } = readPickledDownstream({
    results: {
      qa: { en: { baseline: 40, "top-1+2": 1 }, es: { baseline: 30 }, th: {} },
      classification_qwk: { fr: { baseline: null, "top-1+2": 0.5 } },
    },
    qa_examples: { en: { baseline: [{ question: "?", f1: 1 }] } },
    ablation_layer: 10,
    n_samples: 200,
    n_per_class: 40,
  });
  expect(data.rows).toEqual([
    {
      ...{ task: "qa", metric: "F1", language: "en", features: "top-1+2" },
      ...{ baseline: 40, ablated: 1, delta: -39 },
    },
    // Saved while the script was still at work.
    {
      ...{ task: "qa", metric: "F1", language: "es", features: null },
      ...{ baseline: 30, ablated: null, delta: null },
    },
    {
      ...{ task: "qa", metric: "F1", language: "th", features: null },
      ...{ baseline: null, ablated: null, delta: null },
    },
    {
      ...{ task: "classification_qwk", metric: "QWK", language: "fr", features: "top-1+2" },
      ...{ baseline: null, ablated: 0.5, delta: null },
    },
  ]);
  expect(data.examples).toEqual({ qa: { en: { baseline: [{ question: "?", f1: 1 }] } } });
  expect(layers).toEqual([10]);
  expect(settings).toEqual({ n_samples: 200, n_per_class: 40 });
  expect(() => readPickledDownstream({ results: { chess: { en: {} } } })).toThrow(
    "results of chess, where qa, qa_em, classification",
  );
});

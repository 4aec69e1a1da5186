import { expect, test } from "vitest";
import type { ExploredText } from "../../src/explore/explored-text.js";
import { exploreHtml } from "../../src/report/explore-html.js";

const speaks = [
  { language: "fra_Latn", share: 0.75 },
  { language: "tha_Thai", share: 0.25 },
];
const explored: ExploredText = {
  ...{ schema_version: 1, run: "tiny", text: "hi", top_k: 5, among: 100, ranked_by: "v" },
  tokens: [
    {
      ...{ piece: "<bos>", start: 0, end: 0, counted: false },
      layers: [{ layer: 2, features: [], speaks_for: [] }],
    },
    {
      ...{ piece: "<i>", start: 0, end: 3, counted: true },
      layers: [
        {
          layer: 2,
          features: [{ feature: 7, activation: 2.5, language: "fra_Latn", rank: 1, v: 3 }],
          speaks_for: speaks,
        },
      ],
    },
  ],
  layers: [{ layer: 2, speaks_for: speaks }],
  warnings: ["<b>cut</b>"],
};
const run = { model_id: "embedded:model", languages: ["eng_Latn", "fra_Latn", "tha_Thai"] };
const counts = [{ layer: 2, language: 3, all: 8 }];

test("the page says by which measure a language's features are its first", () => {
  expect(exploreHtml(explored, run, counts)).toContain("the first 100 of L's ranking with v");
  expect(exploreHtml({ ...explored, ranked_by: "dz" }, run, counts)).toContain(
    "the first 100 of L's ranking by dz with v",
  );
});

test("each token has the hue of its language, its features are told, nothing of the text is markup", () => {
  const html = exploreHtml(explored, run, counts);
  expect(html).toContain("French (fra_Latn) 75 %");
  expect(html).toContain(
    '<span title="fra_Latn 75 %, tha_Thai 25 %\n7 (fra_Latn, 2.500)" style="background:#e69f008c">&#60;i&#62;</span>',
  );
  expect(html).toContain(
    "An even share of 3 languages is 33.3 %. Language features: 3 of 8 at layer 2.",
  );
  expect(html).toContain('<bdi title="does not count"');
  expect(html).toContain("&#60;b&#62;cut&#60;/b&#62;");
  expect(html).not.toMatch(/<script|<i>|src=|href=/);
});

test("a text on which no language feature fires says so", () => {
  const silent = { ...explored, layers: [{ layer: 2, speaks_for: [] }] };
  expect(exploreHtml(silent, run, counts)).toContain("no language feature fires");
});

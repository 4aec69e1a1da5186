import { expect, test } from "vitest";
import type { MarkedTextResult } from "../../src/experiments/code-switching/marked-text.js";
import { markedTextLines } from "../../src/views/code-switch-table.js";

const on = (language: string, feature: number, in_text: number | null) => ({
  ...{ language, feature, in_text },
  alone: in_text === null ? null : 0.5,
});

const word = (name: string, tokens: number, ...values: (number | null)[]) => ({
  ...{ word: name, start: 0, end: 1, tokens, straddling: 0, tokens_alone: tokens },
  layers: [
    { layer: 2, languages: values.map((value, at) => on(["eng", "fra"][at] as string, at, value)) },
  ],
});

const result: MarkedTextResult = {
  ...{ schema_version: 1, run: "tiny", text: "a b c", warnings: [] },
  words: [word("a", 1, 1, 2), word("b", 1, 0, 0), word("c", 0, null, null)],
};

test("of each marked word, what fires: every column has a title, and says that nothing does", () => {
  const lines = markedTextLines(result).map((line) => line.replace(/ {2,}/g, " | "));
  expect(lines).toContain(
    "word | tokens | layer | strongest feature | in text / alone | second feature | in text / alone",
  );
  expect(lines.map((line) => line.trim())).toEqual(
    expect.arrayContaining([
      "a | 1 | 2 | fra 1 | 2.000 / 0.500 | eng 0 | 1.000 / 0.500",
      "b | 1 | 2 | none fires",
      "c | 0 | 2 | –",
    ]),
  );
});

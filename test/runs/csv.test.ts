import { expect, test } from "vitest";
import { CSV_HEADER, topFeaturesCsv } from "../../src/runs/csv.js";
import { runPython } from "../fixtures/python.js";
import { metaOf, runOf } from "../fixtures/runs.js";

/** What the steering repository does with the same rows. */
const PANDAS = `
import json, sys
import numpy as np, pandas as pd
rows = json.load(sys.stdin)
for row in rows:
    row["nu_value"] = float(np.float32(row["nu_value"]))
frame = pd.DataFrame(rows, columns=${JSON.stringify(CSV_HEADER.split(","))})
sys.stdout.write(frame.sort_values(["layer", "language_code", "rank"]).to_csv(index=False))
`;

const VALUES = [
  [1, 0.0001, 1e-5, 1e16, 0, -1, 1e-45],
  [123456.789, -1e-45, 3.4e38, -0.5, 1 / 3, 100, 1e-4],
  [2, 4, 6, 8, 10, 12, 14],
];
const NAMES: Record<string, [string, string]> = {
  spa_Latn: ["es", "Spanish"],
  deu_Latn: ["deu_Latn", "deu_Latn"],
  arb_Arab: ["ar", "Arabic"],
};
const RUN = runOf(metaOf({ languages: Object.keys(NAMES), layers: [10, 2] }), {
  10: VALUES,
  2: VALUES.toReversed(),
});

test("the bytes are those of pandas on the same rows", async () => {
  const rows = RUN.meta.layers.flatMap((layer) =>
    RUN.meta.languages.flatMap((language, k) =>
      Array.from({ length: 5 }, (_, place) => {
        const ranking = RUN.rankings.get(layer);
        return {
          layer,
          language_flores: language,
          language_code: NAMES[language]?.[0],
          language_name: NAMES[language]?.[1],
          rank: place + 1,
          feature_index: ranking?.index[k * 7 + place],
          nu_value: ranking?.value[k * 7 + place],
        };
      }),
    ),
  );
  // Without the end of the file: execa takes a final line end away.
  expect(topFeaturesCsv(RUN, 5).slice(0, -1)).toBe(
    await runPython(PANDAS, [], JSON.stringify(rows)),
  );
});

test("rows are sorted by layer as a number, short code, rank; other codes stand for themselves", () => {
  const [header, ...rows] = topFeaturesCsv(RUN, 1).trimEnd().split("\n");
  expect(header).toBe(CSV_HEADER);
  expect(rows.map((row) => row.split(",").slice(0, 5).join(" "))).toEqual([
    "2 arb_Arab ar Arabic 1",
    "2 deu_Latn deu_Latn deu_Latn 1",
    "2 spa_Latn es Spanish 1",
    "10 arb_Arab ar Arabic 1",
    "10 deu_Latn deu_Latn deu_Latn 1",
    "10 spa_Latn es Spanish 1",
  ]);
});

test("of some layers, the rows are those of the whole", () => {
  const whole = topFeaturesCsv(RUN, 2).split("\n");
  expect(topFeaturesCsv(RUN, 2, [10]).split("\n")).toEqual(
    whole.filter((row) => !row.startsWith("2,")),
  );
  expect(topFeaturesCsv(RUN, 2, [10, 2])).toBe(topFeaturesCsv(RUN, 2));
});

test("more features than there are gives all of them", () => {
  expect(topFeaturesCsv(RUN, 100).trimEnd().split("\n")).toHaveLength(1 + 2 * 3 * 7);
});

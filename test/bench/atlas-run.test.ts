import { expect, test } from "vitest";
import { overlapDistances } from "../../src/experiments/clustering/distances.js";
import { openRun } from "../../src/runs/read.js";
import { topFeatures } from "../../src/runs/top-features.js";
import { useSharedTempFolder } from "../fixtures/temp-folder.js";
import { codesOf, computeAtlas, lookAtAtlas } from "./atlas-run.js";
import { familyOf, SyntheticModel } from "./synthetic-frames.js";

const within = useSharedTempFolder();
const SMALL = {
  ...{ languages: 14, texts: 8, layers: 2, features: 560, l0: 20, tokensPerText: 16, seed: 1 },
};
const CODES = codesOf(SMALL);

test("a run over made-up frames finds what was planted: each language's own features, and families", async () => {
  const meta = await computeAtlas(within("run"), SMALL);
  expect(meta.languages).toEqual(CODES);
  const run = openRun(within("run"));
  const model = new SyntheticModel(SMALL);
  for (const { layer, language, feature } of topFeatures(run, { topK: 1 })) {
    const own = model.ownFeatures(meta.layers.indexOf(layer), CODES.indexOf(language));
    expect(own.has(feature), `${language} at layer ${layer}`).toBe(true);
  }
  const { distances } = overlapDistances(run, meta.layers, 20);
  for (const [k, row] of distances.entries()) {
    const nearest = row.map((d, other) => (other === k ? 2 : d));
    const other = nearest.indexOf(Math.min(...nearest));
    expect(familyOf(other, CODES.length), CODES[k]).toBe(familyOf(k, CODES.length));
  }
  expect(run.evidence?.facts).toMatchObject({ is_parallel: true, units: SMALL.texts });
});

test("every screen of it fits the terminal, and a language is found on it", () => {
  const size = { columns: 80, rows: 24 };
  const shown = lookAtAtlas(within("run"), size);
  for (const text of shown) expect(text.split("\n").length).toBeLessThanOrEqual(size.rows);
  expect(shown.at(-3)).toContain("1 of 14");
  expect(shown.at(-1)).toContain(CODES.at(-1));
});

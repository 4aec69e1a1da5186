import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openEvidenceFile } from "../../src/runs/evidence-file.js";
import { useTempFolder } from "../fixtures/temp-folder.js";
import { makeRun, timeParts, timeWhole } from "./evidence-run.js";
import { syntheticSums } from "./synthetic-sums.js";

const within = useTempFolder();
const SMALL = {
  ...{ languages: 3, texts: 12, layers: 2, features: 200, l0: 8, tokensPerText: 25, seed: 1 },
};

test("the benchmark measures evidence of every feature that fires, part by part and as a whole", async () => {
  makeRun(within(), SMALL);
  const { times, entries } = timeParts(within(), { sharesIds: true });
  expect(Object.keys(times)).toEqual([
    ...["reading", "scores", "by feature", "draws", "bootstrap", "halvings", "learning curve"],
    ...["AUROC and d_z", "permutations"],
  ]);
  expect(entries).toBe(
    [0, 1, 2].reduce((sum, k) => sum + (syntheticSums(SMALL, k).layers.get(0)?.sum.length ?? 0), 0),
  );
  const whole = await timeWhole(within(), { sharesIds: true });
  writeFileSync(within("evidence"), whole.bytes);
  const { facts, layers } = openEvidenceFile(within("evidence"));
  expect(facts).toMatchObject({ is_parallel: true, units: 12, untested: null });
  expect([...layers.keys()]).toEqual([0, 1]);
  const tested = [...layers.values()].flatMap(({ p }) => [...p.filter((each) => each <= 1)]);
  expect(tested).toHaveLength(facts.tests);
  expect((await timeWhole(within(), { sharesIds: true })).bytes).toEqual(whole.bytes);
});

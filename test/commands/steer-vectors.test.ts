import { writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { runLongExperiment } from "../../src/commands/run-long-experiment.js";
import { type SteerVectorsOptions, steerVectors } from "../../src/commands/steer-vectors.js";
import { rejectionOf } from "../fixtures/failure.js";
import { collectingOutput } from "../fixtures/output.js";
import { metaOf, runOf, writeRun } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
const signal = new AbortController().signal;
const written = () => {
  const run = runOf(metaOf(), { 1: [[1], [-1]] });
  writeRun(at("run"), run);
  return run;
};

// Where the engine were started, it would be looked for first.
it("a place where no vectors can be written is refused before the model is loaded", async () => {
  written();
  writeFileSync(at("file"), "");
  const options: SteerVectorsOptions = {
    ...{ source: ["es"], target: ["en"], trainTexts: 2, specialTokens: "drop", firstToken: "drop" },
    ...{ normalize: false, overwrite: false, json: false, output: at("file") },
  };
  const refused = await rejectionOf(steerVectors(at("run"), options, collectingOutput(), signal));
  expect(refused.message).toMatch(/file cannot be written: part of that path is a file/);
  const same = { ...options, target: ["spa_Latn"] };
  expect(
    (await rejectionOf(steerVectors(at("run"), same, collectingOutput(), signal))).message,
  ).toMatch(/^--source and --target are both spa_Latn/);
});

it("a run into which no experiment can be written is refused before any work", async () => {
  const run = written();
  writeFileSync(at("run", "experiments"), "");
  const work = () => Promise.reject(new Error("work was begun"));
  const refused = await rejectionOf(
    runLongExperiment(run, "steer-lid", work, {}, collectingOutput(), signal),
  );
  expect(refused.message).toMatch(/experiments cannot be written: part of that path is a file/);
  expect(refused.exitCode).toBe(3);
});

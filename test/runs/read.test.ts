import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { textsFingerprint } from "../../src/plan.js";
import { RUN_FILES, sumsFile } from "../../src/runs/files.js";
import { openExamples, openRun, openSums, runFolder } from "../../src/runs/read.js";
import { encodeScores } from "../../src/runs/score-files.js";
import { encodeSums } from "../../src/runs/sums-file.js";
import { failureOf } from "../fixtures/failure.js";
import { token } from "../fixtures/frames.js";
import { metaOf, runOf, writeRun } from "../fixtures/runs.js";
import { inMemory, languageSums } from "../fixtures/sums.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

/** A finished run on disk. */
function written() {
  const run = runOf(metaOf(), {
    1: [
      [3, 1, 2],
      [-3, -1, -2],
    ],
  });
  writeRun(at("run"), run);
  return run;
}

const refusal = () => {
  const error = failureOf(() => openRun(at("run")));
  expect(error.exitCode).toBe(2);
  return error.message;
};

test("a finished run is read as it was written", () => {
  const run = written();
  const { rankings, statistics, ...read } = openRun(at("run"));
  expect({
    ...read,
    ...{ rankings: new Map(rankings), statistics: new Map(statistics) },
  }).toEqual(run);
});

test("sums and examples of a run are read; examples that are not there are null", () => {
  const sums = languageSums("eng_Latn", { 1: [[token(0, [0, 1])]] }, 1);
  const texts_sha256 = { eng_Latn: textsFingerprint(sums.texts), spa_Latn: "another" };
  const begun = written();
  writeRun(at("run"), { ...begun, meta: { ...begun.meta, texts_sha256 } });
  const run = openRun(at("run"));
  expect(openExamples(run)).toBeNull();
  const examples = { schema_version: 1, features: [{ layer: 1, feature: 2, contexts: [] }] };
  writeFileSync(at("run", RUN_FILES.examples), JSON.stringify(examples));
  expect(openExamples(run)).toEqual(examples);
  mkdirSync(at("run", RUN_FILES.sumsFolder));
  writeFileSync(at("run", sumsFile("eng_Latn")), encodeSums(sums));
  expect(inMemory(openSums(run, "eng_Latn"))).toEqual(sums);
  expect(failureOf(() => openSums(run, "spa_Latn")).message).toContain("spa_Latn.safetensors");
  writeFileSync(at("run", sumsFile("spa_Latn")), encodeSums(sums));
  expect(failureOf(() => openSums(run, "spa_Latn")).message).toContain("not of the texts that");
});

test("a name is looked up in v_score_runs, else it is a path", () => {
  const home = process.cwd();
  process.chdir(at());
  try {
    mkdirSync("v_score_runs/named", { recursive: true });
    mkdirSync("named");
    mkdirSync("here");
    expect(runFolder("named")).toBe(runFolder("./v_score_runs/named"));
    expect(runFolder("./named")).not.toBe(runFolder("named"));
    expect(runFolder("here")).toMatch(/here$/);
    const { message, exitCode } = failureOf(() => runFolder("none"));
    expect(message).toContain("There is no run none");
    expect(message).toContain("one of ./v_score_runs: named");
    expect(exitCode).toBe(2);
  } finally {
    process.chdir(home);
  }
});

test("an unfinished run is refused with the way to go on", () => {
  written();
  rmSync(at("run", RUN_FILES.meta));
  expect(refusal()).toContain(`npx vscore compute --resume --out-dir ${at("run")}`);
  rmSync(at("run", RUN_FILES.config));
  expect(refusal()).toContain("It is not a run");
});

test("a run in the original tool's format is refused as such", () => {
  written();
  writeFileSync(at("run", RUN_FILES.meta), JSON.stringify({ languages: ["en"] }));
  expect(refusal()).toContain("is in the format of the original tool");
});

test.each([
  ["{", "is not JSON"],
  ["null", "does not have the form of this version"],
  ['{"schema_version": 2}', "does not have the form of this version"],
  [JSON.stringify({ ...metaOf(), more: 1 }), "does not have the form of this version"],
])("a meta.json of %s is refused", (meta, words) => {
  written();
  writeFileSync(at("run", RUN_FILES.meta), meta);
  expect(refusal()).toContain(`${at("run", RUN_FILES.meta)} is missing or broken: ${words}`);
});

test.each([RUN_FILES.scores, RUN_FILES.statistics])(
  "a %s that is cut or gone is refused",
  (file) => {
    written();
    const bytes = readFileSync(at("run", file));
    writeFileSync(at("run", file), bytes.subarray(0, bytes.length - 4));
    expect(refusal()).toContain(`${at("run", file)} is missing or broken`);
    rmSync(at("run", file));
    expect(refusal()).toContain(`${at("run", file)} is missing or broken: cannot be read`);
  },
);

test("scores that lack a layer, or have too few languages, do not fit the meta.json", () => {
  const run = written();
  writeFileSync(at("run", RUN_FILES.scores), encodeScores(new Map(), run.meta.languages));
  expect(refusal()).toContain("layer 1 does not fit meta.json");
  writeRun(at("run"), { ...run, meta: metaOf({ languages: ["a", "b", "c"] }) });
  expect(refusal()).toContain("layer 1 does not fit meta.json");
  writeRun(at("run"), run);
  const reordered = { ...run.meta, languages: [...run.meta.languages].reverse() };
  writeFileSync(at("run", RUN_FILES.meta), JSON.stringify(reordered));
  expect(refusal()).toContain("its languages (eng_Latn, spa_Latn) do not fit meta.json");
});

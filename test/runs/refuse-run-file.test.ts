import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { refuseKept, refuseRunFile } from "../../src/runs/refuse-run-file.js";
import { failureOf } from "../fixtures/failure.js";
import { metaOf, runOf, writeRun } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
beforeEach(() => {
  for (const name of ["mine", "other"]) {
    writeRun(at(name), runOf(metaOf(), {}));
    for (const made of ["sums", "experiments/ablate-1", "figures"])
      mkdirSync(at(name, made), { recursive: true });
  }
  writeFileSync(at("other", "experiments", "ablate-1", "result.json"), "{}");
  symlinkSync(at("other", "experiments", "ablate-1", "result.json"), at("link.svg"));
});

test.each([
  ["its facts", "mine/meta.json"],
  ["a sum", "mine/sums/eng_Latn.safetensors"],
  ["an experiment's rows", "mine/experiments/ablate-1/rows.safetensors"],
  ["another run's experiment", "other/experiments/ablate-1/result.json"],
  ["the same through a link", "link.svg"],
  ["another run's lock", "other/run.lock"],
])("%s is not written over", (_, name) => {
  const error = failureOf(() => refuseRunFile(at(name), at("mine"), "--html"));
  expect(error.exitCode).toBe(2);
  expect(error.message).toContain("--html");
});

test.each(["mine/figures/figure-1.svg", "mine/notes.txt", "other/figures/figure-1.svg", "x.svg"])(
  "%s may be written",
  (name) => {
    expect(() => refuseRunFile(at(name), at("mine"))).not.toThrow();
  },
);

test("folders that only the run writes into take no others", () => {
  expect(failureOf(() => refuseKept(at("other", "sums", "x"), "--out-dir")).message).toContain(
    "is in sums/ of the run in",
  );
  expect(() => refuseKept(at("sums", "x"), "--out-dir")).not.toThrow();
});

import { mkdirSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readAblation } from "../../../src/experiments/ablation/read-ablation.js";
import { ablationOf } from "../../fixtures/ablations.js";
import { failureOf } from "../../fixtures/failure.js";
import { useTempFolder } from "../../fixtures/temp-folder.js";

const at = useTempFolder();
const COSTS = {
  1: [
    [1, 0.1],
    [0.2, 2],
  ],
};
const run = () => ({ name: "tiny run", folder: at("run") });

function write(name: string, content: string): void {
  mkdirSync(at("run", "experiments", name), { recursive: true });
  writeFileSync(at("run", "experiments", name, "result.json"), content);
}

test("the latest, or the one that is named", () => {
  const result = ablationOf(["eng_Latn", "spa_Latn"], COSTS);
  write("ablate-2", JSON.stringify({ ...result, projection: "paper" }));
  write("ablate-10", JSON.stringify(result));
  mkdirSync(at("run", "experiments", "ablate-11"));
  expect(readAblation(run(), undefined)).toEqual({ name: "ablate-10", result });
  expect(readAblation(run(), "ablate-2").result.projection).toBe("paper");
  const place = at("run", "experiments", "ablate-2");
  expect(readAblation(run(), place).result.projection).toBe("paper");
  const other = at("other", "experiments", "ablate-2");
  expect(failureOf(() => readAblation(run(), other)).message).toContain(
    "it has ablate-10, ablate-2",
  );
});

test("where there is none it says how to make one", () => {
  const error = failureOf(() => readAblation(run(), undefined));
  expect(error.exitCode).toBe(2);
  expect(error.message).toContain("npx vscore ablate 'tiny run'");
  write("ablate-1", "{}");
  expect(failureOf(() => readAblation(run(), "ablate-7")).message).toContain("it has ablate-1");
});

test.each([
  ["half of a file", '{"schema_version": 1,'],
  ["another shape", '{"schema_version": 1, "cells": []}'],
])("%s is refused", (_, content) => {
  write("ablate-1", content);
  expect(failureOf(() => readAblation(run(), undefined)).message).toContain("is damaged or of");
});

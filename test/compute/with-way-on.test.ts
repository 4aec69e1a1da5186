import { expect, test } from "vitest";
import { withWayOn } from "../../src/compute/with-way-on.js";
import { VscoreError } from "../../src/errors.js";
import { explain } from "../../src/runs/atomic-write.js";

test("of a place that could not be written, it is told that the run need not begin anew", () => {
  const full = Object.assign(new Error("full"), { code: "ENOSPC" });
  const error = explain(full, "run/x") as VscoreError;
  expect(error.message).not.toContain("--resume");
  const told = withWayOn(error) as VscoreError;
  expect(told.message).toMatch(
    /same command again\. What the run finished is kept: the same command, compute with --resume/,
  );
  expect([told.kind, told.exitCode]).toEqual(["environment", 3]);
  expect(told.details).toEqual(error.details);
});

test("other failures pass through as they are", () => {
  for (const error of [new Error("?"), new VscoreError("request", "no such layer.")])
    expect(withWayOn(error)).toBe(error);
});

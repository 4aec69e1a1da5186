import { expect, test } from "vitest";
import { errnoOf, VscoreError } from "../src/errors.js";

test.each([
  ["bug", 1],
  ["request", 2],
  ["environment", 3],
  ["source", 4],
  ["cancelled", 130],
] as const)("an error of kind %s exits with %i: scripts rely on it", (kind, code) => {
  expect(new VscoreError(kind, "words").exitCode).toBe(code);
});

test("a system error is known by its code, anything else is not", () => {
  expect(errnoOf(Object.assign(new Error("x"), { code: "ENOENT" }))).toBe("ENOENT");
  expect(errnoOf(Object.assign(new Error("x"), { code: 7 }))).toBeUndefined();
  expect(errnoOf(new Error("x"))).toBeUndefined();
  expect(errnoOf("ENOENT")).toBeUndefined();
});

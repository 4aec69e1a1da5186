import { expect, it } from "vitest";
import { parseMethods, SEVEN, windowOf } from "../../../src/experiments/steering/methods.js";
import { failureOf } from "../../fixtures/failure.js";

const names = (text: string) => parseMethods(text).map(({ name }) => name);

it("all are the seven of the steering repository, and no steering is always among them", () => {
  expect(names("all")).toEqual(SEVEN.map(({ name }) => name));
  expect(names("SAE-3L,SV-1L")).toEqual(["No SV", "SV-1L", "SAE-3L"]);
  expect(names("Random")).toEqual(["No SV", "Random-1L", "Random-2L", "Random-3L"]);
});

it("what is no method is refused with those that there are", () => {
  for (const text of ["SV-4L", "sv", "none", ""])
    expect(failureOf(() => parseMethods(text)).message).toMatch(/Expected all, SV, SAE, Random/);
});

it("a window ends where the model does", () => {
  expect(windowOf({ k: 3 }, 1, 4)).toEqual([1, 2, 3]);
  expect(windowOf({ k: 3 }, 3, 4)).toEqual([3]);
  expect(windowOf({ k: 0 }, 1, 4)).toEqual([]);
});

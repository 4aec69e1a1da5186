import { expect, it } from "vitest";
import {
  isGated,
  parseMethods,
  SEVEN,
  windowOf,
} from "../../../src/experiments/steering/methods.js";
import { failureOf } from "../../fixtures/failure.js";

const names = (text: string) => parseMethods(text).map(({ name }) => name);

it("all are the seven of the steering repository, and no steering is always among them", () => {
  expect(names("all")).toEqual(SEVEN.map(({ name }) => name));
  expect(names("SAE-3L,SV-1L")).toEqual(["No SV", "SV-1L", "SAE-3L"]);
  expect(names("all,Learned-1L").at(-1)).toBe("Learned-1L");
  expect(names("Random")).toEqual(["No SV", "Random-1L", "Random-2L", "Random-3L"]);
});

it("what is no method is refused with those that there are", () => {
  for (const text of ["SV-4L", "sv", "none", ""])
    expect(failureOf(() => parseMethods(text)).message).toMatch(
      /Expected all, SV, SAE, Learned, Random/,
    );
});

it("gates that read features, trained or not, are told from those that are none", () => {
  const gated = parseMethods("SV,SAE-1L,Learned-1L,Random").filter(isGated);
  expect(gated.map(({ name }) => name)).toEqual(["SAE-1L", "Learned-1L"]);
});

it("a window ends where the model does", () => {
  expect(windowOf({ k: 3 }, 1, 4)).toEqual([1, 2, 3]);
  expect(windowOf({ k: 3 }, 3, 4)).toEqual([3]);
  expect(windowOf({ k: 0 }, 1, 4)).toEqual([]);
});

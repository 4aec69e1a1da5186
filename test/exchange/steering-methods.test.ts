import { expect, test } from "vitest";
import { methodName, methodOf } from "../../src/exchange/steering-methods.js";

test.each([
  ["No SV", "No SV", 0],
  ["SV-1L", "SV", 1],
  ["SAE-3L", "SAE", 3],
  ["Learned-2L", "Learned", 2],
  ["Thresholded-12L", "Thresholded", 12],
  ["Random-1L", "Random", 1],
  ["RandomSAE-2L", "RandomSAE", 2],
])("%s is %s over %i layers", (name, family, k) => {
  const method = methodOf(name);
  expect(method).toEqual({ family, k });
  expect(method === null ? "" : methodName(method)).toBe(name);
});

test.each(["", "SV", "SV-0L", "SV-1", "sv-1L", "No SV-1L", "SAE-1L ", "Chance-1L"])(
  "%j is no method",
  (name) => {
    expect(methodOf(name)).toBeNull();
  },
);

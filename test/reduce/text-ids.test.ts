import { expect, it } from "vitest";
import { sharedIds } from "../../src/reduce/text-ids.js";

const named = (...ids: string[]) => ids.map((id) => ({ id }));

it("translations share a number, whatever the order of languages", () => {
  const [english, spanish] = [named("b", "a", "c"), named("a", "b")];
  const found = sharedIds([english, spanish], true);
  expect(found).toEqual({
    ids: [
      [1, 0, 2],
      [0, 1],
    ],
    isParallel: true,
    hasDocuments: false,
    apart: [],
  });
  expect(sharedIds([spanish, english], true).ids).toEqual(found.ids.toReversed());
});

it("texts of one document have one number: that which the corpus names, or that in their ids", () => {
  const found = sharedIds([named("x#1", "x#2", "y#1"), named("x#9", "y#9")], true);
  expect(found).toEqual({
    ids: [
      [0, 0, 1],
      [0, 1],
    ],
    isParallel: true,
    hasDocuments: true,
    apart: [],
  });
  const told = ["1", "2"].map((id) => ({ id, document: "page" }));
  expect(sharedIds([told, told], true).ids).toEqual([
    [0, 0],
    [0, 0],
  ]);
});

it("texts are no translations without ids, or where one language has few of the others'", () => {
  const [all, few] = [named("a", "b", "c"), named("c", "d", "e")];
  expect(sharedIds([all, all], false).isParallel).toBe(false);
  expect(sharedIds([all, few], true).isParallel).toBe(false);
  // The one that is in the way is told, with how many of its texts are shared.
  expect(sharedIds([all, all, all, few], true)).toMatchObject({
    isParallel: false,
    apart: [{ language: 3, shared: 1, texts: 3 }],
  });
  expect(sharedIds([all, all, all, named("a", "b", "z")], true).isParallel).toBe(true);
});

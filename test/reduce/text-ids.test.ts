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
    hasDocuments: false,
  });
  expect(sharedIds([spanish, english], true).ids).toEqual(found.ids?.toReversed());
});

it("texts of one document have one number: that which the corpus names, or that in their ids", () => {
  expect(sharedIds([named("x#1", "x#2", "y#1"), named("x#9", "y#9")], true)).toEqual({
    ...{
      ids: [
        [0, 0, 1],
        [0, 1],
      ],
      hasDocuments: true,
    },
  });
  const told = [
    { id: "1", document: "page" },
    { id: "2", document: "page" },
  ];
  expect(sharedIds([told, told], true).ids).toEqual([
    [0, 0],
    [0, 0],
  ]);
});

it("without ids, or where few are in two languages, texts are no translations", () => {
  expect(sharedIds([named("1", "2"), named("1", "2")], false).ids).toBeNull();
  expect(sharedIds([named("a", "b", "c"), named("c", "d", "e")], true).ids).toBeNull();
});

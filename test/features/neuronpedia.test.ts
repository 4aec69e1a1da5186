import { expect, test } from "vitest";
import { neuronpediaPage } from "../../src/features/neuronpedia.js";
import { threeLanguageRun } from "../fixtures/tui.js";

const { meta } = threeLanguageRun() as { meta: Parameters<typeof neuronpediaPage>[0] };

test("the page is the one that the dictionary's metadata name", () => {
  expect(neuronpediaPage(meta, 1, 7)).toBe(
    "https://www.neuronpedia.org/gemma-2-2b/1-gemmascope-res-16k/7",
  );
});

test("without one, or without the layer, there is none", () => {
  expect(neuronpediaPage(meta, 2, 7)).toBeNull();
  expect(neuronpediaPage(meta, 9, 7)).toBeNull();
});

test("a random dictionary's feature has none, whatever stands at its number", () => {
  expect(neuronpediaPage({ ...meta, control: "random-dictionary" }, 1, 7)).toBeNull();
  expect(neuronpediaPage({ ...meta, control: "shuffled" }, 1, 7)).not.toBeNull();
});

test("an id cannot lead elsewhere", () => {
  const dictionaries = meta.dictionaries.map((each) => ({ ...each, neuronpedia_id: `a b/"?x=1#` }));
  expect(neuronpediaPage({ ...meta, dictionaries }, 1, 7)).toBe(
    "https://www.neuronpedia.org/a%20b/%22%3Fx%3D1%23/7",
  );
});

import { expect, test } from "vitest";
import { LayersOnDemand } from "../../src/runs/layers-on-demand.js";

/** Layers that tell when they are read. */
function counted(layers: readonly number[], bytes: number) {
  const read: number[] = [];
  const made = new LayersOnDemand(layers, bytes, (layer) => {
    read.push(layer);
    return `layer ${layer}`;
  });
  return { made, read };
}

test("it is a map of all layers in the order of the file, none of which is read before it is asked for", () => {
  const { made, read } = counted([10, 2], 1);
  expect([made.size, made.has(2), made.has(3), [...made.keys()]]).toEqual([
    2,
    true,
    false,
    [10, 2],
  ]);
  expect(made.get(3)).toBeUndefined();
  expect(read).toEqual([]);
  const all = new Map([
    [10, "layer 10"],
    [2, "layer 2"],
  ]);
  expect(new Map(made)).toEqual(all);
  const told = new Map<number, string>();
  made.forEach((of, layer) => {
    told.set(layer, of);
  });
  expect(told).toEqual(all);
  expect([...made.values()]).toEqual([...all.values()]);
});

test("of small files every layer is read once; of large ones those that were asked for last are kept", () => {
  const small = counted([1, 2, 3], 1e6);
  for (const layer of [1, 2, 3, 1, 2, 3]) small.made.get(layer);
  expect(small.read).toEqual([1, 2, 3]);
  const large = counted([1, 2, 3], 60e6);
  for (const layer of [1, 2, 1, 3, 1, 2]) large.made.get(layer);
  expect(large.read).toEqual([1, 2, 3, 2]);
  const huge = counted([1, 2], 1e12);
  for (const layer of [1, 1, 2, 2, 1]) huge.made.get(layer);
  expect(huge.read).toEqual([1, 2, 1]);
});

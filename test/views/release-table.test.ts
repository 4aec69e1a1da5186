import { expect, test } from "vitest";
import type { Release } from "../../src/registry/releases.js";
import { releaseDetails, releaseLines } from "../../src/views/release-table.js";

const release = (
  ids: [id: string, l0: number | null][],
  changes: Partial<Release> = {},
): Release => ({
  name: "some-res",
  model: "gemma-2-2b",
  repository: "google/some",
  loader: null,
  dictionaries: ids.map(([id, l0]) => ({ id, path: id, l0, neuronpedia: null })),
  ...changes,
});

test("a release is a line with its layers, widths and L0, or why it cannot be run", () => {
  const lines = releaseLines([
    release([
      ["layer_0/width_16k/a", 10],
      ["layer_1/width_65k/a", 30.4],
    ]),
    release([["layer_0", null]], { model: "Qwen/Qwen3.5-2B-Base" }),
  ]);
  expect(lines[2]).toMatch(/^gemma-2-2b +some-res +2 +0,1 +16k 65k +10–30$/);
  expect(lines[3]).toMatch(/^Qwen3\.5-2B-Base +some-res +1 +0 +\? +Qwen 3\.5 is not supported$/);
});

test("one release shows its templates, and a command that would compute with them", () => {
  const said = releaseDetails(
    release([
      ["layer_0/a", null],
      ["layer_4/a", null],
    ]),
  ).join("\n");
  expect(said).toMatch(/^layer_\{layer\}\/a +0,4 +\?$/m);
  expect(said).toContain("--model-id google/gemma-2-2b");
  expect(said).toContain("--sae-release some-res --layers 0,4 --languages paper");
  expect(said).toContain("--sae-id-template 'layer_{layer}/a'");
});

test("ids that differ by their L0 from layer to layer are shown together, and given one by one", () => {
  const ids = Array.from({ length: 50 }, (_, layer): [string, number] => [
    `layer_${layer}/average_l0_${layer + 100}`,
    layer + 100,
  ]);
  const said = releaseDetails(release(ids)).join("\n");
  expect(said).toMatch(/^layer_\{layer\}\/average_l0_\* +0-49 +\? +100–149$/m);
  expect(said).toContain("--layers 0,10,20,29,39,49");
  expect(said).toContain("--sae-ids 0=layer_0/average_l0_100,10=layer_10/average_l0_110,");
});

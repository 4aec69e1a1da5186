import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { basename } from "node:path";
import { expect, test } from "vitest";
import { PAPER_TEN } from "../../src/config/languages.js";
import { writePaperIndex } from "../../src/exchange/paper-index.js";
import { inPaperOrder, PAPER_CODES } from "../../src/exchange/paper-order.js";
import { readable, writeSaeFeatures } from "../../src/exchange/sae-features.js";
import { rejectionOf } from "../fixtures/failure.js";
import { useTempFolder } from "../fixtures/temp-folder.js";
import { tenLanguages } from "../fixtures/ten-languages.js";

const at = useTempFolder();

/** In place of the engine: copies the source, and notes which tensor was asked for. */
function tensors() {
  const asked: string[] = [];
  const write = async (source: string, target: string, tensor: string) => {
    asked.push(tensor);
    expect(basename(target)).toMatch(/\.unfinished$/);
    copyFileSync(source, target);
  };
  return { asked, write };
}

test("the folder has what the scripts read, metadata.json last", async () => {
  const { asked, write } = tensors();
  const rankings = inPaperOrder(tenLanguages(PAPER_TEN, { layers: [5, 0] }));
  await writeSaeFeatures(at("out"), rankings, async (...request) => {
    expect(existsSync(at("out", "metadata.json"))).toBe(false);
    await write(...request);
  });
  expect(asked).toEqual(["layer.0.index", "layer.0.value", "layer.5.index", "layer.5.value"]);
  const layer = (n: number) =>
    ["indices.pt", "readable.json", "values.pt"].map((ending) => `layer_${n}_${ending}`);
  expect(readdirSync(at("out")).sort()).toEqual([...layer(0), ...layer(5), "metadata.json"]);
  expect(JSON.parse(readFileSync(at("out", "metadata.json"), "utf8"))).toEqual({
    languages: PAPER_CODES,
    layers: [0, 5],
    d_sae: 24,
  });
});

test("readable lists: best 20 of each language, both names of v, six decimals", () => {
  const [, ranking] = [...inPaperOrder(tenLanguages(PAPER_TEN, { layers: [1, 2] })).values()];
  const lists = readable(ranking as NonNullable<typeof ranking>);
  expect(Object.keys(lists)).toEqual([...PAPER_CODES]);
  expect(lists.fr).toHaveLength(20);
  expect(lists.fr?.slice(0, 2)).toEqual([
    { rank: 1, feature_idx: 2, v_score: 12.666667, nu_score: 12.666667 },
    { rank: 2, feature_idx: 0, v_score: 0, nu_score: 0 },
  ]);
  const [narrow] = inPaperOrder(tenLanguages(PAPER_TEN, { features: 12 })).values();
  expect(readable(narrow as NonNullable<typeof narrow>).ar).toHaveLength(12);
});

test("dictionaries of different widths have no place in the format", async () => {
  const [wide, narrow] = [24, 12].map((features) =>
    inPaperOrder(tenLanguages(PAPER_TEN, { features })).get(0),
  );
  const rankings = new Map([
    [0, wide as NonNullable<typeof wide>],
    [3, narrow as NonNullable<typeof wide>],
  ]);
  const { asked, write } = tensors();
  const { message } = await rejectionOf(writeSaeFeatures(at("out"), rankings, write));
  expect(message).toContain("24 (layer 0), 12 (layer 3)");
  expect(message).toContain("export paper-index");
  expect(asked).toEqual([]);
  await writePaperIndex(at("index"), rankings, write);
  expect(readdirSync(at("index"), { recursive: true }).sort()).toEqual([
    "layer_0",
    "layer_0/top_index_per_lan_magnitude.pth",
    "layer_3",
    "layer_3/top_index_per_lan_magnitude.pth",
  ]);
  expect(asked).toEqual(["layer.0.index", "layer.3.index"]);
});

test("an earlier export is replaced, with the layers that it had more; what people put there stays", async () => {
  const { write } = tensors();
  const over = (layers: number[]) => inPaperOrder(tenLanguages(PAPER_TEN, { layers }));
  await writeSaeFeatures(at("out"), over([0, 1]), write);
  mkdirSync(at("out", "mine"));
  writeFileSync(at("out", "layer_notes.txt"), "");
  await writeSaeFeatures(at("out"), over([1]), write);
  expect(readdirSync(at("out")).sort()).toEqual(
    ["layer_1_indices.pt", "layer_1_readable.json", "layer_1_values.pt"].concat([
      "layer_notes.txt",
      "metadata.json",
      "mine",
    ]),
  );
});

test("an export that fails leaves nothing, neither of itself nor of an earlier one", async () => {
  const { write } = tensors();
  const rankings = inPaperOrder(tenLanguages(PAPER_TEN, { layers: [0, 1] }));
  await writeSaeFeatures(at("out"), rankings, write);
  const failing = async (source: string, target: string, tensor: string) => {
    if (tensor === "layer.1.index") throw new Error("the engine ended");
    await write(source, target, tensor);
  };
  await expect(writeSaeFeatures(at("out"), rankings, failing)).rejects.toThrow("the engine ended");
  expect(existsSync(at("out"))).toBe(false);
  await expect(writePaperIndex(at("out"), rankings, failing)).rejects.toThrow("the engine ended");
  expect(existsSync(at("out"))).toBe(false);
});

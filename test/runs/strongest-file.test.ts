import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { StrongestTexts } from "../../src/reduce/strongest-texts.js";
import { openStrongestFile, writeStrongestFile } from "../../src/runs/strongest-file.js";
import { frameOf, token } from "../fixtures/frames.js";
import { DROP } from "../fixtures/sums.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

function kept(value: number) {
  const layer = new StrongestTexts(3, DROP);
  layer.add(frameOf([{ text: 0, tokens: [token(0, [2, value]), token(0), token(0, [0, 1])] }]));
  return layer.finish();
}

const OF = { language: "fra_Latn", provenance: { model: "tiny@1", texts: "t" } };

test("what is written is read back, in the order of its layers", async () => {
  const layers = new Map([
    [7, kept(2)],
    [3, new StrongestTexts(3, DROP).finish()],
  ]);
  await writeStrongestFile(at("kept"), layers, OF);
  const read = openStrongestFile(at("kept"), OF);
  expect(new Map(read)).toEqual(layers);
  expect([...read.keys()]).toEqual([7, 3]);
});

test("a file that was damaged is refused", async () => {
  await writeStrongestFile(at("kept"), new Map([[7, kept(2)]]), OF);
  const bytes = readFileSync(at("kept"));
  bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
  writeFileSync(at("kept"), bytes);
  expect(() => openStrongestFile(at("kept"), OF)).toThrow("not what was written");
});

test.each([
  ["another language", { ...OF, language: "eng_Latn" }],
  ["sums that were made otherwise", { ...OF, provenance: { ...OF.provenance, model: "tiny@2" } }],
])("what was kept of %s is refused", async (_, of) => {
  await writeStrongestFile(at("kept"), new Map([[7, kept(2)]]), of);
  expect(() => openStrongestFile(at("kept"), OF)).toThrow(`it is of ${of.language}`);
});

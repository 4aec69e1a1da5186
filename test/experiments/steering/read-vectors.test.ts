import { writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { type BankFacts, encodeBank } from "../../../src/experiments/steering/bank-file.js";
import { readVectors, toldVectors } from "../../../src/experiments/steering/read-vectors.js";
import { rejectionOf } from "../../fixtures/failure.js";
import { FakeJobs } from "../../fixtures/fake-jobs.js";
import { metaOf } from "../../fixtures/runs.js";
import { useTempFolder } from "../../fixtures/temp-folder.js";

const at = useTempFolder();
const jobs = new FakeJobs({});
const meta = metaOf({ model_id: "google/gemma-2-2b", model_revision: "a".repeat(40) });
const pair = { source: "fra_Latn", target: "eng_Latn" };
const facts: BankFacts = {
  ...{ schema_version: 1, run: "r", model_id: meta.model_id, dtype: "float32", ...pair },
  ...{ model_revision: meta.model_revision, train_n: 2, corpus: "flores", split: "dev" },
  ...{ corpus_revision: null, special_tokens: "drop", first_token: "drop", normalize: false },
  ...{ layers: [20, 21], texts: ["0123456789abcdef"] },
};
const bank = () =>
  new Map([
    [20, Float32Array.of(1, 2)],
    [21, Float32Array.of(3, 4)],
  ]);
const written = (name: string, changes: Partial<BankFacts> = {}, vectors = bank()) => {
  writeFileSync(at(name), encodeBank(vectors, { ...facts, ...changes }));
  return at(name);
};
const read = (path: string, needed = [20, 21], width = 2) =>
  readVectors(path, pair, needed, { meta, width }, jobs);

it("vectors come back to the last bit, from their file and from its folder", async () => {
  const file = written("sv_gemma-2-2b_fr_to_en_train2.safetensors");
  for (const path of [file, at(".")]) expect((await read(path)).bank).toEqual(bank());
  expect(await toldVectors(file, [pair], meta, jobs)).toEqual([facts]);
});

it.each([
  [{ model_id: "google/gemma-2-9b" }, /holds vectors of google\/gemma-2-9b .*, the run is of/],
  [{ model_revision: "b".repeat(40) }, /holds vectors of google\/gemma-2-2b \(bbb/],
  [{ source: "spa_Latn" }, /leads from spa_Latn into eng_Latn. Expected fra_Latn into eng_Latn/],
])("vectors of %o are refused", async (changes, message) => {
  const failure = await rejectionOf(read(written("bank.safetensors", changes)));
  expect(failure.message).toMatch(message);
});

it("vectors without a layer that is steered, of another width, or with NaN, are refused", async () => {
  const file = written("bank.safetensors");
  expect((await rejectionOf(read(file, [20, 22]))).message).toMatch(/and none of 22/);
  expect((await rejectionOf(read(file, [20], 3))).message).toMatch(/have 3/);
  const broken = written("nan.safetensors", {}, new Map([[20, Float32Array.of(1, Number.NaN)]]));
  expect((await rejectionOf(read(broken, [20]))).message).toMatch(/holds NaN/);
});

it("a path that is not there, a folder without the pair, and what is no bank, are refused", async () => {
  expect((await rejectionOf(read(at("none")))).message).toMatch(/is not there/);
  expect((await rejectionOf(read(at(".")))).message).toMatch(/has no file sv_gemma-2-2b_fr_to_en/);
  writeFileSync(at("odd.safetensors"), "odd");
  expect((await rejectionOf(read(at("odd.safetensors")))).message).toMatch(
    /holds no steering vectors/,
  );
});

it("of vectors of two numbers of texts, the file is to be named", async () => {
  written("sv_gemma-2-2b_fr_to_en_train2.safetensors");
  written("sv_gemma-2-2b_fr_to_en_train20.safetensors");
  expect((await rejectionOf(read(at(".")))).message).toMatch(/Name the file itself/);
});

import { readFileSync, writeFileSync } from "node:fs";
import { execaSync } from "execa";
import { expect, it } from "vitest";
import { encodeSafetensors } from "../../../src/engine/write-safetensors.js";
import { type BankFacts, encodeBank } from "../../../src/experiments/steering/bank-file.js";
import { readBanks, refuseUnfit } from "../../../src/experiments/steering/read-vectors.js";
import { bankTensors } from "../../../src/experiments/steering/vectors.js";
import { textHash } from "../../../src/plan.js";
import { failureOf, rejectionOf } from "../../fixtures/failure.js";
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
const read = async (path: string) => {
  const [found] = (await readBanks(path, [pair], meta, jobs)).values();
  if (found === undefined) throw new Error("nothing was read");
  return found;
};

it("vectors come back to the last bit, from their file and from its folder", async () => {
  const file = written("sv_gemma-2-2b_fr_to_en_train2.safetensors");
  for (const path of [file, at(".")]) expect((await read(path)).bank).toEqual(bank());
  expect((await read(file)).facts).toEqual(facts);
});

it("what was read is told by its hash, and stays what it was though the file changes", async () => {
  const file = written("bank.safetensors");
  const before = await read(file);
  expect(before.sha256).toBe(textHash(readFileSync(file)));
  written("bank.safetensors", {}, new Map([[20, Float32Array.of(5, 6)]]));
  expect(before.bank).toEqual(bank());
  const after = await read(file);
  expect(after.facts?.texts).toEqual(before.facts?.texts);
  expect(after.sha256).not.toBe(before.sha256);
});

it("of several pairs, a file is read once", async () => {
  writeFileSync(at("bare.pt"), "bytes");
  let reads = 0;
  class Torch extends FakeJobs {
    override async readBank(source: string, target: string, name: string) {
      reads += 1;
      expect([readFileSync(source, "utf8"), name]).toEqual(["bytes", at("bare.pt")]);
      writeFileSync(target, encodeSafetensors(new Map(bankTensors(bank()))));
      return { metadata: null, layers: [20, 21] };
    }
  }
  const other = { source: "fra_Latn", target: "spa_Latn" };
  const found = await readBanks(at("bare.pt"), [pair, other, pair], meta, new Torch({}));
  expect([...found.keys()]).toEqual(["fra_Latn eng_Latn", "fra_Latn spa_Latn"]);
  expect(reads).toBe(1);
});

it("a pipe is refused and not waited for", async () => {
  execaSync("mkfifo", [at("pipe.safetensors")]);
  const { message, kind } = await rejectionOf(read(at("pipe.safetensors")));
  expect(message).toMatch(/pipe\.safetensors is no file\. Expected one of steering vectors/);
  expect(kind).toBe("request");
  execaSync("mkfifo", [at("sv_gemma-2-2b_fr_to_en_train2.pt")]);
  expect((await rejectionOf(read(at(".")))).message).toMatch(/train2\.pt is no file/);
});

it.each([
  [{ model_id: "google/gemma-2-9b" }, /holds vectors of google\/gemma-2-9b .*, the run is of/],
  [{ model_revision: "b".repeat(40) }, /holds vectors of google\/gemma-2-2b \(bbb/],
  [{ source: "spa_Latn" }, /leads from spa_Latn into eng_Latn. Expected fra_Latn into eng_Latn/],
])("vectors of %o are refused", async (changes, message) => {
  const failure = await rejectionOf(read(written("bank.safetensors", changes)));
  expect(failure.message).toMatch(message);
});

it("vectors without a layer that is steered, of another width, or not finite, are refused", () => {
  const unfit = (vectors: Map<number, Float32Array>, needed: number[], width = 2) =>
    failureOf(() => refuseUnfit({ file: "f", bank: vectors }, needed, width)).message;
  expect(unfit(bank(), [20, 22])).toMatch(/and none of 22/);
  expect(unfit(bank(), [20], 3)).toMatch(/has 2 numbers\. Expected 3/);
  const holding = (odd: number) => unfit(new Map([[20, Float32Array.of(1, odd)]]), [20]);
  expect(holding(Number.NaN)).toMatch(/holds NaN\. Expected 2 finite numbers/);
  expect(holding(Number.POSITIVE_INFINITY)).toMatch(/holds Infinity\. Expected 2 finite/);
  refuseUnfit({ file: "f", bank: bank() }, [20, 21], 2);
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

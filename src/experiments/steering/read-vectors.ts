import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join, parse } from "node:path";
import { z } from "zod";
import { currentCode } from "../../config/languages.js";
import type { EngineJobs } from "../../engine/engine-jobs.js";
import { SafetensorsError } from "../../engine/safetensors.js";
import { errnoOf, requestError } from "../../errors.js";
import { textHash } from "../../plan.js";
import { writeWhole } from "../../runs/atomic-write.js";
import type { Meta } from "../../runs/meta.js";
import { withScratch } from "../../runs/scratch.js";
import { BankFacts, bankStem, decodeBank } from "./bank-file.js";
import { tagOf } from "./names.js";
import { type Pair, pairKey } from "./steering-request.js";
import { type Bank, readBank } from "./vectors.js";

/** What the steering repository's files tell of their vectors. */
const Theirs = z.looseObject({
  model_name: z.string(),
  source_lang: z.string(),
  target_lang: z.string(),
});

type Theirs = z.infer<typeof Theirs>;

/** A pair's vectors from a file. */
export interface GivenVectors {
  file: string;
  /** Of the bytes that the vectors were read from. */
  sha256: string;
  bank: Bank;
  /** Null for a file of the steering repository, which does not tell which texts its vectors were made of. */
  facts: BankFacts | null;
}

/** By `pairKey`, in the order of the pairs. */
export type GivenBanks = ReadonlyMap<string, GivenVectors>;

/**
 * The vectors of pairs from a file of ours (.safetensors) or the steering repository's (.pt), or from a folder of them. Each file is
 * read once, whatever becomes of it later.
 *
 * @throws VscoreError (request) for what holds no vectors, or those of another model or pair
 */
export async function readBanks(
  path: string,
  pairs: readonly Pair[],
  meta: Meta,
  jobs: EngineJobs,
): Promise<GivenBanks> {
  const files = new Map<string, ReadFile>();
  const banks = new Map<string, GivenVectors>();
  for (const pair of pairs) {
    const file = fileFor(path, pair, meta.model_id);
    const read = files.get(file) ?? (await readFile(file, jobs));
    files.set(file, read);
    refuseOthers(file, read, pair, meta);
    banks.set(pairKey(pair), { file, ...read });
  }
  return banks;
}

/**
 * Refuses vectors that cannot steer.
 *
 * @param needed the layers that are steered
 * @param width d_model
 * @throws VscoreError (request) for vectors of another width or not finite, or without a layer that is needed
 */
export function refuseUnfit(
  { file, bank }: Pick<GivenVectors, "file" | "bank">,
  needed: readonly number[],
  width: number,
): void {
  const missing = needed.filter((layer) => !bank.has(layer));
  if (missing.length > 0)
    throw requestError(
      `--bank ${file} has vectors of the layers ${[...bank.keys()].join(", ")}, and none of ${missing.join(", ")}. Expected one of each layer that is steered. Make them with: npx vscore steer vectors, --layers ${needed.join(",")}`,
    );
  for (const [layer, vector] of bank) {
    if (vector.length !== width)
      throw requestError(
        `--bank ${file}: the vector of layer ${layer} has ${vector.length} numbers. Expected ${width}, as many as the model's hidden states have. Make the vectors with this model.`,
      );
    const odd = vector.find((each) => !Number.isFinite(each));
    if (odd !== undefined)
      throw requestError(
        `--bank ${file}: the vector of layer ${layer} holds ${odd}. Expected ${width} finite numbers. Make the vectors anew.`,
      );
  }
}

function fileFor(path: string, pair: Pair, modelId: string): string {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (entry === undefined)
    throw requestError(
      `--bank ${path} is not there. Expected a file of steering vectors, or a folder of them. Check the path.`,
    );
  if (!entry.isDirectory()) return path;
  const stem = bankStem(modelId, pair, "");
  // Of the two files of one name, which hold the same vectors, the one that tells more.
  const found = readdirSync(path)
    .filter(
      (name) => name.startsWith(stem) && /^\d+\.(safetensors|pt)$/.test(name.slice(stem.length)),
    )
    .sort((a, b) => extname(b).localeCompare(extname(a)));
  const [first] = found;
  if (first === undefined)
    throw requestError(
      `--bank ${path} has no file ${stem}<n>.safetensors or .pt. Expected one for ${pair.source} into ${pair.target}. Make it with npx vscore steer vectors, or leave --bank out.`,
    );
  const others = found.filter((name) => parse(name).name !== parse(first).name);
  if (others.length === 0) return join(path, first);
  throw requestError(
    `--bank ${path} has ${first} and ${others.join(", ")}. Expected vectors of one number of texts. Name the file itself.`,
  );
}

type ReadFile = Omit<GivenVectors, "file"> & { theirs: Theirs | null };

async function readFile(file: string, jobs: EngineJobs): Promise<ReadFile> {
  const bytes = bytesOf(file);
  const read =
    extname(file) === ".pt"
      ? await readTorch(file, bytes, jobs)
      : { ...readOwn(file, bytes), theirs: null };
  return { ...read, sha256: textHash(bytes) };
}

function bytesOf(file: string): Uint8Array {
  try {
    // A pipe would be waited for.
    if (statSync(file).isFile()) return readFileSync(file);
  } catch (error) {
    throw requestError(
      `--bank ${file} cannot be read (${errnoOf(error)}). Expected a file of steering vectors. Check the path.`,
      error,
    );
  }
  throw requestError(
    `--bank ${file} is no file. Expected one of steering vectors, or a folder of them. Choose another, or write what it holds into one.`,
  );
}

function readOwn(file: string, bytes: Uint8Array): { bank: Bank; facts: BankFacts } {
  try {
    return decodeBank(bytes);
  } catch (error) {
    if (!(error instanceof SafetensorsError)) throw error;
    throw requestError(
      `--bank ${file} holds no steering vectors: ${error.message}. Expected a file of npx vscore steer vectors, or a .pt of the steering repository. Choose another.`,
    );
  }
}

async function readTorch(
  file: string,
  bytes: Uint8Array,
  jobs: EngineJobs,
): Promise<{ bank: Bank; facts: BankFacts | null; theirs: Theirs | null }> {
  return withScratch(async (folder) => {
    const [source, target] = [join(folder, "bank.pt"), join(folder, "bank.safetensors")];
    await writeWhole(source, bytes);
    const { metadata } = await jobs.readBank(source, target, file);
    const { bank } = readBank(readFileSync(target));
    const own = BankFacts.safeParse(metadata?.vscore);
    const theirs = Theirs.safeParse(metadata);
    return { bank, facts: own.data ?? null, theirs: theirs.data ?? null };
  });
}

/** Of a file without metadata nothing can be checked but its numbers. */
function refuseOthers(
  file: string,
  { facts, theirs }: Pick<ReadFile, "facts" | "theirs">,
  pair: Pair,
  meta: Meta,
): void {
  const told = toldOf(facts, theirs);
  if (told === null) return;
  const here = facts === null ? tagOf(meta.model_id) : nameOf(meta);
  if (told.model !== here)
    throw requestError(
      `--bank ${file} holds vectors of ${told.model}, the run is of ${here}. Expected vectors of the same model. Make them with: npx vscore steer vectors`,
    );
  if (told.source !== pair.source || told.target !== pair.target)
    throw requestError(
      `--bank ${file} leads from ${told.source} into ${told.target}. Expected ${pair.source} into ${pair.target}. Choose another file.`,
    );
}

function toldOf(facts: BankFacts | null, theirs: Theirs | null): (Pair & { model: string }) | null {
  if (facts !== null) return { model: nameOf(facts), source: facts.source, target: facts.target };
  if (theirs === null) return null;
  const [source, target] = [currentCode(theirs.source_lang), currentCode(theirs.target_lang)];
  return { model: theirs.model_name, source, target };
}

const nameOf = ({ model_id, model_revision }: Pick<Meta, "model_id" | "model_revision">): string =>
  model_revision === null ? model_id : `${model_id} (${model_revision})`;

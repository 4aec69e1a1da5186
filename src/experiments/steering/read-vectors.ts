import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join, parse } from "node:path";
import { z } from "zod";
import { currentCode } from "../../config/languages.js";
import type { EngineJobs } from "../../engine/engine-jobs.js";
import { SafetensorsError } from "../../engine/safetensors.js";
import { requestError } from "../../errors.js";
import type { Meta } from "../../runs/meta.js";
import { withScratch } from "../../runs/scratch.js";
import { BankFacts, bankStem, decodeBank } from "./bank-file.js";
import { tagOf } from "./names.js";
import type { Pair } from "./steering-request.js";
import { type Bank, readBank } from "./vectors.js";

/** What the steering repository's files tell of their vectors. */
const Theirs = z.looseObject({
  model_name: z.string(),
  source_lang: z.string(),
  target_lang: z.string(),
});

/** A pair's vectors from a file. */
export interface ReadVectors {
  file: string;
  bank: Bank;
  /** Null for a file of the steering repository, which does not tell which texts its vectors were made of. */
  facts: BankFacts | null;
}

/**
 * The vectors of a pair from a file of ours (.safetensors) or the steering repository's (.pt), or from a folder of them.
 *
 * @param needed the layers that are steered
 * @param width d_model
 * @throws VscoreError (request) for vectors of another model, pair or width, or without a layer that is needed
 */
export async function readVectors(
  path: string,
  pair: Pair,
  needed: readonly number[],
  { meta, width }: { meta: Meta; width: number },
  jobs: EngineJobs,
): Promise<ReadVectors> {
  const file = fileFor(path, pair, meta.model_id);
  const { bank, facts, theirs } =
    extname(file) === ".pt" ? await readTorch(file, jobs) : { ...readOwn(file), theirs: null };
  refuseOthers(file, { facts, theirs }, pair, meta);
  const missing = needed.filter((layer) => !bank.has(layer));
  if (missing.length > 0)
    throw requestError(
      `--bank ${file} has vectors of the layers ${[...bank.keys()].join(", ")}, and none of ${missing.join(", ")}. Expected one of each layer that is steered. Make them with: npx vscore steer vectors, --layers ${needed.join(",")}`,
    );
  for (const [layer, vector] of bank)
    if (vector.length !== width || !vector.every(Number.isFinite))
      throw requestError(
        `--bank ${file}: the vector of layer ${layer} has ${vector.length} numbers, or holds NaN. The model's hidden states have ${width}. Make the vectors with this model.`,
      );
  return { file, bank, facts };
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

function readOwn(file: string): { bank: Bank; facts: BankFacts } {
  try {
    return decodeBank(readFileSync(file));
  } catch (error) {
    if (!(error instanceof SafetensorsError)) throw error;
    throw requestError(
      `--bank ${file} holds no steering vectors: ${error.message}. Expected a file of npx vscore steer vectors, or a .pt of the steering repository. Choose another.`,
    );
  }
}

async function readTorch(
  file: string,
  jobs: EngineJobs,
): Promise<{ bank: Bank; facts: BankFacts | null; theirs: z.infer<typeof Theirs> | null }> {
  return withScratch(async (folder) => {
    const target = join(folder, "bank.safetensors");
    const { metadata } = await jobs.readBank(file, target);
    const { bank } = readBank(readFileSync(target));
    const own = BankFacts.safeParse(metadata?.vscore);
    const theirs = Theirs.safeParse(metadata);
    return { bank, facts: own.data ?? null, theirs: theirs.data ?? null };
  });
}

/** Of a file without metadata nothing can be checked but its numbers. */
function refuseOthers(
  file: string,
  { facts, theirs }: { facts: BankFacts | null; theirs: z.infer<typeof Theirs> | null },
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

function toldOf(
  facts: BankFacts | null,
  theirs: z.infer<typeof Theirs> | null,
): (Pair & { model: string }) | null {
  if (facts !== null) return { model: nameOf(facts), source: facts.source, target: facts.target };
  if (theirs === null) return null;
  const [source, target] = [currentCode(theirs.source_lang), currentCode(theirs.target_lang)];
  return { model: theirs.model_name, source, target };
}

const nameOf = ({ model_id, model_revision }: Pick<Meta, "model_id" | "model_revision">): string =>
  model_revision === null ? model_id : `${model_id} (${model_revision})`;

/**
 * What files tell of the vectors of all pairs, in their order: ours, of which texts they were made and how; null for one that does
 * not tell.
 *
 * @throws VscoreError (request) as `readVectors`, before a model is loaded
 */
export async function toldVectors(
  path: string,
  pairs: readonly Pair[],
  meta: Meta,
  jobs: EngineJobs,
): Promise<(BankFacts | null)[]> {
  const found: (BankFacts | null)[] = [];
  for (const pair of pairs) {
    const file = fileFor(path, pair, meta.model_id);
    const { facts, theirs } =
      extname(file) === ".pt" ? await readTorch(file, jobs) : { ...readOwn(file), theirs: null };
    refuseOthers(file, { facts, theirs }, pair, meta);
    found.push(facts);
  }
  return found;
}

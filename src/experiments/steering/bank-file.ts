import { z } from "zod";
import { shortCode } from "../../config/short-codes.js";
import { SafetensorsError } from "../../engine/safetensors.js";
import { encodeSafetensors } from "../../engine/write-safetensors.js";
import { tagOf } from "./names.js";
import type { Pair } from "./steering-request.js";
import { type Bank, bankTensors, readBank } from "./vectors.js";

/** What a file of steering vectors tells of them. */
export const BankFacts = z.strictObject({
  schema_version: z.literal(1),
  run: z.string(),
  model_id: z.string(),
  model_revision: z.string().nullable(),
  dtype: z.string(),
  source: z.string(),
  target: z.string(),
  /** Texts of each language, and whence. */
  train_n: z.int(),
  corpus: z.string(),
  split: z.string().nullable(),
  corpus_revision: z.string().nullable(),
  special_tokens: z.string(),
  first_token: z.string(),
  normalize: z.boolean(),
  layers: z.array(z.int()),
  /** The beginnings of the texts' SHA-256: what is evaluated must be none of them. */
  texts: z.array(z.string().regex(/^[0-9a-f]{16}$/)),
});
export type BankFacts = z.infer<typeof BankFacts>;

const KEY = "vscore";

/** Vectors and facts as a safetensors file: `layer.<L>` F32 [d_model]. */
export const encodeBank = (bank: Bank, facts: BankFacts): Uint8Array =>
  encodeSafetensors(new Map(bankTensors(bank)), { [KEY]: JSON.stringify(facts) });

/** The stem of the files of a pair's vectors, as in the steering repository. */
export const bankStem = (modelId: string, { source, target }: Pair, trainN: number | ""): string =>
  `sv_${tagOf(modelId)}_${shortCode(source).code}_to_${shortCode(target).code}_train${trainN}`;

/** What the steering repository keeps beside the vectors. */
export const companionMetadata = (facts: BankFacts): Record<string, unknown> => ({
  model_name: tagOf(facts.model_id),
  model_path: facts.model_id,
  dataset_path: `${facts.corpus}${facts.split === null ? "" : `:${facts.split}`}`,
  source_lang: shortCode(facts.source).code,
  target_lang: shortCode(facts.target).code,
  ...{ train_n: facts.train_n, layers: facts.layers, vscore: facts },
});

/** Vectors and facts back. @throws SafetensorsError where the bytes are no such file */
export function decodeBank(bytes: Uint8Array): { bank: Bank; facts: BankFacts } {
  const { bank, metadata } = readBank(bytes);
  const facts = BankFacts.safeParse(parsed(metadata[KEY]));
  if (facts.success) return { bank, facts: facts.data };
  throw new SafetensorsError("it does not tell what its vectors are of");
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}

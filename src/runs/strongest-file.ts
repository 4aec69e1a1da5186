import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { type Tensor, takeTensor, tensor } from "../engine/safetensors.js";
import type { LayerStrongest } from "../reduce/strongest-texts.js";
import { strongestFile } from "./files.js";
import { decodeSealed, encodeSealed } from "./sealed-file.js";
import type { Provenance } from "./sums-file.js";

const StrongestMetadata = z.strictObject({
  schema: z.literal("1"),
  language: z.string(),
  provenance: z.string(),
  layers: z.string(),
});

/** What it was kept of: the sums beside it have the same. */
export interface KeptOf {
  language: string;
  provenance: Provenance;
}

/**
 * Of one language, by layer in config order: the texts in which features are strongest. `examples.json` is made of them; they last as long as
 * their run is unfinished.
 */
export type LanguageStrongest = ReadonlyMap<number, LayerStrongest>;

export function encodeStrongest(
  layers: LanguageStrongest,
  { language, provenance }: KeptOf,
): Uint8Array {
  const tensors = new Map<string, Tensor>();
  for (const [layer, { feature, texts, text, tokens, position, value }] of layers) {
    const at = `layer.${layer}.`;
    tensors.set(`${at}feature`, tensor("U32", [feature.length], feature));
    tensors.set(`${at}texts`, tensor("U32", [texts.length], texts));
    tensors.set(`${at}text`, tensor("U32", [text.length], text));
    tensors.set(`${at}tokens`, tensor("U32", [tokens.length], tokens));
    tensors.set(`${at}position`, tensor("U32", [position.length], position));
    tensors.set(`${at}value`, tensor("F32", [value.length], value));
  }
  return encodeSealed(tensors, {
    ...{ schema: "1", language, provenance: JSON.stringify(provenance) },
    layers: JSON.stringify([...layers.keys()]),
  });
}

/** @throws Error where the bytes are not what was written, or are of something else */
export function decodeStrongest(bytes: Uint8Array, of: KeptOf): LanguageStrongest {
  const blob = decodeSealed(bytes);
  const metadata = StrongestMetadata.parse(blob.metadata);
  const found = { language: metadata.language, provenance: JSON.parse(metadata.provenance) };
  if (!isDeepStrictEqual(found, { language: of.language, provenance: of.provenance }))
    throw new Error(
      `it is of ${metadata.language}, by another way than the sums of ${of.language}`,
    );
  const layers = z.array(z.int()).parse(JSON.parse(metadata.layers));
  return new Map(
    layers.map((layer) => {
      const at = `layer.${layer}.`;
      const feature = takeTensor(blob, `${at}feature`, "U32");
      const text = takeTensor(blob, `${at}text`, "U32");
      const position = takeTensor(blob, `${at}position`, "U32");
      const found: LayerStrongest = {
        ...{ feature, text, position },
        texts: takeTensor(blob, `${at}texts`, "U32", [feature.length + 1]),
        tokens: takeTensor(blob, `${at}tokens`, "U32", [text.length + 1]),
        value: takeTensor(blob, `${at}value`, "F32", [position.length]),
      };
      return [layer, found];
    }),
  );
}

/** What a folder keeps of a language; undefined where there is nothing, or nothing that is whole. */
export function storedStrongest(folder: string, of: KeptOf): LanguageStrongest | undefined {
  const file = join(folder, strongestFile(of.language));
  if (!existsSync(file)) return undefined;
  try {
    return decodeStrongest(readFileSync(file), of);
  } catch {
    return undefined;
  }
}

import { existsSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { type Tensor, tensor } from "../engine/safetensors.js";
import type { LayerStrongest } from "../reduce/strongest-texts.js";
import { strongestFile } from "./files.js";
import { LayersOnDemand } from "./layers-on-demand.js";
import { SealedReader } from "./sealed-reader.js";
import { writeSealed } from "./sealed-writer.js";
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

/** Writes it whole or not at all. @throws VscoreError (environment) where it cannot be written */
export const writeStrongestFile = (
  path: string,
  layers: LanguageStrongest,
  { language, provenance }: KeptOf,
): Promise<void> =>
  writeSealed(path, strongestTensors(layers), {
    ...{ schema: "1", language, provenance: JSON.stringify(provenance) },
    layers: JSON.stringify([...layers.keys()]),
  });

function* strongestTensors(
  layers: LanguageStrongest,
): Generator<[name: string, Tensor], void, void> {
  for (const [layer, { feature, texts, text, tokens, position, value }] of layers) {
    const at = `layer.${layer}.`;
    yield [`${at}feature`, tensor("U32", [feature.length], feature)];
    yield [`${at}texts`, tensor("U32", [texts.length], texts)];
    yield [`${at}text`, tensor("U32", [text.length], text)];
    yield [`${at}tokens`, tensor("U32", [tokens.length], tokens)];
    yield [`${at}position`, tensor("U32", [position.length], position)];
    yield [`${at}value`, tensor("F32", [value.length], value)];
  }
}

/**
 * It stays in its file: of its layers the one that was asked for last is in memory.
 *
 * @throws Error where the file is not what was written, or is of something else
 */
export function openStrongestFile(path: string, of: KeptOf): LanguageStrongest {
  const { metadata: written, take } = new SealedReader(path);
  const metadata = StrongestMetadata.parse(written);
  const found = { language: metadata.language, provenance: JSON.parse(metadata.provenance) };
  if (!isDeepStrictEqual(found, { language: of.language, provenance: of.provenance }))
    throw new Error(
      `it is of ${metadata.language}, by another way than the sums of ${of.language}`,
    );
  const layers = z.array(z.int()).parse(JSON.parse(metadata.layers));
  return new LayersOnDemand(layers, Number.POSITIVE_INFINITY, (layer): LayerStrongest => {
    const at = `layer.${layer}.`;
    const feature = take(`${at}feature`, "U32");
    const text = take(`${at}text`, "U32");
    const position = take(`${at}position`, "U32");
    return {
      ...{ feature, text, position },
      texts: take(`${at}texts`, "U32", [feature.length + 1]),
      tokens: take(`${at}tokens`, "U32", [text.length + 1]),
      value: take(`${at}value`, "F32", [position.length]),
    };
  });
}

/** What a folder keeps of a language; undefined where there is nothing, or nothing that is whole. */
export function storedStrongest(folder: string, of: KeptOf): LanguageStrongest | undefined {
  const file = join(folder, strongestFile(of.language));
  if (!existsSync(file)) return undefined;
  try {
    return openStrongestFile(file, of);
  } catch {
    return undefined;
  }
}

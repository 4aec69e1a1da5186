import { z } from "zod";
import { type Safetensors, type Tensor, takeTensor, tensor } from "../engine/safetensors.js";
import type { LayerTextSums } from "../reduce/text-sums.js";
import { decodeSealed, encodeSealed } from "./sealed-file.js";

/** What decides a sums file's bytes, besides the texts: compared before a run goes on with sums that are there already. */
export const Provenance = z.record(z.string(), z.string());
export type Provenance = z.infer<typeof Provenance>;

export const TextFact = z.strictObject({
  id: z.string(),
  /** First 16 hex digits of the SHA-256 of the text's UTF-8. */
  sha256: z.string(),
  /** What it was taken from with others of its kind, where the corpus tells. */
  document: z.string().optional(),
});
export type TextFact = z.infer<typeof TextFact>;

const SumsMetadata = z.strictObject({
  schema: z.literal("1"),
  language: z.string(),
  layers: z.string(),
  provenance: z.string(),
  texts: z.string(),
});

/** Everything that is known of one language: the sums of every layer, its texts, and how they came about. */
export interface LanguageSums {
  language: string;
  provenance: Provenance;
  /** The T texts, in corpus order. */
  texts: TextFact[];
  /** Counted tokens of each text; 0 where none counts (such a text is left out of the mean). */
  counted: Uint32Array;
  /** All tokens of each text, special ones included, padding not. */
  tokens: Uint32Array;
  /** By layer, in config order. */
  layers: Map<number, LayerTextSums>;
}

export function encodeSums(sums: LanguageSums): Uint8Array {
  const texts = sums.texts.length;
  const tensors = new Map<string, Tensor>([
    ["counted_tokens", tensor("U32", [texts], sums.counted)],
    ["tokens", tensor("U32", [texts], sums.tokens)],
  ]);
  for (const [layer, texts] of sums.layers) {
    const { first } = texts;
    for (const [name, each] of textTensors(layer, texts)) tensors.set(name, each);
    const at = `layer.${layer}.`;
    tensors.set(`${at}first_feature`, tensor("U32", [first.feature.length], first.feature));
    tensors.set(`${at}first_sum`, tensor("F32", [first.sum.length], first.sum));
    tensors.set(
      `${at}first_uncounted_sum`,
      tensor("F32", [first.uncounted.length], first.uncounted),
    );
  }
  return encodeSealed(tensors, {
    schema: "1",
    language: sums.language,
    layers: JSON.stringify([...sums.layers.keys()]),
    provenance: JSON.stringify(sums.provenance),
    texts: JSON.stringify(sums.texts),
  });
}

/** @throws SafetensorsError or ZodError where the bytes are not a whole sums file. */
export function decodeSums(bytes: Uint8Array): LanguageSums {
  const blob = decodeSealed(bytes);
  const metadata = SumsMetadata.parse(blob.metadata);
  const texts = z.array(TextFact).parse(JSON.parse(metadata.texts));
  const layers = z.array(z.int()).parse(JSON.parse(metadata.layers));
  return {
    language: metadata.language,
    provenance: Provenance.parse(JSON.parse(metadata.provenance)),
    texts,
    counted: takeTensor(blob, "counted_tokens", "U32", [texts.length]),
    tokens: takeTensor(blob, "tokens", "U32", [texts.length]),
    layers: new Map(layers.map((layer) => [layer, layerSums(blob, layer, texts.length)])),
  };
}

function layerSums(blob: Safetensors, layer: number, texts: number): LayerTextSums {
  const at = `layer.${layer}.`;
  const firstFeature = takeTensor(blob, `${at}first_feature`, "U32");
  return {
    ...takeTexts(blob, layer, texts),
    first: {
      feature: firstFeature,
      sum: takeTensor(blob, `${at}first_sum`, "F32", [firstFeature.length]),
      uncounted: takeTensor(blob, `${at}first_uncounted_sum`, "F32", [firstFeature.length]),
    },
  };
}

type ByText = Omit<LayerTextSums, "first">;

/** What a layer's texts have each by itself, under its names in a file. */
export function textTensors(
  layer: number,
  { features, indptr, feature, sum, active, max, where }: ByText,
): [name: string, Tensor][] {
  const at = `layer.${layer}.`;
  return [
    [`${at}features`, tensor("U32", [1], Uint32Array.of(features))],
    [`${at}indptr`, tensor("U32", [indptr.length], indptr)],
    [`${at}feature`, tensor("U32", [feature.length], feature)],
    [`${at}sum`, tensor("F32", [sum.length], sum)],
    [`${at}active_tokens`, tensor("U32", [active.length], active)],
    [`${at}max`, tensor("F32", [max.length], max)],
    [`${at}max_position`, tensor("U32", [where.length], where)],
  ];
}

/** The same from a file. @throws SafetensorsError where it is not there whole */
export function takeTexts(blob: Safetensors, layer: number, texts: number): ByText {
  const at = `layer.${layer}.`;
  const indptr = takeTensor(blob, `${at}indptr`, "U32", [texts + 1]);
  const pairs = [indptr.at(-1) as number];
  return {
    features: takeTensor(blob, `${at}features`, "U32", [1])[0] as number,
    indptr,
    feature: takeTensor(blob, `${at}feature`, "U32", pairs),
    sum: takeTensor(blob, `${at}sum`, "F32", pairs),
    active: takeTensor(blob, `${at}active_tokens`, "U32", pairs),
    max: takeTensor(blob, `${at}max`, "F32", pairs),
    where: takeTensor(blob, `${at}max_position`, "U32", pairs),
  };
}

import { z } from "zod";
import { type Dtype, type TakeTensor, type Tensor, tensor } from "../engine/safetensors.js";
import type { LayerTextSums } from "../reduce/text-sums.js";
import { Room } from "../room.js";
import { encodeSealed } from "./sealed-file.js";
import { SealedReader } from "./sealed-reader.js";
import { writeSealed } from "./sealed-writer.js";

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

/** Sums by layer, in config order: in memory, or read from their file whenever they are asked for. */
export interface SumsByLayer extends Iterable<[layer: number, LayerTextSums]> {
  /** @param room where they are put, those that are not in memory: they hold until the next ones are put there */
  get(layer: number, room?: Room): LayerTextSums | undefined;
  keys(): Iterable<number>;
}

/** Sums that are read or made whenever a layer is asked for, and kept by nobody here. */
export const sumsByLayer = (
  layers: readonly number[],
  read: (layer: number, room?: Room) => LayerTextSums,
): SumsByLayer => ({
  keys: () => layers.values(),
  get: (layer, room) => (layers.includes(layer) ? read(layer, room) : undefined),
  *[Symbol.iterator]() {
    for (const layer of layers) yield [layer, read(layer)];
  },
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
  layers: SumsByLayer;
}

export const encodeSums = (sums: LanguageSums): Uint8Array =>
  encodeSealed(new Map(sumsTensors(sums)), sumsMetadata(sums));

/**
 * The same bytes as a file, with one layer in memory at a time.
 *
 * @param onRead told once all of the sums were read, and lie in what is being written
 * @throws VscoreError (environment) where it cannot be written
 */
export const writeSumsFile = (
  path: string,
  sums: LanguageSums,
  onRead?: () => void,
): Promise<void> => writeSealed(path, sumsTensors(sums, new Room()), sumsMetadata(sums), onRead);

function* sumsTensors(
  sums: LanguageSums,
  room?: Room,
): Generator<[name: string, Tensor], void, void> {
  const texts = sums.texts.length;
  yield ["counted_tokens", tensor("U32", [texts], sums.counted)];
  yield ["tokens", tensor("U32", [texts], sums.tokens)];
  for (const layer of sums.layers.keys()) {
    const { first, ...texts } = sums.layers.get(layer, room) as LayerTextSums;
    yield* textTensors(layer, texts);
    const at = `layer.${layer}.`;
    yield [`${at}first_feature`, tensor("U32", [first.feature.length], first.feature)];
    yield [`${at}first_sum`, tensor("F32", [first.sum.length], first.sum)];
    yield [`${at}first_uncounted_sum`, tensor("F32", [first.uncounted.length], first.uncounted)];
  }
}

const sumsMetadata = ({ language, layers, provenance, texts }: LanguageSums) => ({
  schema: "1",
  language,
  layers: JSON.stringify([...layers.keys()]),
  provenance: JSON.stringify(provenance),
  texts: JSON.stringify(texts),
});

/**
 * A language's sums stay in their file: each layer is read when it is asked for, and kept by nobody here.
 *
 * @throws SafetensorsError or ZodError where it is not a whole sums file
 */
export function openSumsFile(path: string): LanguageSums {
  const { metadata, take } = new SealedReader(path);
  const { layers, ...facts } = sumsFacts(metadata, take);
  return {
    ...facts,
    layers: sumsByLayer(layers, (layer, room) => layerSums(take, layer, facts.texts.length, room)),
  };
}

function sumsFacts(written: Record<string, string>, take: TakeTensor) {
  const metadata = SumsMetadata.parse(written);
  const texts = z.array(TextFact).parse(JSON.parse(metadata.texts));
  return {
    language: metadata.language,
    provenance: Provenance.parse(JSON.parse(metadata.provenance)),
    texts,
    counted: take("counted_tokens", "U32", [texts.length]),
    tokens: take("tokens", "U32", [texts.length]),
    layers: z.array(z.int()).parse(JSON.parse(metadata.layers)),
  };
}

function layerSums(take: TakeTensor, layer: number, texts: number, room?: Room): LayerTextSums {
  const at = `layer.${layer}.`;
  const firstFeature = take(`${at}first_feature`, "U32");
  return {
    ...takeTexts(take, layer, texts, room),
    first: {
      feature: firstFeature,
      sum: take(`${at}first_sum`, "F32", [firstFeature.length]),
      uncounted: take(`${at}first_uncounted_sum`, "F32", [firstFeature.length]),
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

/** The same from a file. @param room as of `SumsByLayer.get` @throws SafetensorsError where it is not there whole */
export function takeTexts(take: TakeTensor, layer: number, texts: number, room?: Room): ByText {
  const own = <D extends Dtype>(name: string, dtype: D, shape: number[]) =>
    take(`layer.${layer}.${name}`, dtype, shape, room && ((bytes) => room.bytes(name, bytes)));
  const indptr = own("indptr", "U32", [texts + 1]);
  const pairs = [indptr.at(-1) as number];
  return {
    features: own("features", "U32", [1])[0] as number,
    indptr,
    feature: own("feature", "U32", pairs),
    sum: own("sum", "F32", pairs),
    active: own("active_tokens", "U32", pairs),
    max: own("max", "F32", pairs),
    where: own("max_position", "U32", pairs),
  };
}

import { z } from "zod";
import {
  bytesPerElement,
  type Dtype,
  decodeSafetensors,
  expectTensor,
  type TakeTensor,
  type Tensor,
  takeTensor,
  tensor,
} from "../engine/safetensors.js";
import type { Ranking } from "../reduce/v-score.js";
import { LayersOnDemand } from "./layers-on-demand.js";
import { encodeSealed } from "./sealed-file.js";
import { SealedReader } from "./sealed-reader.js";

/** What such a file holds: the languages that its rows stand for, and an entry a layer, in the order of the file. */
export interface ByLayer<T> {
  languages: string[];
  /** Languages and features of each. */
  shapes: ReadonlyMap<number, readonly [languages: number, features: number]>;
  layers: LayersOnDemand<T>;
}

/** Per-layer statistics as stored: every array is f32 [K, F], row-major, languages in config order. */
export interface LayerStatistics {
  languages: number;
  features: number;
  mean: Float32Array;
  activeFraction: Float32Array;
  standardError: Float32Array;
  /** Share of the summed activation at the first position of texts: above one half, the feature is an attention sink's. */
  firstShare: Float32Array;
}

const STATISTICS = {
  mean: "mean",
  activeFraction: "active_fraction",
  standardError: "standard_error",
  firstShare: "first_position_share",
} as const;

/** A layer's part of `feature_stats.safetensors`: `layer.<L>.mean`, `.active_fraction`, `.standard_error`, `.first_position_share`, F32 [K, F]. */
export function* statisticsTensors(
  layer: number,
  statistics: LayerStatistics,
): Generator<[name: string, Tensor]> {
  const shape = [statistics.languages, statistics.features];
  for (const [key, name] of Object.entries(STATISTICS))
    yield [
      `layer.${layer}.${name}`,
      tensor("F32", shape, statistics[key as keyof typeof STATISTICS]),
    ];
}

/** A layer's part of `v_scores.safetensors`: `layer.<L>.index` I32 [K, F] and `layer.<L>.value` F32 [K, F]. */
export function* scoresTensors(
  layer: number,
  { languages, features, index, value }: Ranking,
): Generator<[name: string, Tensor]> {
  yield [`layer.${layer}.index`, tensor("I32", [languages, features], index)];
  yield [`layer.${layer}.value`, tensor("F32", [languages, features], value)];
}

/** What both files say beside their tensors. */
export const scoreMetadata = (languages: readonly string[]): Record<string, string> => ({
  schema: "1",
  languages: JSON.stringify(languages),
});

/** @throws SafetensorsError or ZodError where it is not a whole file of statistics */
export function openStatistics(path: string): ByLayer<LayerStatistics> {
  const reader = new SealedReader(path);
  const dtypes = Object.values(STATISTICS).map((name) => [name, "F32"] as const);
  return byLayer(reader, Object.fromEntries(dtypes), (layer, [languages, features]) => {
    const take = (name: string) =>
      reader.take(`layer.${layer}.${name}`, "F32", [languages, features]);
    return {
      languages,
      features,
      mean: take(STATISTICS.mean),
      activeFraction: take(STATISTICS.activeFraction),
      standardError: take(STATISTICS.standardError),
      firstShare: take(STATISTICS.firstShare),
    };
  });
}

/** `v_scores.safetensors` of rankings that are in memory. */
export const encodeScores = (
  layers: ReadonlyMap<number, Ranking>,
  languages: readonly string[],
): Uint8Array =>
  encodeSealed(
    new Map([...layers].flatMap(([layer, ranking]) => [...scoresTensors(layer, ranking)])),
    scoreMetadata(languages),
  );

/** @throws SafetensorsError or ZodError where it is not a whole file of scores */
export function openScores(path: string): ByLayer<Ranking> {
  const reader = new SealedReader(path);
  return byLayer(reader, { index: "I32", value: "F32" }, (layer, shape) =>
    rankingOf(reader.take, layer, shape),
  );
}

/** The same tensors without seal and languages, as the engine makes them of a `.pt`. */
export function decodeConvertedScores(bytes: Uint8Array): Map<number, Ranking> {
  const blob = decodeSafetensors(bytes);
  const take: TakeTensor = (name, dtype, shape) => takeTensor(blob, name, dtype, shape);
  const shapes = shapesOf(blob.tensors, "index");
  return new Map([...shapes].map(([layer, shape]) => [layer, rankingOf(take, layer, shape)]));
}

const rankingOf = (
  take: TakeTensor,
  layer: number,
  [languages, features]: readonly [number, number],
): Ranking => ({
  ...{ languages, features },
  index: take(`layer.${layer}.index`, "I32", [languages, features]),
  value: take(`layer.${layer}.value`, "F32", [languages, features]),
});

/** Layers of a file that have all of these tensors, [K, F] each, by what stands behind `layer.<L>.` in their names. */
function byLayer<T>(
  { tensors, metadata }: SealedReader,
  dtypes: Readonly<Record<string, Dtype>>,
  read: (layer: number, shape: [number, number]) => T,
): ByLayer<T> {
  const shapes = shapesOf(tensors, Object.keys(dtypes)[0] as string);
  for (const [layer, shape] of shapes)
    for (const [name, dtype] of Object.entries(dtypes))
      expectTensor(tensors, `layer.${layer}.${name}`, dtype, shape);
  const [[K, F] = [0, 0]] = [...shapes.values()];
  const bytes = Object.values(dtypes).reduce((sum, each) => sum + bytesPerElement(each) * K * F, 0);
  const readLayer = (layer: number) => read(layer, shapes.get(layer) as [number, number]);
  return {
    languages: z.array(z.string()).parse(JSON.parse(metadata.languages ?? "[]")),
    shapes,
    layers: new LayersOnDemand([...shapes.keys()], bytes, readLayer),
  };
}

/** Of the layers that have a tensor `layer.<L>.<name>`, in the order of the file. */
export function shapesOf(
  tensors: ReadonlyMap<string, { shape: number[] }>,
  name: string,
): Map<number, [number, number]> {
  const shapes = new Map<number, [number, number]>();
  for (const [each, { shape }] of tensors) {
    const layer = new RegExp(`^layer\\.(\\d+)\\.${name}$`).exec(each)?.[1];
    if (layer !== undefined) shapes.set(Number(layer), [shape[0] ?? 0, shape[1] ?? 0]);
  }
  return shapes;
}

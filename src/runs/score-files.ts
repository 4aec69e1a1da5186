import { z } from "zod";
import {
  decodeSafetensors,
  type Safetensors,
  type Tensor,
  takeTensor,
  tensor,
} from "../engine/safetensors.js";
import type { Ranking } from "../reduce/v-score.js";
import { decodeSealed, encodeSealed } from "./sealed-file.js";
import { SealedReader } from "./sealed-reader.js";

/** What such a file holds: the languages that its rows stand for, and an entry a layer, in the order of the file. */
export interface ByLayer<T> {
  languages: string[];
  layers: Map<number, T>;
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

export function decodeStatistics(bytes: Uint8Array): ByLayer<LayerStatistics> {
  const blob = decodeSealed(bytes);
  return byLayer(blob, "mean", (layer, [languages, features]) => {
    const take = (name: string) =>
      takeTensor(blob, `layer.${layer}.${name}`, "F32", [languages, features]);
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

export function decodeScores(bytes: Uint8Array): ByLayer<Ranking> {
  return rankingsOf(decodeSealed(bytes));
}

function rankingsOf(blob: Safetensors): ByLayer<Ranking> {
  return byLayer(blob, "index", (layer, [languages, features]) => ({
    languages,
    features,
    index: takeTensor(blob, `layer.${layer}.index`, "I32", [languages, features]),
    value: takeTensor(blob, `layer.${layer}.value`, "F32", [languages, features]),
  }));
}

/** Rankings that stay in their file: each is read when it is asked for, and kept by nobody here. */
export type RankingsByLayer = Pick<ReadonlyMap<number, Ranking>, "get">;

/** @throws SafetensorsError where it is not a whole file of scores */
export function openScores(path: string): RankingsByLayer {
  const { tensors, take } = new SealedReader(path);
  return {
    get: (layer) => {
      const shape = tensors.get(`layer.${layer}.index`)?.shape;
      if (shape === undefined) return undefined;
      const [languages = 0, features = 0] = shape;
      return {
        ...{ languages, features, index: take(`layer.${layer}.index`, "I32", shape) },
        value: take(`layer.${layer}.value`, "F32", shape),
      };
    },
  };
}

/** The same tensors without seal and languages, as the engine makes them of a `.pt`. */
export function decodeConvertedScores(bytes: Uint8Array): Map<number, Ranking> {
  return rankingsOf(decodeSafetensors(bytes)).layers;
}

/** Reads one entry a layer, for the layers that have a 2-D tensor `layer.<L>.<key>`. */
function byLayer<T>(
  { tensors, metadata }: Safetensors,
  key: string,
  read: (layer: number, shape: [number, number]) => T,
): ByLayer<T> {
  const layers = new Map<number, T>();
  for (const [name, { shape }] of tensors) {
    const layer = new RegExp(`^layer\\.(\\d+)\\.${key}$`).exec(name)?.[1];
    if (layer !== undefined)
      layers.set(Number(layer), read(Number(layer), [shape[0] ?? 0, shape[1] ?? 0]));
  }
  return { languages: z.array(z.string()).parse(JSON.parse(metadata.languages ?? "[]")), layers };
}

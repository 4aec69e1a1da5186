import { z } from "zod";
import {
  Code,
  isNear,
  Layers,
  Num,
  type ReadResult,
  seriesLength,
  take,
  unique,
} from "./imported-result.js";

/** Two languages: the one whose text is read and whose feature is ablated first, and the other. */
const Pair = z.string().regex(/^[A-Za-z0-9][\w-]*\|[A-Za-z0-9][\w-]*$/, "expected two languages");
const Pairs = z.array(z.tuple([Code, Code]));

const OfPair = z.strictObject({
  delta_A: Num,
  delta_B: Num,
  delta_AB: Num,
  synergy: Num,
  /** ΔA + ΔB, or whether they add up. */
  additive: z.union([Num, z.boolean()]).optional(),
});
const LanguageSynergy = z.strictObject({
  results: z.record(Pair, OfPair),
  lang_to_cluster: z.record(Code, z.union([z.int(), z.string()])).optional(),
  all_pairs: Pairs.optional(),
  intra_pairs: Pairs.optional(),
  inter_pairs: Pairs.optional(),
  n_clusters: z.int().optional(),
});

/** `cross_language_synergy.pkl`: the best features of two languages ablated alone and together, at each language's own layer. */
export function readLanguageSynergy(value: unknown): ReadResult {
  const found = take(LanguageSynergy, value);
  const { results, lang_to_cluster, all_pairs, intra_pairs, inter_pairs, n_clusters } = found;
  const pairs = Object.fromEntries(
    Object.entries(results).map(([pair, { delta_A, delta_B, delta_AB, synergy, additive }]) => [
      pair,
      {
        ...{ delta_a: delta_A, delta_b: delta_B, delta_ab: delta_AB, synergy },
        ...(additive === undefined ? {} : { additive }),
      },
    ]),
  );
  const sets = { all: all_pairs, intra: intra_pairs, inter: inter_pairs };
  const named = Object.entries(sets).flatMap(([set, members]) =>
    members === undefined ? [] : [[set, members.map(([a, b]) => `${a}|${b}`)] as const],
  );
  const unmeasured = unique(named.flatMap(([, members]) => members)).filter(
    (pair) => pairs[pair] === undefined,
  );
  return {
    kind: "language-synergy",
    languages: languagesOf(Object.keys(pairs)),
    layers: null,
    axes: { pairs: ["text and first feature | second feature"] },
    data: { pairs, pair_sets: Object.fromEntries(named), clusters: lang_to_cluster ?? null },
    settings: n_clusters === undefined ? {} : { n_clusters },
    warnings: [
      ...notAdditive(Object.values(pairs)),
      ...(unmeasured.length > 0 ? [`nothing is there of ${unmeasured.length} named pairs`] : []),
    ],
  };
}

const OfLayer = z.strictObject({ delta_a: Num, delta_b: Num, delta_ab: Num, synergy: Num });
const ClusterSynergy = z.strictObject({
  synergy_data: z.record(Pair, z.array(OfLayer)),
  layers: Layers.optional(),
  clusters: z.json().optional(),
});

/** `cluster_synergy_cache.pkl`: the same at every layer, both features at the same one. */
export function readClusterSynergy(value: unknown): ReadResult {
  const { synergy_data, layers, clusters } = take(ClusterSynergy, value);
  const length = seriesLength(Object.entries(synergy_data), layers ?? null);
  const keys = ["delta_a", "delta_b", "delta_ab", "synergy"] as const;
  const pairs = Object.fromEntries(
    Object.entries(synergy_data).map(([pair, values]) => [
      pair,
      Object.fromEntries(keys.map((key) => [key, values.map((value) => value[key])])),
    ]),
  );
  return {
    kind: "synergy-by-layer",
    languages: languagesOf(Object.keys(pairs)),
    layers: layers ?? null,
    axes: { pairs: ["text and first feature | second feature", "quantity", "layer"] },
    data: { pairs, clusters: clusters ?? null },
    settings: {},
    warnings: [
      ...(layers === undefined
        ? [`the file does not tell of which layers its ${length} values are`]
        : []),
      ...notAdditive(Object.values(synergy_data).flat()),
    ],
  };
}

const languagesOf = (pairs: readonly string[]): string[] =>
  unique(pairs.flatMap((pair) => pair.split("|")));

/** Synergy is ΔAB − (ΔA + ΔB): how much more both do than each by itself. */
function notAdditive(values: readonly z.infer<typeof OfLayer>[]): string[] {
  const off = values.filter(
    ({ delta_a: a, delta_b: b, delta_ab: both, synergy }) =>
      a !== null &&
      b !== null &&
      both !== null &&
      synergy !== null &&
      !isNear(synergy, both - (a + b)),
  ).length;
  return off === 0 ? [] : [`${off} of ${values.length} synergies are not ΔAB − (ΔA + ΔB)`];
}

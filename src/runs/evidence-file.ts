import { z } from "zod";
import { expectTensor, type Tensor, tensor } from "../engine/safetensors.js";
import { LayersOnDemand } from "./layers-on-demand.js";
import { shapesOf } from "./score-files.js";
import { SealedReader } from "./sealed-reader.js";

/** How the evidence of a run's scores was gathered. */
export const EvidenceFacts = z.strictObject({
  schema: z.literal(1),
  languages: z.array(z.string()),
  /** SHA-256 of the file of scores that it is of. */
  scores_sha256: z.string(),
  /** Whether texts of the languages are translations of one another: then they are resampled and exchanged together. */
  is_parallel: z.boolean(),
  /** By language: of how many texts few have translations in most others, which is why none are taken for that. */
  apart: z.record(z.string(), z.strictObject({ shared: z.int(), texts: z.int() })).optional(),
  /** What is resampled: "document" where the corpus tells what texts were taken from, else "text". */
  unit: z.enum(["document", "text"]),
  units: z.int(),
  resamples: z.int(),
  permutations: z.int(),
  /** Halvings of the units. */
  halvings: z.int(),
  /** Parts of the units, of which two samples are compared; features of a language that are. */
  curve_shares: z.array(z.number()),
  curve_top_k: z.int(),
  seed: z.int(),
  /** Tests of (feature, language, layer) that p is family-wise over and q is over; features that never fire are none. */
  tests: z.int(),
  /** Why nothing was tested, or resampled; null where it was. */
  untested: z.string().nullable(),
});
export type EvidenceFacts = z.infer<typeof EvidenceFacts>;

/**
 * Of one layer. `p`, `q`, `auroc` and `dz` are [K, F], row-major; everything else is [K, N] of each language's N best features, in the order of
 * its ranking. NaN where a number is not known.
 */
export interface LayerEvidence {
  features: number;
  best: number;
  /** Family-wise p over the features, languages and layers of the run, and Benjamini and Hochberg's q. */
  p: Float32Array;
  q: Float32Array;
  /** Of a language's texts against all others'; paired difference to the translations in its standard deviations. */
  auroc: Float32Array;
  dz: Float32Array;
  /** 95 % intervals of v, and of the margin to the runner-up. */
  lo: Float32Array;
  hi: Float32Array;
  marginLo: Float32Array;
  marginHi: Float32Array;
  /** Mean v on one half of the units of what the other half ranks at this place; share of halves that rank the feature as high. */
  halvesV: Float32Array;
  halvesShare: Float32Array;
  /** Of how many languages the feature is, those with the highest means; 0 where no gap between them and the others is sure. */
  label: Float32Array;
  /** [K, S] of the parts of the units: agreement of two samples' top features, v of the first of one on it and on the other. */
  curveJaccard: Float32Array;
  curveOverlap: Float32Array;
  curveInSample: Float32Array;
  curveOutOfSample: Float32Array;
}

export interface Evidence {
  facts: EvidenceFacts;
  layers: ReadonlyMap<number, LayerEvidence>;
}

const OF_ALL = { p: "p", q: "q", auroc: "auroc", dz: "dz" } as const;
const OF_BEST = {
  ...({ lo: "ci_lo", hi: "ci_hi", marginLo: "margin_lo", marginHi: "margin_hi" } as const),
  ...({ halvesV: "halves_v", halvesShare: "halves_share", label: "label_size" } as const),
};

const OF_CURVE = {
  ...({ curveJaccard: "curve_jaccard", curveOverlap: "curve_overlap" } as const),
  ...({ curveInSample: "curve_in_sample", curveOutOfSample: "curve_out_of_sample" } as const),
};

/** A layer's part of `evidence.safetensors`: `layer.<L>.p`, `.q`, `.auroc`, `.dz` F32 [K, F]; `.ci_lo`, `.ci_hi` … F32 [K, N]. */
export function* evidenceTensors(
  layer: number,
  evidence: LayerEvidence,
): Generator<[name: string, Tensor]> {
  const K = evidence.features === 0 ? 0 : evidence.p.length / evidence.features;
  for (const names of [OF_ALL, OF_BEST, OF_CURVE])
    for (const [key, name] of Object.entries(names)) {
      const data = evidence[key as keyof typeof OF_ALL];
      yield [`layer.${layer}.${name}`, tensor("F32", [K, K === 0 ? 0 : data.length / K], data)];
    }
}

/** What the file says beside its tensors. */
export const evidenceMetadata = (facts: EvidenceFacts): Record<string, string> => ({
  facts: JSON.stringify(facts),
});

/**
 * @returns also how many features each layer has
 * @throws SafetensorsError or ZodError where it is not a whole file of evidence
 */
export function openEvidenceFile(
  path: string,
): Evidence & { features: ReadonlyMap<number, number> } {
  const { metadata, tensors, take } = new SealedReader(path);
  const facts = EvidenceFacts.parse(JSON.parse(metadata.facts ?? "null"));
  const K = facts.languages.length;
  const features = new Map(
    [...shapesOf(tensors, OF_ALL.p)].map(([layer, [, F]]): [number, number] => [layer, F]),
  );
  const namesOf = (layer: number) => {
    const best = tensors.get(`layer.${layer}.${OF_BEST.lo}`)?.shape[1] ?? 0;
    const widths = [features.get(layer) ?? 0, best, facts.curve_shares.length];
    return [OF_ALL, OF_BEST, OF_CURVE].flatMap((names, at) =>
      Object.entries<string>(names).map(([key, name]) => ({
        ...{ key, name: `layer.${layer}.${name}`, shape: [K, widths[at] as number] },
      })),
    );
  };
  for (const layer of features.keys())
    for (const { name, shape } of namesOf(layer)) expectTensor(tensors, name, "F32", shape);
  const read = (layer: number) =>
    ({
      ...{ features: features.get(layer) ?? 0 },
      best: tensors.get(`layer.${layer}.${OF_BEST.lo}`)?.shape[1] ?? 0,
      ...Object.fromEntries(
        namesOf(layer).map(({ key, name, shape }) => [key, take(name, "F32", shape)]),
      ),
    }) as LayerEvidence;
  const [F = 0] = features.values();
  const bytes = 4 * K * F * Object.keys(OF_ALL).length;
  return { facts, features, layers: new LayersOnDemand([...features.keys()], bytes, read) };
}

import { Bootstrap, estimateOf } from "../../reduce/bootstrap.js";
import type { Estimate } from "../ablation/ablation-result.js";
import type { TextLosses } from "../ablation/losses.js";
import type { MeasuredLanguage } from "../ablation/summarise.js";
import { areTogether, type LanguageGroups } from "./language-groups.js";

/** What taking out the features of two languages together costs the first, beyond what each costs by itself. */
export interface PairSynergy {
  /** Null: the mean over the layers. */
  layer: number | null;
  /** A, on whose texts it is measured, and B. */
  evaluated: string;
  other: string;
  /** ΔCE in nats per token without A's features, without B's, without both. */
  own: number;
  of_other: number;
  both: number;
  /** both − own − of_other: above 0, together they cost more than the sum. */
  synergy: Estimate;
}

/** Mean synergy of ordered pairs within a group of languages and across groups; null where there are no such pairs. */
export interface RelationSynergy {
  layer: number | null;
  intra: Estimate | null;
  inter: Estimate | null;
  /** intra − inter. */
  difference: Estimate | null;
}

/** Where the sets of a language and layer are among those that were measured. */
export interface PairPlaces {
  layer: number;
  /** By language: its features alone. */
  singles: ReadonlyMap<string, number>;
  /** By the other language: both together. */
  pairs: ReadonlyMap<string, number>;
}

interface Sampled {
  own: number;
  of_other: number;
  both: number;
  value: number;
  samples: Float64Array;
}

/**
 * ΔAB − ΔA − ΔB of every ordered pair, as the ablation repository's cross-language synergy has it, with intervals over documents.
 *
 * @param placesOf by language, then layer
 */
export function superAdditivity(
  measured: readonly MeasuredLanguage[],
  placesOf: ReadonlyMap<string, readonly PairPlaces[]>,
  { units, seed, groups }: { units: number; seed: number; groups: LanguageGroups | null },
): { pairs: PairSynergy[]; relations: RelationSynergy[] } {
  const bootstrap = new Bootstrap(units, seed);
  const layers = placesOf.get(measured[0]?.language ?? "")?.map(({ layer }) => layer) ?? [];
  const perLayer = layers.map((layer) => ({
    layer: layer as number | null,
    sampled: new Map<string, Sampled>(
      measured.flatMap((language) => pairsOf(language, layer, placesOf, bootstrap)),
    ),
  }));
  const all =
    perLayer.length > 1
      ? [...perLayer, { layer: null, sampled: averaged(perLayer.map(({ sampled }) => sampled)) }]
      : perLayer;
  const estimate = (each: Pick<Sampled, "value" | "samples">): Estimate => estimateOf(each, units);
  return {
    pairs: all.flatMap(({ layer, sampled }) =>
      [...sampled].map(([key, each]): PairSynergy => {
        const [evaluated, other] = key.split("\0") as [string, string];
        const { own, of_other, both } = each;
        return { layer, evaluated, other, own, of_other, both, synergy: estimate(each) };
      }),
    ),
    relations:
      groups === null
        ? []
        : all.map(({ layer, sampled }): RelationSynergy => {
            const of = (together: boolean) =>
              [...sampled]
                .filter(([key]) => {
                  const [a, b] = key.split("\0") as [string, string];
                  return areTogether(groups, a, b) === together;
                })
                .map(([, each]) => each);
            const [intra, inter] = [meanOf(of(true)), meanOf(of(false))];
            return {
              layer,
              intra: intra && estimate(intra),
              inter: inter && estimate(inter),
              difference:
                intra &&
                inter &&
                estimate({
                  value: intra.value - inter.value,
                  samples: intra.samples.map((each, at) => each - (inter.samples[at] as number)),
                }),
            };
          }),
  };
}

function pairsOf(
  { language, unitOf, baseline, layers }: MeasuredLanguage,
  layer: number,
  placesOf: ReadonlyMap<string, readonly PairPlaces[]>,
  bootstrap: Bootstrap,
): [string, Sampled][] {
  const places = placesOf.get(language)?.find((each) => each.layer === layer) as PairPlaces;
  const { loss } = layers.get(layer) as TextLosses;
  const [without] = baseline.loss as [Float64Array];
  const tokens = baseline.tokens.reduce((sum, count) => sum + count, 0);
  const deltaOf = (place: number | undefined) =>
    (loss[place as number] as Float64Array).map((each, text) => each - (without[text] as number));
  const perToken = (delta: Float64Array) => delta.reduce((sum, each) => sum + each, 0) / tokens;
  const own = deltaOf(places.singles.get(language));
  return [...places.pairs].map(([other, place]) => {
    const [ofOther, both] = [deltaOf(places.singles.get(other)), deltaOf(place)];
    const synergy = both.map(
      (each, text) => each - (own[text] as number) - (ofOther[text] as number),
    );
    return [
      `${language}\0${other}`,
      {
        ...{ own: perToken(own), of_other: perToken(ofOther), both: perToken(both) },
        value: perToken(synergy),
        samples: bootstrap.ratios(synergy, baseline.tokens, unitOf),
      },
    ];
  });
}

function averaged(layers: readonly ReadonlyMap<string, Sampled>[]): Map<string, Sampled> {
  const keys = [...(layers[0]?.keys() ?? [])];
  return new Map(
    keys.map((key) => {
      const all = layers.map((layer) => layer.get(key) as Sampled);
      return [key, meanOf(all) as Sampled];
    }),
  );
}

function meanOf(all: readonly Sampled[]): Sampled | null {
  const [first] = all;
  if (first === undefined) return null;
  const mean = (numberOf: (each: Sampled) => number) =>
    all.reduce((sum, each) => sum + numberOf(each), 0) / all.length;
  return {
    own: mean(({ own }) => own),
    of_other: mean(({ of_other }) => of_other),
    both: mean(({ both }) => both),
    value: mean(({ value }) => value),
    samples: first.samples.map((_, at) => mean(({ samples }) => samples[at] as number)),
  };
}

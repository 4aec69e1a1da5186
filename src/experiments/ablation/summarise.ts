import {
  Bootstrap,
  estimateOf,
  lessSampled,
  type Sampled as SampledValue,
} from "../../reduce/bootstrap.js";
import type { AblationCell, AblationSet, AblationSummary, Estimate } from "./ablation-result.js";
import type { SetsOn } from "./ablation-sets.js";
import type { TextLosses } from "./losses.js";

export interface MeasuredLanguage {
  language: string;
  /** The unit of each text: its document, which translations share. */
  unitOf: readonly number[];
  /** Of the model as it is: one set, without features. */
  baseline: TextLosses;
  /** By layer: losses under its distinct sets. */
  layers: ReadonlyMap<number, TextLosses>;
}

export interface MeasuredLayer {
  layer: number;
  /** All of the layer. */
  sets: readonly AblationSet[];
  /** Those that a language was read under. */
  on: (language: string) => Pick<SetsOn, "sets" | "places">;
}

/** Resampled values beside the value itself. */
interface Sampled extends SampledValue {
  textMean: number;
}

const keyOf = (kind: string, ablated: string, config: string, evaluated: string) =>
  [kind, ablated, config, evaluated].join("\0");

/** Differences of losses as means with intervals, layer by layer and over the layers. */
export function summarise(
  languages: readonly MeasuredLanguage[],
  layers: readonly MeasuredLayer[],
  units: number,
  seed: number,
): { cells: AblationCell[]; summary: AblationSummary[] } {
  const bootstrap = new Bootstrap(units, seed);
  const perLayer = layers.map((layer) => ({
    layer: layer.layer as number | null,
    sets: layer.sets,
    sampled: sampledLayer(languages, layer, bootstrap),
    activations: activationsOf(layer.sets),
  }));
  const [first] = perLayer;
  if (first === undefined) return { cells: [], summary: [] };
  const all =
    perLayer.length > 1
      ? [
          ...perLayer,
          {
            ...overLayers(perLayer),
            sets: first.sets,
            activations: activationsOf(layers.flatMap(({ sets }) => sets)),
          },
        ]
      : perLayer;
  const estimate = (each: Sampled): Estimate => estimateOf(each, units);
  return {
    cells: all.flatMap(({ layer, sampled }) =>
      [...sampled].map(([key, each]): AblationCell => {
        const [kind, ablated, config, evaluated] = key.split("\0") as [
          AblationSet["kind"],
          string,
          string,
          string,
        ];
        return {
          ...{ layer, ablated, config, kind, evaluated },
          ...{ delta: estimate(each), delta_text_mean: each.textMean },
        };
      }),
    ),
    summary: all.flatMap(({ layer, sets, sampled, activations }) =>
      summariesOf(
        layer,
        sets,
        languages.map(({ language }) => language),
        sampled,
        estimate,
      ).map((each) => ({
        ...each,
        random_activation: activations.get(`${each.ablated}\0${each.config}`) ?? null,
      })),
    ),
  };
}

/** By language and configuration: how active random features are on the language, in parts of its own ones. */
function activationsOf(sets: readonly AblationSet[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const [key, own] of Map.groupBy(sets, ({ ablated, config }) => `${ablated}\0${config}`)) {
    const meanOfKind = (wanted: AblationSet["kind"]) =>
      meanOf(own.filter(({ kind }) => kind === wanted).flatMap(({ means }) => means));
    const ratio = meanOfKind("random") / meanOfKind("language");
    if (Number.isFinite(ratio)) found.set(key, ratio);
  }
  return found;
}

/** Every set of a layer on the languages that were read under it; the draws of random features together. */
function sampledLayer(
  languages: readonly MeasuredLanguage[],
  { layer, on }: MeasuredLayer,
  bootstrap: Bootstrap,
): Map<string, Sampled> {
  const found = new Map<string, Sampled>();
  for (const { language, unitOf, baseline, layers } of languages) {
    const { sets, places } = on(language);
    const { loss } = layers.get(layer) as TextLosses;
    const [without] = baseline.loss as [Float64Array];
    const { tokens } = baseline;
    const groups = Map.groupBy(sets.keys(), (at) => {
      const { kind, ablated, config } = sets[at] as AblationSet;
      return keyOf(kind, ablated, config, language);
    });
    for (const [key, members] of groups) {
      const deltas = members.map((at) =>
        (loss[places[at] as number] as Float64Array).map(
          (each, text) => each - (without[text] as number),
        ),
      );
      found.set(key, {
        value: meanOf(deltas.map((delta) => sumOf(delta) / sumOf(tokens))),
        samples: bootstrap.overDraws(
          deltas.map((delta) => bootstrap.ratios(delta, tokens, unitOf)),
          `${layer}\0${key}`,
        ),
        textMean: meanOf(
          deltas.map((delta) =>
            meanOf([...delta].map((each, text) => each / (tokens[text] as number))),
          ),
        ),
      });
    }
  }
  return found;
}

/** The mean over layers of what is there at all of them; resamples are those of the same texts at every layer. */
function overLayers(layers: readonly { sampled: Map<string, Sampled> }[]): {
  layer: null;
  sampled: Map<string, Sampled>;
} {
  const sampled = new Map<string, Sampled>();
  for (const key of layers[0]?.sampled.keys() ?? []) {
    const all = layers.map((layer) => layer.sampled.get(key));
    if (all.every((each) => each !== undefined)) sampled.set(key, combined(all, 1 / all.length));
  }
  return { layer: null, sampled };
}

/** Σ of sampled values, each times the same weight. */
function combined(all: readonly Sampled[], weight: number): Sampled {
  const samples = new Float64Array(all[0]?.samples.length ?? 0);
  for (const each of all)
    for (let at = 0; at < samples.length; at++)
      samples[at] = (samples[at] as number) + weight * (each.samples[at] as number);
  return {
    samples,
    value: weight * sumOf(all.map(({ value }) => value)),
    textMean: weight * sumOf(all.map(({ textMean }) => textMean)),
  };
}

const less = (a: Sampled, b: Sampled): Sampled => ({
  ...lessSampled(a, b),
  textMean: a.textMean - b.textMean,
});

function summariesOf(
  layer: number | null,
  sets: readonly AblationSet[],
  languages: readonly string[],
  sampled: ReadonlyMap<string, Sampled>,
  estimate: (each: Sampled) => Estimate,
): Omit<AblationSummary, "random_activation">[] {
  const own = sets.filter(({ kind }) => kind === "language");
  const ablatedLanguages = [...new Set(own.map(({ ablated }) => ablated))];
  const of = (kind: string, ablated: string, config: string, evaluated: string) =>
    sampled.get(keyOf(kind, ablated, config, evaluated));
  return own.flatMap(({ ablated, config }): Omit<AblationSummary, "random_activation">[] => {
    const self = of("language", ablated, config, ablated);
    // Of a language without evaluation texts nothing can be said.
    if (self === undefined) return [];
    const others = languages
      .filter((evaluated) => evaluated !== ablated)
      .map((evaluated) => ({
        evaluated,
        each: of("language", ablated, config, evaluated) as Sampled,
      }));
    const others_mean = combined(
      others.map(({ each }) => each),
      1 / others.length,
    );
    const largest = others.reduce((most, each) =>
      each.each.value > most.each.value ? each : most,
    );
    const rivals = ablatedLanguages
      .filter((other) => other !== ablated)
      .map((other) => ({ other, each: of("language", other, config, ablated) as Sampled }));
    const [firstRival, ...moreRivals] = rivals;
    const rival =
      firstRival &&
      moreRivals.reduce(
        (most, each) => (each.each.value > most.each.value ? each : most),
        firstRival,
      );
    const random = of("random", ablated, config, ablated);
    return [
      {
        ...{ layer, ablated, config, own: estimate(self), others_mean: estimate(others_mean) },
        largest_other: { evaluated: largest.evaluated, delta: estimate(largest.each) },
        random: random === undefined ? null : estimate(random),
        other_features:
          rival === undefined ? null : { ablated: rival.other, delta: estimate(rival.each) },
        over_others: estimate(less(self, others_mean)),
        over_random: random === undefined ? null : estimate(less(self, random)),
        over_other_features: rival === undefined ? null : estimate(less(self, rival.each)),
      },
    ];
  });
}

const sumOf = (values: Iterable<number>): number => {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
};
const meanOf = (values: readonly number[]): number => sumOf(values) / values.length;

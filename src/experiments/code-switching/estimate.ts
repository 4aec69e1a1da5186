import type { SpanSums } from "../spans.js";

/** A noun as it was read, with what makes it depend on others: two that share a prefix or a noun are not independent. */
export interface Observation {
  span: SpanSums | null;
  prefix: string;
  noun: string;
}

/** By layer: a mean activation over tokens, null where there is no token, and its standard error, null where nothing tells it. */
export interface Estimate {
  mean: (number | null)[];
  standard_error: (number | null)[];
  /** Sentences in it; of nouns by themselves, different nouns. */
  n: number;
}

/** How what shares a prefix or a noun is grouped. */
type Grouping = (observation: Observation) => string;

const byPrefix: Grouping = ({ prefix }) => prefix;
const byNoun: Grouping = ({ noun }) => noun;
const byBoth: Grouping = ({ prefix, noun }) => JSON.stringify([prefix, noun]);

/**
 * The mean over groups (languages), each weighing the same, of Σ activation / Σ tokens; feature k of those that were watched.
 *
 * Its standard error is that of a ratio, linearised: u = (activation − mean · tokens) / (tokens of the group · groups) for a
 * sentence, and Σ u over all that shares a prefix, or a noun, is what varies (two-way clusters: Cameron, Gelbach and Miller,
 * 2011, J. Bus. Econ. Stat. 29), each with G / (G − 1) for G clusters. The languages are taken as given. Null with a single
 * prefix or a single noun.
 *
 * @param alone nouns by themselves: they share no prefix
 */
export function estimate(
  groups: readonly (readonly Observation[])[],
  k: number,
  layers: readonly number[],
  alone = false,
): Estimate {
  const told = groups
    .map((group) => group.filter(({ span }) => (span?.tokens ?? 0) > 0))
    .filter(({ length }) => length > 0);
  const each = layers.map((layer) => atLayer(told, k, layer, alone));
  return {
    mean: each.map(({ mean }) => mean),
    standard_error: each.map(({ error }) => error),
    n: told.reduce((sum, { length }) => sum + length, 0),
  };
}

function atLayer(
  groups: readonly (readonly Observation[])[],
  k: number,
  layer: number,
  alone: boolean,
): { mean: number | null; error: number | null } {
  if (groups.length === 0) return { mean: null, error: null };
  const activation = ({ span }: Observation) => span?.sums.get(layer)?.[k] ?? 0;
  const tokens = ({ span }: Observation) => span?.tokens ?? 0;
  const influences: [Observation, number][] = [];
  const ratios: number[] = [];
  for (const group of groups) {
    const all = total(group.map(tokens));
    const ratio = total(group.map(activation)) / all;
    ratios.push(ratio);
    for (const each of group) {
      const influence = (activation(each) - ratio * tokens(each)) / (all * groups.length);
      influences.push([each, influence]);
    }
  }
  const mean = total(ratios) / groups.length;
  return { mean, error: alone ? root(variance(influences, byNoun)) : twoWay(influences) };
}

/** The difference of variances can be too small, even negative, with few clusters: it is at least that of either way alone. */
function twoWay(influences: readonly [Observation, number][]): number | null {
  const [prefixes, nouns] = [variance(influences, byPrefix), variance(influences, byNoun)];
  if (prefixes === null || nouns === null) return null;
  const both = variance(influences, byBoth) as number;
  return root(Math.max(prefixes + nouns - both, prefixes, nouns));
}

function variance(influences: readonly [Observation, number][], grouping: Grouping): number | null {
  const sums = new Map<string, number>();
  for (const [observation, influence] of influences) {
    const cluster = grouping(observation);
    sums.set(cluster, (sums.get(cluster) ?? 0) + influence);
  }
  if (sums.size < 2) return null;
  const squares = total([...sums.values()].map((sum) => sum * sum));
  return (sums.size / (sums.size - 1)) * squares;
}

const root = (variance: number | null): number | null =>
  variance === null ? null : Math.sqrt(variance);

const total = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0);

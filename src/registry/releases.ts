import { z } from "zod";

/** A release as the registry of the installed sae_lens has it. */
export const Release = z.strictObject({
  name: z.string(),
  model: z.string(),
  repository: z.string(),
  /** The format's name in sae_lens; null: its own. */
  loader: z.string().nullable(),
  dictionaries: z.array(
    z.strictObject({
      id: z.string(),
      /** Folder or file in the repository. */
      path: z.string(),
      /** Mean number of active features per token, as the release states it. */
      l0: z.number().nullable(),
      neuronpedia: z.string().nullable(),
    }),
  ),
});
export type Release = z.infer<typeof Release>;

/** Dictionaries whose ids differ in the layer alone. */
export interface Series {
  /** With {layer} where the number stands. */
  template: string;
  layers: number[];
  width: string | null;
  /** Least and greatest that is stated. */
  l0: [number, number] | null;
  neuronpedia: boolean;
}

/** Where a layer's number stands in an id: layer_3/…, layer3, blocks.3.…, l3r_8x, 3-…. */
const LAYER = [
  /(?<![a-z0-9])(?<before>layer_?)(?<layer>\d+)(?!\d)/,
  /(?<![a-z])(?<before>blocks\.)(?<layer>\d+)(?=\.)/,
  /^(?<before>l)(?<layer>\d+)(?=[a-z]_)/,
  /^(?<before>)(?<layer>\d+)(?=-)/,
];
const WIDTH = /width[_-](?<width>\d+(?:pow\d+|[km])?)|_(?<times>\d+x)\b|-W(?<scope>\d+K)-/;

/** The ids of a release as templates, in the order in which they first occur. */
export function seriesOf({ dictionaries, name, repository }: Release): Series[] {
  const series = new Map<string, Series>();
  for (const { id, l0, neuronpedia } of dictionaries) {
    const found = LAYER.map((pattern) => pattern.exec(id)).find((match) => match !== null);
    if (found?.groups === undefined) continue;
    const { before = "", layer = "" } = found.groups;
    const end = found.index + before.length + layer.length;
    const template = `${id.slice(0, found.index)}${before}{layer}${id.slice(end)}`;
    const known = series.get(template) ?? {
      template,
      layers: [],
      width: widthIn(template) ?? widthIn(name) ?? widthIn(repository),
      l0: null,
      neuronpedia: false,
    };
    known.layers.push(Number(layer));
    if (l0 !== null)
      known.l0 = [Math.min(l0, known.l0?.[0] ?? l0), Math.max(l0, known.l0?.[1] ?? l0)];
    known.neuronpedia ||= neuronpedia !== null;
    series.set(template, known);
  }
  for (const { layers } of series.values()) layers.sort((a, b) => a - b);
  return [...series.values()];
}

function widthIn(text: string): string | null {
  const groups = WIDTH.exec(text)?.groups;
  return groups?.width ?? groups?.times ?? groups?.scope?.toLowerCase() ?? null;
}

/** Layers as people write them: 0-25, or 5,10,12-14. */
export function layerRanges(layers: readonly number[]): string {
  const sorted = [...new Set(layers)].sort((a, b) => a - b);
  const ranges: [number, number][] = [];
  for (const layer of sorted) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === layer - 1) last[1] = layer;
    else ranges.push([layer, layer]);
  }
  return ranges
    .map(([from, to]) =>
      from === to ? `${from}` : to - from === 1 ? `${from},${to}` : `${from}-${to}`,
    )
    .join(",");
}

/** Models that the registry names without their owner. */
const OWNERS: [RegExp, string][] = [
  [/^gemma-/, "google/"],
  [/^gpt2-small$/, "openai-community/"],
  [/^pythia-/, "EleutherAI/"],
];

/** The Hub's id of a release's model; null where the registry's name does not tell it. */
export function modelIdOf({ model }: Release): string | null {
  if (model.includes("/")) return model;
  const qwen = /^qwen3-([\d.]+)b$/.exec(model);
  if (qwen) return `Qwen/Qwen3-${qwen[1]}B`;
  if (model === "mistral-7b") return "mistralai/Mistral-7B-v0.1";
  const owner = OWNERS.find(([pattern]) => pattern.test(model))?.[1];
  return owner === undefined ? null : owner + (model === "gpt2-small" ? "gpt2" : model);
}

const UNSUPPORTED: [RegExp, string][] = [
  [/^gemma-2b(-it)?$/, "Gemma 1"],
  [/gpt-oss/, "gpt-oss"],
  [/Qwen3\.5/, "Qwen 3.5"],
  [/-A3B/, "a mixture of experts"],
];

/** Why vscore cannot run a release; null where its model and kind are supported. */
export function obstacle({ model, loader }: Release): string | null {
  if (loader === "temporal") return "reads whole sequences";
  const found = UNSUPPORTED.find(([pattern]) => pattern.test(model));
  return found === undefined ? null : `${found[1]} is not supported`;
}

/** Those releases in whose name, model or repository every word occurs, by model, then name. */
export function findReleases(releases: readonly Release[], words: string): Release[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const exact = releases.filter(({ name }) => name === words.trim());
  const found = releases.filter(({ name, model, repository }) => {
    const text = `${name} ${model} ${repository}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
  const order = (a: string, b: string) => a.localeCompare(b, "en", { numeric: true });
  return (exact.length > 0 ? exact : found).sort(
    (a, b) => order(a.model, b.model) || order(a.name, b.name),
  );
}

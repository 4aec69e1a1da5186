import {
  layerRanges,
  modelIdOf,
  obstacle,
  type Release,
  type Series,
  seriesOf,
} from "../registry/releases.js";
import { shellWord } from "../shell-word.js";
import { tableLines } from "./table.js";

/** Releases, a line each: what for, how many, which layers and widths, and whether vscore can run them. */
export function releaseLines(releases: readonly Release[]): string[] {
  const columns = [
    { title: "model" },
    { title: "release" },
    { title: "ids", align: "right" },
    { title: "layers" },
    { title: "widths" },
    { title: "L0", align: "right" },
    { title: "" },
  ] as const;
  const rows = releases.map((release) => {
    const series = seriesOf(release);
    const l0 = series.flatMap((each) => each.l0 ?? []);
    const widths = [...new Set(series.map(({ width }) => width ?? "?"))];
    return [
      release.model.replace(/^.*\//, ""),
      release.name,
      String(release.dictionaries.length),
      layerRanges(series.flatMap(({ layers }) => layers)),
      widths.length > 4 ? `${widths.length} widths` : widths.join(" "),
      rangeOf(l0),
      obstacle(release) ?? (series.some(({ neuronpedia }) => neuronpedia) ? "neuronpedia" : ""),
    ];
  });
  return tableLines(columns, rows);
}

/** One release: the templates of its ids, and how to compute with one of them. */
export function releaseDetails(release: Release): string[] {
  const series = seriesOf(release);
  const columns = [
    { title: "sae_id_template" },
    { title: "layers" },
    { title: "width" },
    { title: "L0", align: "right" },
  ] as const;
  // The one with most layers first: it is the likeliest to be wanted.
  const shown = series.length > MANY ? withoutL0(series) : series;
  const sorted = [...shown].sort((a, b) => b.layers.length - a.layers.length);
  const rows = sorted.map(({ template, layers, width, l0 }) => [
    template,
    layerRanges(layers),
    width ?? "?",
    rangeOf(l0 ?? []),
  ]);
  const without =
    release.dictionaries.length - series.reduce((n, { layers }) => n + layers.length, 0);
  return [
    `${release.name}: ${release.dictionaries.length} dictionaries for ${release.model}, from ${release.repository}`,
    "",
    ...tableLines(columns, rows),
    ...(shown === series ? [] : ["*: differs from layer to layer. Every id: --json"]),
    ...(without > 0 ? [`${without} more belong to no layer.`] : []),
    "",
    ...exampleLines(release, sorted[0]),
  ];
}

/** More templates than this are shown without their L0. */
const MANY = 40;

/** Series whose templates differ in the L0 alone, as one. */
function withoutL0(series: readonly Series[]): Series[] {
  const merged = new Map<string, Series>();
  for (const each of series) {
    const template = each.template.replace(/l0_\d+/, "l0_*");
    const known = merged.get(template);
    const l0 = [...(known?.l0 ?? []), ...(each.l0 ?? [])];
    merged.set(template, {
      ...each,
      template,
      layers: [...new Set([...(known?.layers ?? []), ...each.layers])].sort((a, b) => a - b),
      l0: l0.length === 0 ? null : [Math.min(...l0), Math.max(...l0)],
    });
  }
  return [...merged.values()];
}

function exampleLines(release: Release, series: Series | undefined): string[] {
  const reason = obstacle(release);
  if (reason !== null) return [`vscore cannot run it: ${reason}.`];
  if (series === undefined) return [];
  const { template } = series;
  const layers = series.layers.length > 6 ? spread(series.layers) : series.layers;
  const idOf = (layer: number) => {
    const [start = "", end = ""] = template.replaceAll("{layer}", String(layer)).split("*");
    return release.dictionaries.find(({ id }) => id.startsWith(start) && id.endsWith(end))?.id;
  };
  const ids = template.includes("*")
    ? `--sae-ids ${shellWord(layers.map((layer) => `${layer}=${idOf(layer)}`).join(","))}`
    : `--sae-id-template ${shellWord(template)}`;
  return [
    "For example:",
    `  npx vscore compute --model custom --model-id ${shellWord(modelIdOf(release) ?? "OWNER/MODEL")} \\`,
    `    --sae-release ${shellWord(release.name)} --layers ${layers.join(",")} --languages paper \\`,
    `    ${ids}`,
  ];
}

const rangeOf = (l0: readonly number[]): string => {
  if (l0.length === 0) return "";
  const [least, most] = [Math.min(...l0), Math.max(...l0)].map((n) => String(Math.round(n)));
  return least === most ? (least as string) : `${least}–${most}`;
};

/** Six of many, evenly. */
const spread = (layers: readonly number[]): number[] =>
  Array.from(
    { length: 6 },
    (_, at) => layers[Math.round((at * (layers.length - 1)) / 5)] as number,
  );

import { currentCode, languageName } from "../config/languages.js";
import type { ClusterResult, ClusterSource } from "../experiments/clustering/cluster-languages.js";
import { wrapped } from "./cells.js";
import { digits } from "./digits.js";
import { tableLines } from "./table.js";

/** Languages of a branch that a line names. */
const NAMED = 4;

/** Of a cluster's languages, before they go on in the next line. */
const COLUMNS = 100;

/** A language's name, also of a two-letter code; the code itself where it is none. */
export const nameOf = (code: string): string => languageName(currentCode(code));

/** What languages are compared by, in words. */
export function measureText({ by, top_k, ranked_by, layers }: ClusterSource): string {
  const over = layers === null ? "" : `, ${layersText(layers)}`;
  if (by === "interactions") return "ablation effects, D = 1 − (M_ij + M_ji) / (M_ii + M_jj)";
  if (by === "overlap") return `top ${top_k} features by ${ranked_by}, D = 1 − Jaccard${over}`;
  return `v over all features, D = 1 − Pearson's r${over}`;
}

const layersText = (layers: readonly number[]): string =>
  layers.length === 1 ? `layer ${layers[0]}` : `mean over layers ${layers.join(", ")}`;

const CHOSEN = { k: "as asked", cut: "by height, as asked", silhouette: "best silhouette" };

/** What was joined at which height, in which clusters that ends, and how well other cuts would fit. */
export function clusterLines(result: ClusterResult): string[] {
  const { source, languages, clusters, cut_height, chosen_by, silhouettes } = result;
  const by =
    chosen_by === "silhouette" && silhouettes.length === 0 ? "" : ` (${CHOSEN[chosen_by]})`;
  return [
    `${source.name}: ${languages.length} languages by ${measureText(source)}`,
    `Ward linkage, cut at ${digits(cut_height)}: ${countOf(clusters.length, "cluster")}${by}`,
    "",
    ...clusterTable(result),
    "",
    ...result.merges.map(
      ({ first, second, height }) =>
        `joins ${branchText(first)} and ${branchText(second)} at ${digits(height)}`,
    ),
    "",
    ...(silhouettes.length === 0
      ? []
      : [
          ...tableLines(
            [
              { title: "k", align: "right" },
              { title: "silhouette", align: "right" },
              { title: "" },
            ],
            silhouettes.map(({ k, silhouette }) => [
              String(k),
              digits(silhouette),
              k === clusters.length ? "shown" : "",
            ]),
          ),
          "",
        ]),
    `Map (metric MDS, not used for the clusters): stress ${digits(result.stress)}, stress-1 ${digits(result.stress_1)}; 0 is exact, above 0.2 poor.`,
    ...result.warnings.map((warning) => `warning: ${warning}`),
  ];
}

/** Which languages are in which cluster. */
export const clusterTable = ({ clusters }: ClusterResult): string[] =>
  tableLines(
    [{ title: "cluster", align: "right" }, { title: "languages" }],
    clusters.flatMap((codes, at) =>
      wrapped(codes.map(namedText).join(", "), COLUMNS).map((line, row) => [
        row === 0 ? String(at + 1) : "",
        line,
      ]),
    ),
  );

/** With its name, where the code has another one. */
const namedText = (code: string): string =>
  nameOf(code) === code ? code : `${code} ${nameOf(code)}`;

function branchText(codes: readonly string[]): string {
  if (codes.length === 1) return codes[0] as string;
  const rest = codes.length - NAMED;
  const shown = rest > 1 ? codes.slice(0, NAMED) : codes;
  return `{${shown.join(", ")}${rest > 1 ? ` and ${rest} more` : ""}}`;
}

const countOf = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? "" : "s"}`;

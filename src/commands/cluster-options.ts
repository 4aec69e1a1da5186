import { type Command, InvalidArgumentError, Option } from "commander";
import { readFlag } from "../config/flag-values.js";
import { MEASURES } from "../experiments/clustering/distances.js";
import type { ClusterOptions } from "./cluster.js";
import { rankByOption, whole } from "./options.js";

/** `vscore cluster` on the command line. */
export function addCluster(
  program: Command,
  action: (source: string, options: ClusterOptions) => Promise<void>,
): void {
  program
    .command("cluster")
    .argument("<RUN|MATRIX.csv>", "a run, or an interaction matrix (see below)")
    .description("which languages belong together: Ward's tree, clusters, a map")
    .addOption(
      new Option(
        "--by <MEASURE>",
        "what languages of a run are compared by (default: overlap; of a matrix: interactions)",
      ).choices(MEASURES),
    )
    .option("--k <N>", "so many clusters (default: as many as fit best by silhouette)", whole(1))
    .option("--cut <HEIGHT>", "cut the tree at this height instead", height)
    .option("--top-k <K>", "overlap: features of each language (default: 50)", whole(1))
    .addOption(rankByOption())
    .option(
      "--layers <LAYERS>",
      "overlap, v-profile: layers that distances are averaged over (default: all)",
      (text) => readFlag(text, "integers") as (number | string)[],
    )
    .option(
      "--output <FOLDER>",
      "where to (default: experiments/cluster-<n> in the run; else ./cluster-<name>)",
    )
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `
Measures, each a distance between two languages:
  overlap       1 − Jaccard of their top-k features, by v or by --rank-by (lape and tau give no two languages a feature)
  v-profile     1 − Pearson's r of v over all features
  interactions  1 − (M_ij + M_ji) / (M_ii + M_jj), from 0 up, where M is what ablating a language's features (column) does to
                a language's texts (row); of a run, that of its latest experiments/interactions-<n>

MATRIX.csv has the codes as header, its first cell empty, and as index. Languages are joined by Ward's method, which assumes
Euclidean distances: where these are none, that is said. Linkage, clusters, silhouettes and map are scipy's and scikit-learn's.
Written are result.json, distances.csv, and dendrogram, map and distances as .svg and .png.`,
    )
    .action((source, { by, k, cut, topK, rankBy, layers, output, json }) =>
      action(source, { by, k, cut, topK, rankBy, layers, output, json: json === true }),
    );
}

function height(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("Expected a height in the tree, a number above 0.");
}

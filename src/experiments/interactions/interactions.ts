import { requestError } from "../../errors.js";
import type { Interval } from "../../reduce/bootstrap.js";
import type { AblationResult, EvaluationFacts } from "../ablation/ablation-result.js";
import { averagedLayer } from "../ablation/averaged-layer.js";
import type { InteractionMatrix } from "./interaction-matrix.js";

/** What the features of two languages cost the other one, with 95 % intervals where the mean is over tokens. */
export interface OneSided {
  first: string;
  second: string;
  on_first: number;
  on_second: number;
  interval_on_first: Interval | null;
  interval_on_second: Interval | null;
}

/** `result.json` of interactions, and what `vscore interactions --json` prints. */
export interface InteractionsResult {
  schema_version: 1;
  run: string;
  /** The ablation that it was made from. */
  ablation: string;
  config: string;
  /** By which measure the features are the best, as in the ablation. */
  ranked_by: string;
  projection: string;
  /** Whether ΔCE is a mean over texts of each text's own, as the ablation repository has it, or per token. */
  mean_over: "tokens" | "texts";
  evaluation: EvaluationFacts;
  is_enough: boolean;
  languages: string[];
  /** [evaluated][ablated], averaged over the layers, and at each layer. */
  average: number[][];
  layers: { layer: number; matrix: number[][] }[];
  /** Each row by its own diagonal: the effect of each language's features in parts of that of its own; null where that is not positive. */
  normalized: (number | null)[][];
  /** Pairs by falling |M[a][b] − M[b][a]|: whose features matter more to the other. */
  asymmetry: OneSided[];
  /** Languages whose own features cost it most of all, and those of which that does not hold, with the column that does. */
  self_is_largest: string[];
  others_are_larger: { evaluated: string; ablated: string; value: number; own: number }[];
}

/**
 * What the ablation of each language's features does to each language. M[i][j] is ΔCE on texts of i when the features of j are
 * taken out at one layer, averaged over the layers, as the ablation repository has it.
 *
 * @throws VscoreError (request) for a configuration that the ablation lacks, or fewer than two languages in both roles
 */
export function interactions(
  { name, result }: { name: string; result: AblationResult },
  { config, meanOver }: { config: string | undefined; meanOver: "tokens" | "texts" },
): InteractionsResult {
  const names = result.configs.map((each) => each.name);
  const chosen =
    config ??
    result.configs.reduce((most, each) => (each.ranks.length > most.ranks.length ? each : most))
      .name;
  if (!names.includes(chosen))
    throw requestError(`--config ${chosen}: ${name} has ${names.join(", ")}. Choose one of them.`);
  const languages = result.languages.filter((code) => result.ablated.includes(code));
  if (languages.length < 2)
    throw requestError(
      `${name} has ${languages.length} languages that were both evaluated and ablated (evaluated: ${result.languages.join(", ")}; ablated: ${result.ablated.join(", ")}). Expected at least two. Run the ablation with more --languages.`,
    );
  const own = result.cells.filter(({ kind, config }) => kind === "language" && config === chosen);
  const matrixOf = (layer: number) =>
    languages.map((evaluated) =>
      languages.map((ablated) => {
        const cell = own.find(
          (each) =>
            each.layer === layer && each.evaluated === evaluated && each.ablated === ablated,
        );
        if (cell === undefined)
          throw requestError(
            `${name} has no effect of ${ablated} on ${evaluated} at layer ${layer}. Expected one of every pair. Run the ablation anew.`,
          );
        return meanOver === "tokens" ? cell.delta.value : cell.delta_text_mean;
      }),
    );
  const layers = result.layers.map((layer) => ({ layer, matrix: matrixOf(layer) }));
  const average = languages.map((_, i) =>
    languages.map(
      (_, j) =>
        layers.reduce((sum, { matrix }) => sum + (matrix[i]?.[j] as number), 0) / layers.length,
    ),
  );
  const averaged = averagedLayer(result.layers);
  const intervalOf = (evaluated: string, ablated: string): Interval | null =>
    meanOver === "texts"
      ? null
      : (own.find(
          (each) =>
            each.layer === averaged && each.evaluated === evaluated && each.ablated === ablated,
        )?.delta.interval ?? null);
  return {
    ...{ schema_version: 1, run: result.run, ablation: name, config: chosen },
    ...{
      ranked_by: result.ranked_by,
      projection: result.projection,
      mean_over: meanOver,
      evaluation: result.evaluation,
    },
    ...{ is_enough: result.is_enough, languages, average, layers },
    ...{
      normalized: normalizedRows(average),
      asymmetry: asymmetryOf(languages, average, intervalOf),
    },
    ...largestOf(languages, average),
  };
}

const normalizedRows = (matrix: readonly number[][]): (number | null)[][] =>
  matrix.map((row, i) => {
    const own = row[i] as number;
    return row.map((value) => (own > 0 ? value / own : null));
  });

function asymmetryOf(
  languages: readonly string[],
  matrix: readonly number[][],
  intervalOf: (evaluated: string, ablated: string) => Interval | null,
): OneSided[] {
  return languages
    .flatMap((first, i) =>
      languages.slice(i + 1).map((second, k) => ({
        ...{ first, second },
        on_first: matrix[i]?.[i + 1 + k] as number,
        on_second: matrix[i + 1 + k]?.[i] as number,
        interval_on_first: intervalOf(first, second),
        interval_on_second: intervalOf(second, first),
      })),
    )
    .sort((a, b) => Math.abs(b.on_first - b.on_second) - Math.abs(a.on_first - a.on_second));
}

function largestOf(
  languages: readonly string[],
  matrix: readonly number[][],
): Pick<InteractionsResult, "self_is_largest" | "others_are_larger"> {
  const rows = languages.map((evaluated, i) => {
    const row = matrix[i] as number[];
    const most = row.indexOf(Math.max(...row));
    return {
      ...{ evaluated, ablated: languages[most] as string },
      ...{ value: row[most] as number, own: row[i] as number },
    };
  });
  return {
    self_is_largest: rows
      .filter(({ evaluated, ablated }) => evaluated === ablated)
      .map(({ evaluated }) => evaluated),
    others_are_larger: rows.filter(({ evaluated, ablated }) => evaluated !== ablated),
  };
}

/** The averaged matrix as the clustering and the ablation repository take it. */
export const averageMatrix = ({ languages, average }: InteractionsResult): InteractionMatrix => ({
  languages: [...languages],
  matrix: average,
});

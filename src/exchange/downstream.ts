import { z } from "zod";
import { shortCodeOfName } from "../config/short-codes.js";
import { csvNumber } from "./csv-records.js";
import {
  Code,
  codeOf,
  isNear,
  Num,
  type ReadResult,
  take,
  UnknownShape,
  unique,
} from "./imported-result.js";

/** What a task scores with its language's features and without. */
interface DownstreamRow {
  task: string;
  metric: string;
  language: string;
  /** Which features were ablated, such as top-1+2; null where the file does not tell. */
  features: string | null;
  baseline: Num;
  ablated: Num;
  delta: Num;
  /** As in the file, which has it or not. */
  delta_pct?: Num;
}

/** Headers of both generations of the table. */
const HEADERS = [
  "task,metric,lang,baseline,ablated,delta",
  "task,metric,language,baseline,ablated,delta,delta_pct",
];

export const isDownstreamHeader = (header: readonly string[]): boolean =>
  HEADERS.includes(header.join());

export function readDownstreamTable([header = [], ...rows]: string[][]): ReadResult {
  const read = rows.map((cells, at): DownstreamRow => {
    if (cells.length !== header.length)
      throw new UnknownShape(
        `${cells.length} cells in row ${at + 1}, ${header.length} in the header`,
      );
    const [task = "", metric = "", language = "", ...numbers] = cells;
    const [baseline = null, ablated = null, delta = null, percent] = numbers.map((cell, column) =>
      csvNumber(cell, `row ${at + 1}, column ${header[column + 3]}`),
    );
    return {
      ...{ task, metric, features: null },
      language: codeOf(shortCodeOfName(language), `row ${at + 1}`),
      ...{ baseline, ablated, delta },
      ...(percent === undefined ? {} : { delta_pct: percent }),
    };
  });
  return downstreamResult(read, null, {});
}

/** The pickle's tasks, under the names of the tables, and what the tables call their metrics. */
const METRICS: Record<string, string> = {
  qa: "F1",
  qa_em: "EM",
  classification: "Accuracy",
  classification_qwk: "QWK",
  translation: "BLEU",
};

const Examples = z.record(Code, z.record(z.string(), z.array(z.json())));
const Pickled = z.strictObject({
  results: z.record(z.string(), z.record(Code, z.record(z.string(), Num))),
  qa_examples: Examples.optional(),
  cls_examples: Examples.optional(),
  ablation_layer: z.int().min(0).optional(),
  n_samples: z.int().optional(),
  n_per_class: z.int().optional(),
  top_k: z.int().optional(),
});

/** `downstream_results_layer<L>.pkl`. */
export function readPickledDownstream(value: unknown): ReadResult {
  const { results, qa_examples, cls_examples, ablation_layer, ...settings } = take(Pickled, value);
  const rows = Object.entries(results).flatMap(([task, byLanguage]) => {
    const metric = METRICS[task];
    if (metric === undefined)
      throw new UnknownShape(
        `results of ${task.slice(0, 80)}, where ${Object.keys(METRICS).join(", ")} are known`,
      );
    return Object.entries(byLanguage).flatMap(([language, { baseline = null, ...ablated }]) => {
      // Scripts save after each measurement: the one with ablation may not have come.
      const measured = Object.entries(ablated);
      const told = measured.length > 0 ? measured : ([[null, null]] as const);
      return told.map(
        ([features, score]): DownstreamRow => ({
          ...{ task, metric, language, features, baseline, ablated: score },
          delta: baseline === null || score === null ? null : score - baseline,
        }),
      );
    });
  });
  const examples = { qa: qa_examples, classification: cls_examples };
  const kept = Object.entries(examples).filter(([, each]) => each !== undefined);
  const result = downstreamResult(rows, ablation_layer ?? null, settings);
  if (kept.length > 0) result.data.examples = Object.fromEntries(kept);
  return result;
}

function downstreamResult(
  rows: DownstreamRow[],
  layer: number | null,
  settings: Record<string, unknown>,
): ReadResult {
  if (rows.length === 0) throw new UnknownShape("no rows");
  // Tables are rounded, each of the three numbers by itself.
  const off = rows.filter(
    ({ baseline, ablated, delta }) =>
      baseline !== null &&
      ablated !== null &&
      delta !== null &&
      !isNear(delta, ablated - baseline, 0.005),
  ).length;
  return {
    kind: "downstream",
    languages: unique(rows.map(({ language }) => language)),
    layers: layer === null ? null : [layer],
    axes: { rows: ["task, metric and language"] },
    data: { rows },
    settings,
    warnings: off === 0 ? [] : [`${off} of ${rows.length} deltas are not ablated − baseline`],
  };
}

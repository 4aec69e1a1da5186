import type { ImportedResult } from "../exchange/imported-result.js";
import { visible } from "./escape.js";
import { tableLines } from "./table.js";

/** How many numbers a result has, and how many that should be there are missing. */
export interface Amounts {
  numbers: number;
  missing: number;
}

export function amountsOf({ data }: ImportedResult): Amounts {
  const rows = data.rows as { baseline: unknown; ablated: unknown }[] | undefined;
  const told = rows?.map(({ baseline, ablated }) => [baseline, ablated]);
  return counted([told ?? data.matrix ?? data.delta_ce ?? data.pairs, data.by_layer ?? []]);
}

function counted(value: unknown): Amounts {
  if (value === null) return { numbers: 0, missing: 1 };
  if (typeof value !== "object") return { numbers: typeof value === "number" ? 1 : 0, missing: 0 };
  const parts = Object.values(value).map(counted);
  return {
    numbers: parts.reduce((sum, each) => sum + each.numbers, 0),
    missing: parts.reduce((sum, each) => sum + each.missing, 0),
  };
}

/** What was read, a line a file, and what a reader must know of it. */
export function importLines(results: readonly ImportedResult[], folder: string): string[] {
  const rows = results.map((result) => {
    const { numbers, missing } = amountsOf(result);
    return [
      visible(result.source.file),
      result.kind,
      shortList(result.languages),
      result.layers === null ? "not told" : shortList(result.layers),
      String(numbers),
      String(missing),
    ];
  });
  const columns = [
    ...[{ title: "file" }, { title: "what it is" }, { title: "languages" }, { title: "layers" }],
    ...([
      { title: "numbers", align: "right" },
      { title: "missing", align: "right" },
    ] as const),
  ];
  return [
    ...tableLines(columns, rows),
    "",
    ...results.flatMap(({ source, warnings }) =>
      warnings.map((warning) => `warning: ${visible(source.file)}: ${visible(warning)}`),
    ),
    `Wrote each as JSON into ${visible(folder)}, with where it is from; matrices as CSV too.`,
  ];
}

/** As many as fit a cell. */
const FITTING = 10;

const shortList = (values: readonly (string | number)[]): string =>
  values.length <= FITTING
    ? values.join(" ")
    : `${values[0]} … ${values.at(-1)} (${values.length})`;

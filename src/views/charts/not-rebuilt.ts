import { layerRanges } from "../../registry/releases.js";
import { isNotRebuilt } from "../../runs/fidelity-file.js";
import type { Chart, ChartOptions, PlottedRun } from "./chart.js";

/** How pale a mark is that shows a language that its layer's dictionary does not rebuild. */
const PALE = 0.25;

type Row = Readonly<Record<string, unknown>>;

/** Which languages are not rebuilt, at which layers, in words; null where all are. */
export function notRebuiltText(
  run: PlottedRun,
  { layers, languages }: Pick<ChartOptions, "layers" | "languages">,
): string | null {
  if (run.statistics === null) return null;
  const lost = languages.flatMap((language) => {
    const where = layers.filter((layer) => isNotRebuilt(run, layer, language));
    return where.length === 0 ? [] : [`${language} at ${layerRanges(where)}`];
  });
  return lost.length === 0
    ? null
    : `Not rebuilt by the dictionaries (FVU of 0.5 or more), hence pale and not to be trusted: ${lost.join("; ")}.`;
}

/** The same figure with pale marks for languages that a layer's dictionary does not rebuild; where all are rebuilt, the figure as it is. */
export function palingNotRebuilt(chart: Chart, run: PlottedRun, options: ChartOptions): Chart {
  const words = notRebuiltText(run, options);
  if (words === null || run.statistics === null) return chart;
  const [only] = options.layers.length === 1 ? options.layers : [];
  const isPale = (row: Row): boolean => {
    const layer = typeof row.layer === "number" ? row.layer : only;
    const named = [row.language, row.first, row.second, row.of];
    return (
      layer !== undefined &&
      named.some((each) => typeof each === "string" && isNotRebuilt(run, layer, each))
    );
  };
  return {
    ...chart,
    caption: `${chart.caption} ${words}`,
    spec: paled(chart.spec, isPale) as Chart["spec"],
  };
}

/** A specification whose rows say whether they are pale, and whose marks, but for lines, follow them. */
function paled(spec: unknown, isPale: (row: Row) => boolean): unknown {
  if (Array.isArray(spec)) return spec.map((each) => paled(each, isPale));
  if (typeof spec !== "object" || spec === null) return spec;
  const parts = Object.entries(spec).map(([key, value]): [string, unknown] => {
    if (key === "data" && Array.isArray(value?.values)) {
      const values = value.values.map((row: Row) => (isPale(row) ? { ...row, pale: true } : row));
      return [key, { ...value, values }];
    }
    const holdsMarks = ["layer", "spec", "hconcat", "vconcat", "concat"].includes(key);
    return [key, holdsMarks ? paled(value, isPale) : value];
  });
  const whole = Object.fromEntries(parts);
  const mark = typeof whole.mark === "string" ? whole.mark : Object(whole.mark).type;
  if (mark === undefined || mark === "line") return whole;
  const { opacity = 1 } = Object(whole.mark);
  const encoding = {
    ...Object(whole.encoding),
    opacity: { condition: { test: "datum.pale === true", value: PALE }, value: opacity },
  };
  return { ...whole, encoding };
}

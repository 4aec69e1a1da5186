import { NOT_REBUILT } from "../../reduce/rebuilt.js";
import { layerRanges } from "../../registry/releases.js";
import { isNotRebuilt } from "../../runs/fidelity-file.js";
import type { Chart, ChartOptions, PlottedRun } from "./chart.js";

/** How pale a mark is that shows a language that its layer's dictionary does not rebuild. */
const PALE = 0.25;
/** The colour of a number on such a mark. */
const FAINT = "#666";

type Row = Readonly<Record<string, unknown>>;

/** Which languages are not rebuilt, at which layers, in words; null where all are. */
export function notRebuiltText(
  run: PlottedRun,
  { layers, languages }: Pick<ChartOptions, "layers" | "languages">,
): string | null {
  if (run.statistics === null) return null;
  const lost = languages.flatMap((language) => {
    const where = layers.filter((layer) => isNotRebuilt(run, layer, language));
    const places = layerRanges(where).replaceAll(",", ", ");
    return where.length === 0
      ? []
      : [`${language} at ${where.length === 1 ? "layer" : "layers"} ${places}`];
  });
  return lost.length === 0
    ? null
    : `Pale: not rebuilt by the dictionaries (FVU of ${NOT_REBUILT} or more), not to be trusted: ${lost.join("; ")}.`;
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
    spec: withSubtitle(paled(chart.spec, isPale) as Chart["spec"], words),
  };
}

/** The words also below the title: a file has no caption. */
function withSubtitle(spec: Chart["spec"], words: string): Chart["spec"] {
  const { title } = spec;
  if (typeof title !== "object" || title === null || !("subtitle" in title)) return spec;
  const subtitle = [title.subtitle, brief(words)].flat();
  return { ...spec, title: { ...title, subtitle } } as Chart["spec"];
}

/** What there is room for; the caption has all of it. */
const brief = (words: string): string => (words.length <= 120 ? words : `${words.slice(0, 119)}…`);

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
  const { opacity = 1, color: own } = Object(whole.mark);
  const encoding = Object(whole.encoding);
  const test = "datum.pale === true";
  if (mark !== "text") {
    const pale = { condition: { test, value: PALE }, value: opacity };
    return { ...whole, encoding: { ...encoding, opacity: pale } };
  }
  // Words stay legible, whatever pale cell they stand on.
  const { condition = [], value = own ?? "black", field } = Object(encoding.color);
  if (field !== undefined) return whole;
  const color = { condition: [{ test, value: FAINT }, condition].flat(), value };
  return { ...whole, encoding: { ...encoding, color } };
}

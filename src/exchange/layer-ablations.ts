import { z } from "zod";
import {
  Code,
  isNear,
  Layers,
  meanOf,
  Num,
  type ReadResult,
  seriesLength,
  take,
  UnknownShape,
  unique,
} from "./imported-result.js";

/** Which of a language's features were ablated, such as top-1+2. */
const Features = z.string().regex(/^[\w+ .-]{1,40}$/, "expected a name such as top-1+2");

/** By evaluated language, ΔCE of each layer at which features were ablated; empty where it was not measured. */
const Series = z.record(Code, z.array(Num));

/** features → ablated language → evaluated language → layers. */
type Effects = Record<string, Record<string, Record<string, Num[]>>>;

const AXES = { delta_ce: ["features", "ablated", "evaluated", "layer"] };

/** Older scripts ablated each language's best feature, and did not say so in the file. */
const OLDER_FEATURES = "top-1";

const Figure5 = z.strictObject({
  fig5_data: z.json(),
  fig5_mean: z.record(Code, z.record(Code, Num)).optional(),
  layers: Layers.optional(),
  configs: z.array(Features).optional(),
});

/**
 * `fig5_cache.pkl`: each language's features are ablated, all languages are evaluated. Two generations of scripts gave the same
 * name to other shapes, which the depth of their keys tells apart.
 */
export function readFigure5(value: unknown): ReadResult {
  const { fig5_data, fig5_mean, layers, configs } = take(Figure5, value);
  const byDepth: Record<number, () => Effects> = {
    2: () => ({ [OLDER_FEATURES]: take(z.record(Code, Series), fig5_data) }),
    3: () => take(z.record(Features, z.record(Code, Series)), fig5_data),
  };
  const effects = ofDepth(fig5_data, "fig5_data", byDepth);
  const result = effectsResult("ablation-by-layer", effects, layers, () => true);
  const unmeasured = configs?.filter((features) => effects[features] === undefined) ?? [];
  if (unmeasured.length > 0) result.warnings.push(`nothing is there of ${unmeasured.join(", ")}`);
  if (fig5_mean !== undefined) {
    result.data.means = fig5_mean;
    const off = misfitMeans(fig5_mean, effects[OLDER_FEATURES] ?? {});
    if (off > 0) result.warnings.push(`${off} of its means are not those of their series`);
  }
  return result;
}

/** How many of the file's own means over layers are not those of its series. */
function misfitMeans(means: Record<string, Record<string, Num>>, series: Effects[string]): number {
  return Object.entries(means).flatMap(([ablated, own]) =>
    Object.entries(own).filter(([evaluated, mean]) => {
      const told = meanOf(series[ablated]?.[evaluated] ?? []);
      return told !== null && mean !== null && !isNear(told, mean);
    }),
  ).length;
}

const Triples = z.record(Code, z.array(Code));
const Figure6 = z.strictObject({
  fig6_data: z.json(),
  layers: Layers.optional(),
  fig6_triples: Triples.optional(),
  lang_ablate: Code.optional(),
  langs_eval: z.array(Code).optional(),
});

/** `fig6_cache.pkl`: one feature, the other, and both together; of one language in old files, of each in newer ones. */
export function readFigure6(value: unknown): ReadResult {
  const { fig6_data, layers, fig6_triples, lang_ablate, langs_eval } = take(Figure6, value);
  const byDepth: Record<number, () => Effects> = {
    2: () => {
      if (lang_ablate === undefined)
        throw new UnknownShape("fig6_data of one language, and no lang_ablate that says which");
      const own = take(z.record(Features, Series), fig6_data);
      return Object.fromEntries(
        Object.entries(own).map(([features, series]) => [features, { [lang_ablate]: series }]),
      );
    },
    3: () => turned(take(z.record(Code, z.record(Features, Series)), fig6_data)),
  };
  const effects = ofDepth(fig6_data, "fig6_data", byDepth);
  // Each language was evaluated on a few, and the file has empty series for all the others.
  const result = effectsResult(
    "joint-ablation-by-layer",
    effects,
    layers,
    (ablated, evaluated) => fig6_triples?.[ablated]?.includes(evaluated) ?? true,
  );
  if (langs_eval !== undefined) result.settings.evaluated = langs_eval;
  if (fig6_triples !== undefined) result.data.triples = fig6_triples;
  return result;
}

/** language → features becomes features → language. */
function turned(byLanguage: Record<string, Record<string, Record<string, Num[]>>>): Effects {
  const effects: Effects = {};
  for (const [language, own] of Object.entries(byLanguage))
    for (const [features, series] of Object.entries(own)) {
      effects[features] ??= {};
      effects[features][language] = series;
    }
  return effects;
}

/** Keys above the first list. */
function depthOf(value: unknown): number {
  if (Array.isArray(value) || typeof value !== "object" || value === null) return 0;
  const depths = Object.values(value).map(depthOf);
  return 1 + Math.max(0, ...depths);
}

function ofDepth(
  value: unknown,
  name: string,
  byDepth: Readonly<Record<number, () => Effects>>,
): Effects {
  const depth = depthOf(value);
  const read = byDepth[depth];
  if (read !== undefined) return read();
  throw new UnknownShape(`${name} with ${depth} keys above its lists, where 2 or 3 are known`);
}

function effectsResult(
  kind: ReadResult["kind"],
  effects: Effects,
  layers: number[] | undefined,
  isExpected: (ablated: string, evaluated: string) => boolean,
): ReadResult {
  const series = Object.entries(effects).flatMap(([features, byAblated]) =>
    Object.entries(byAblated).flatMap(([ablated, own]) =>
      Object.entries(own).map(
        ([evaluated, values]) =>
          ({
            ablated,
            evaluated,
            place: `${features}, ${ablated} → ${evaluated}`,
            values,
          }) as const,
      ),
    ),
  );
  const length = seriesLength(
    series.map(({ place, values }) => [place, values]),
    layers ?? null,
  );
  const warnings: string[] = [];
  if (layers === undefined)
    warnings.push(`the file does not tell of which layers its ${length} values are`);
  const expected = series.filter(({ ablated, evaluated }) => isExpected(ablated, evaluated));
  const empty = expected.filter(({ values }) => values.length === 0).length;
  if (empty > 0) warnings.push(`${empty} of ${expected.length} series are empty`);
  return {
    kind,
    languages: unique([
      ...series.map(({ ablated }) => ablated),
      ...series.map(({ evaluated }) => evaluated),
    ]),
    layers: layers ?? null,
    axes: AXES,
    data: { delta_ce: effects },
    settings: {},
    warnings,
  };
}

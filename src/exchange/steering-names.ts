/** What the name of a table tells of its experiment; null where it does not. */
export interface SteeringSettings {
  /** The model, as file names have it. */
  tag: string;
  /** Short codes, or FLORES+ codes where a language has no short one. */
  source: string;
  target: string;
  /** The first of the steered layers. */
  layer: number | null;
  alpha: number | null;
  /** Features of the source language that open a gate. */
  topK: number | null;
  /** Texts: of which the vectors are made, on which source texts are evaluated, and those of each other language. */
  trainN: number | null;
  evalN: number | null;
  otherN: number | null;
  metric: SteeringMetric | null;
}

export const STEERING_METRICS = ["first-token", "full-label"] as const;
export type SteeringMetric = (typeof STEERING_METRICS)[number];

export type SteeringExperiment = "lid" | "clc";

/** In place of a source language, where a table holds several. */
export const ALL_SOURCES = "all";

/** A short code, or a code of FLORES+, whose varieties look as counts of a thousand do. */
const CODE = "[a-z]{2,3}(?:_[A-Z][a-z]{3}(?:_(?!topk|eval)[a-z]{4}\\d{4})?)?";
/** Tags are told from the languages by what follows: the nearest `_xx_to_yy` counts. Older names have no tag. */
const NAME = new RegExp(`^(?:(?:lid2?|clc)_)?(?:(.+?)_)??(${CODE})_to_(${CODE})(?=_|$)(.*)$`);
const WHOLE = "\\d+";
/** As `%g` and `String` write it. */
const DECIMAL = "-?\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?";

/**
 * Reads a file name of the steering repository, or of vscore. Any part behind the languages may be missing, and others, such as
 * a commit, may stand among them.
 */
export function readSteeringName(name: string): SteeringSettings | null {
  const [, tag = "", source, target, rest = ""] = NAME.exec(name.replace(/\.csv$/i, "")) ?? [];
  if (source === undefined || target === undefined) return null;
  const part = (key: string, form: string): number | null => {
    const found = new RegExp(`_${key}(${form})(?=_|$)`).exec(rest)?.[1];
    return found === undefined ? null : Number(found);
  };
  return {
    ...{ tag, source, target },
    ...{ layer: part("layer", WHOLE), alpha: part("alpha", DECIMAL), topK: part("topk", WHOLE) },
    ...{ trainN: part("train", WHOLE), evalN: part("eval", WHOLE), otherN: part("other", WHOLE) },
    metric: STEERING_METRICS.find((metric) => `${rest}_`.includes(`_${metric}_`)) ?? null,
  };
}

/** The name that `readSteeringName` reads. */
export function steeringFileName(
  experiment: SteeringExperiment,
  { tag, source, target, ...settings }: SteeringSettings,
): string {
  const { layer, alpha, topK, trainN, evalN, otherN, metric } = settings;
  const part = (key: string, value: number | null) => (value === null ? [] : [`${key}${value}`]);
  const isByLanguage = experiment === "clc" && alpha === null;
  return `${[
    ...[experiment, ...(tag === "" ? [] : [fileTag(tag)]), source, "to", target],
    ...part("layer", layer),
    ...(isByLanguage ? ["alpha-by-lang"] : part("alpha", alpha)),
    ...[...part("topk", topK), ...part("train", trainN), ...part("eval", evalN)],
    ...[...part("other", otherN), ...(metric === null ? [] : [metric])],
  ].join("_")}.csv`;
}

/** A model's name or id as a part of a file name, which no `_` may divide. */
export const fileTag = (model: string): string => model.replace(/[^A-Za-z0-9.+-]+/g, "-");

import { z } from "zod";
import { readFlag } from "../../../config/flag-values.js";
import { PRESETS } from "../../../config/presets.js";
import { resolveConfig } from "../../../config/resolve.js";
import {
  CONFIG_KEYS,
  type ConfigKey,
  FLAG,
  flagOf,
  type PartialConfig,
  RunConfig,
} from "../../../config/schema.js";
import { VscoreError } from "../../../errors.js";
import { shellWord } from "../../../shell-word.js";

/** What was typed, by key, as a flag would take it. A key that is not here is left to preset and default. */
export type FormValues = Partial<Record<ConfigKey, string>>;

/** What most runs set comes first; the rest follows in the order of the schema. */
const FIRST: ConfigKey[] = [
  "model",
  "languages",
  "layers",
  "n_texts_per_lang",
  "corpus",
  "split",
  "out_dir",
];
export const FORM_KEYS: ConfigKey[] = [
  ...FIRST,
  ...CONFIG_KEYS.filter((key) => !FIRST.includes(key)),
];
export const FIRST_COUNT = FIRST.length;

export const asked = (values: FormValues): PartialConfig =>
  Object.fromEntries(
    Object.entries(values).map(([key, text]) => {
      const field = RunConfig.shape[key as ConfigKey];
      const syntax = FLAG.get(field as Parameters<typeof FLAG.get>[0]);
      return [key, readFlag(text, syntax?.read ?? "text")];
    }),
  );

/** What is wrong with the form, in the words of the command line; empty where nothing is. */
export function problemsOf(values: FormValues): string[] {
  try {
    resolveConfig(asked(values));
    return [];
  } catch (error) {
    if (error instanceof VscoreError) return error.message.split("\n");
    throw error;
  }
}

/** The problem of one field. */
export const problemOf = (problems: readonly string[], key: ConfigKey): string | undefined =>
  problems.find((line) => line.startsWith(`${flagOf(key)}:`) || line.startsWith(`${flagOf(key)} `));

/** What a key stands at where nothing is typed: the preset's value, or the schema's default. */
export function standing(values: FormValues, key: ConfigKey): unknown {
  const preset = PRESETS[values.model as keyof typeof PRESETS]?.fills as PartialConfig | undefined;
  if (preset?.[key] !== undefined) return preset[key];
  if (key === "out_dir") return outDirOf(values);
  const byDefault = RunConfig.shape[key].safeParse(undefined);
  return byDefault.success ? byDefault.data : undefined;
}

function outDirOf(values: FormValues): string | undefined {
  try {
    return resolveConfig(asked(values)).config.out_dir;
  } catch {
    return undefined;
  }
}

/** The values of a field that takes one of a few; null for every other field. */
export function choicesOf(key: ConfigKey): string[] | null {
  const schema = z.toJSONSchema(RunConfig.shape[key], { io: "input", unrepresentable: "any" });
  if (schema.type === "boolean") return ["true", "false"];
  const found =
    schema.enum ?? schema.anyOf?.flatMap((each) => (each as { enum?: unknown[] }).enum ?? []);
  return found === undefined || found.length === 0 ? null : found.map(String);
}

export const descriptionOf = (key: ConfigKey): string => RunConfig.shape[key].description ?? "";

/** The arguments of vscore that make this run. */
export const argumentsOf = (values: FormValues): string[] => [
  "compute",
  ...CONFIG_KEYS.flatMap((key) => {
    const text = values[key];
    return text === undefined ? [] : [flagOf(key), text];
  }),
];

export const commandLine = (values: FormValues): string =>
  argumentsOf(values).reduce(
    // A flag is one of ours and needs no quotes; what was typed may.
    (line, word, at) => `${line} ${at % 2 === 1 || /^-\d+$/.test(word) ? word : shellWord(word)}`,
    "npx vscore",
  );

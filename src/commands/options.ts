import { type Command, InvalidArgumentError, Option } from "commander";
import {
  CONFIG_KEYS,
  type ConfigKey,
  FLAG,
  type FlagSyntax,
  flagOf,
  type PartialConfig,
  RunConfig,
} from "../config/schema.js";

/** Adds the options of a run's config, or some of them. */
export function addConfigOptions(command: Command, keys: readonly ConfigKey[] = CONFIG_KEYS): void {
  for (const key of keys) command.addOption(optionOf(key));
}

function optionOf(key: ConfigKey): Option {
  const field = RunConfig.shape[key];
  const syntax = FLAG.get(field as Parameters<typeof FLAG.get>[0]) as FlagSyntax;
  const standard = field.safeParse(undefined);
  const suffix = standard.success && standard.data != null ? ` (default: ${standard.data})` : "";
  return new Option(`${flagOf(key)} <${syntax.value}>`, `${field.description}${suffix}`).argParser(
    (text) => readFlag(text, syntax.read),
  );
}

function readFlag(text: string, read: FlagSyntax["read"]): unknown {
  switch (read) {
    case "text":
      return text;
    case "integer":
      return number(text);
    case "texts":
      return list(text);
    case "integers":
      return list(text).flatMap(range);
    case "pairs":
      return pairs(text);
  }
}

/** The parts of a comma-separated text. */
export const list = (text: string): string[] => text.split(",").map((part) => part.trim());

/** A text that is no whole number stays text, for the schema to refuse with the value as found. */
const number = (text: string): number | string =>
  /^[-+]?\d+$/.test(text.trim()) ? Number(text) : text;

function range(text: string): (number | string)[] {
  const [, from, to] = /^(\d+)-(\d+)$/.exec(text) ?? [];
  if (from === undefined || to === undefined) return [number(text)];
  const length = Number(to) - Number(from) + 1;
  return length >= 1 && length <= 1000
    ? Array.from({ length }, (_, i) => Number(from) + i)
    : [text];
}

/** `0=a,5=b` as keys and values; a part without "=" stays text, for the schema to refuse. */
function pairs(text: string): unknown {
  const parts = list(text).map((part) => /^([^=]+)=(.+)$/.exec(part));
  return parts.every((part) => part !== null)
    ? Object.fromEntries(parts.map((part) => [part[1], part[2]]))
    : text;
}

/** Reads the name of a corpus. */
export const corpusOption = (text: string): string => {
  const corpus = RunConfig.shape.corpus.safeParse(text);
  if (corpus.success) return corpus.data;
  throw new InvalidArgumentError("Expected flores, udhr, manuals, jsonl:FILE or dir:FOLDER.");
};

/** Reads a whole number from `minimum` on. */
export const whole = (minimum: number) => (text: string) => {
  const value = number(text);
  if (typeof value === "number" && value >= minimum) return value;
  throw new InvalidArgumentError(`Expected a whole number ≥ ${minimum}.`);
};

/** What of a run's config was given, from commander's values. */
export const flagsOf = (values: Record<string, unknown>): PartialConfig =>
  Object.fromEntries(
    CONFIG_KEYS.map((key) => [key, values[camelCase(key)]]).filter(
      ([, value]) => value !== undefined,
    ),
  );

const camelCase = (key: string): string =>
  key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

import { type Command, InvalidArgumentError, Option } from "commander";
import { number, readFlag } from "../config/flag-values.js";
import {
  CONFIG_KEYS,
  type ConfigKey,
  FLAG,
  type FlagSyntax,
  flagOf,
  type PartialConfig,
  RunConfig,
} from "../config/schema.js";
import { Part } from "../parts.js";
import { MEASURES } from "../runs/rank-by.js";

/** Adds the options of a run's config, or some of them. */
export function addConfigOptions(command: Command, keys: readonly ConfigKey[] = CONFIG_KEYS): void {
  for (const key of keys) command.addOption(optionOf(key));
}

function optionOf(key: ConfigKey): Option {
  const field = RunConfig.shape[key];
  const syntax = FLAG.get(field as Parameters<typeof FLAG.get>[0]) as FlagSyntax;
  const standard = field.safeParse(undefined);
  const suffix = standard.success && standard.data != null ? ` (default: ${standard.data})` : "";
  const isSwitch = syntax.read === "switch";
  const value = isSwitch ? `[${syntax.value}]` : `<${syntax.value}>`;
  const option = new Option(`${flagOf(key)} ${value}`, `${field.description}${suffix}`);
  option.argParser((text) => readFlag(text, syntax.read));
  return isSwitch ? option.preset("true") : option;
}

/** Reads the name of a corpus. */
export const corpusOption = (text: string): string => {
  const corpus = RunConfig.shape.corpus.safeParse(text);
  if (corpus.success) return corpus.data;
  throw new InvalidArgumentError("Expected flores, udhr, manuals, jsonl:FILE or dir:FOLDER.");
};

const UNITS: Readonly<Record<string, number>> = { k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/** Reads bytes: a number, and (a bare one might mean anything) kB, MB, GB or TB (powers of ten), or KiB, MiB, GiB, TiB (of two). */
export function bytesOption(text: string): number {
  const [, count, unit = "", binary] = /^(\d+(?:\.\d+)?)\s*([kmgt])(i?)b?$/i.exec(text) ?? [];
  const power = UNITS[unit.toLowerCase()];
  const bytes =
    power === undefined ? 0 : Number(count) * (binary ? 1024 ** (Math.log10(power) / 3) : power);
  if (Number.isFinite(bytes) && bytes >= 1) return Math.round(bytes);
  throw new InvalidArgumentError("Expected a size such as 12GB, 800MB or 16GiB.");
}

/** Reads which part of a run: I/N, from 1 on. */
export const shardOption = (): Option =>
  new Option(
    "--shard <I/N>",
    "compute part I of N alone, into a folder of its own beside the out-dir; merge makes the run of all N",
  ).argParser((text) => {
    const [, part, of] = /^(\d{1,9})\/(\d{1,9})$/.exec(text) ?? [];
    const shard = Part.safeParse({ part: Number(part), of: Number(of) });
    if (shard.success) return shard.data;
    throw new InvalidArgumentError("Expected I/N, a part from 1 to N of N, such as 2/4.");
  });

/** Reads a whole number from `minimum` on. */
export const whole = (minimum: number) => (text: string) => {
  const value = number(text);
  if (typeof value === "number" && value >= minimum) return value;
  throw new InvalidArgumentError(`Expected a whole number ≥ ${minimum}.`);
};

/** Seeds of the generators that we draw with are of 32 bits: beyond, two seeds would draw the same. */
const SEEDS = 2 ** 32;

/** Reads a seed of what is drawn here. */
export const seedOption = (text: string): number => {
  const value = number(text);
  if (typeof value === "number" && value >= 0 && value < SEEDS) return value;
  throw new InvalidArgumentError(`Expected a whole number from 0 to ${SEEDS - 1}.`);
};

/** By which measure a language's best features are taken. */
export const rankByOption = (): Option =>
  new Option(
    "--rank-by <MEASURE>",
    "of the features: v; margin to the runner-up; auroc of the language's texts; dz, paired; lape and tau, of those that are most the language's and among the 5 % that fire most",
  )
    .choices(MEASURES)
    .default("v");

/** Reads how many texts: a whole number from 1 on, or -1 for all. */
export const textCount = (text: string): number => {
  const value = number(text);
  if (typeof value === "number" && (value === -1 || value >= 1)) return value;
  throw new InvalidArgumentError("Expected a whole number ≥ 1, or -1 for all.");
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

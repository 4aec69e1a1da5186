import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { inspect } from "node:util";
import { parse as parseYaml } from "yaml";
import type { z } from "zod";
import { errnoOf, requestError } from "../errors.js";
import { FLORES_PLUS } from "./flores-plus.js";
import { editDistance, nearestLanguages } from "./languages.js";
import { PRESETS } from "./presets.js";
import { CONFIG_KEYS, flagOf, MODELS, type PartialConfig, RunConfig } from "./schema.js";

export interface ResolvedConfig {
  config: RunConfig;
  /** Keys that a person gave, by flag or in a file, as opposed to those filled in. */
  given: ReadonlySet<string>;
}

/**
 * One frozen config from, in rising order of precedence: the schema's defaults, the model's preset, `base` (a config file,
 * or the config of a run that goes on) and flags.
 *
 * @throws VscoreError (request) that names every wrong field by its flag.
 */
export function resolveConfig(flags: PartialConfig, base: PartialConfig = {}): ResolvedConfig {
  refuseUnknownKeys(base);
  const asked = { ...base, ...flags };
  const model = asked.model;
  if (model === undefined) {
    throw requestError(
      `--model is missing. Expected one of ${MODELS.join(", ")}. Try: npx vscore models`,
    );
  }
  const preset =
    typeof model === "string" && model in PRESETS
      ? PRESETS[model as keyof typeof PRESETS].fills
      : {};
  const merged: PartialConfig = { ...preset, ...asked };
  merged.out_dir ??= `v_score_runs/${String(model)}-${merged.n_texts_per_lang === -1 ? "all" : (merged.n_texts_per_lang ?? 100)}`;
  const parsed = RunConfig.safeParse(merged);
  if (!parsed.success) throw requestError(wordIssues(parsed.error, merged));
  return { config: Object.freeze(parsed.data), given: new Set(Object.keys(asked)) };
}

/** A config file (YAML or JSON, by content): any part of a run's config. */
export function readConfigFile(file: string): PartialConfig {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw requestError(
      `Config file ${file} cannot be read (${errnoOf(error)}). Expected a YAML or JSON file.`,
      error,
    );
  }
  let value: unknown;
  try {
    if (extname(file) === ".json") JSON.parse(text);
    // YAML holds JSON in it, and refuses a key that is there twice.
    value = parseYaml(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw requestError(
      `Config file ${file} is neither YAML nor JSON: ${reason}. Mend that line and try again.`,
      error,
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw requestError(`Config file ${file} holds no keys. Expected lines such as "model: demo".`);
  }
  refuseUnknownKeys(value, ` in ${file}`);
  return value as PartialConfig;
}

function refuseUnknownKeys(value: object, where = ""): void {
  const known: readonly string[] = CONFIG_KEYS;
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const near = known.filter((name) => editDistance(name, key.replaceAll("-", "_")) <= 3);
    const hint =
      near.length > 0 ? `Did you mean ${near.join(" or ")}?` : `Known keys: ${known.join(", ")}.`;
    throw requestError(`Unknown key "${key}"${where || " in the config"}. ${hint}`);
  }
}

function wordIssues(error: z.ZodError, merged: PartialConfig): string {
  const whole = error.issues.find(({ path }) => path.length === 0);
  if (whole !== undefined) return `Found no config: ${whole.message}.`;
  const ofModel = error.issues.filter(({ path }) => path[0] === "model");
  const lines = (ofModel.length > 0 ? ofModel : error.issues).map((issue) => {
    const key = String(issue.path[0]);
    const value = issue.path.reduce<unknown>(
      (at, step) => (at as Record<PropertyKey, unknown>)?.[step],
      merged,
    );
    if (value === undefined)
      return `${flagOf(key)} is missing: --model ${String(merged.model)} does not fill it in.`;
    if (key === "model")
      return `--model: found ${show(value)}, expected one of ${MODELS.join(", ")}.`;
    const near =
      key === "languages" && typeof value === "string"
        ? nearestLanguages(value, FLORES_PLUS.keys())
        : [];
    const hint = near.length > 0 ? ` Did you mean ${near.join(" or ")}?` : "";
    return `${flagOf(key)}: found ${show(value)}, ${issue.message}.${hint}`;
  });
  return [...new Set(lines)].join("\n");
}

function show(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    // A YAML alias may stand for what holds it.
    return inspect(value, { depth: 2, breakLength: Number.POSITIVE_INFINITY });
  }
}

/** Checks a config that is read back from a run's folder. */
export function parseStoredConfig(value: unknown, file: string): RunConfig {
  const parsed = RunConfig.safeParse(value);
  if (!parsed.success) {
    throw requestError(
      `${file} is not a config of this version of vscore. ${wordIssues(parsed.error, Object(value))}`,
    );
  }
  return Object.freeze(parsed.data);
}

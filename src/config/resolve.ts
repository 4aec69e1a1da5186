import { inspect } from "node:util";
import type { z } from "zod";
import { requestError } from "../errors.js";
import { FLORES_PLUS } from "./flores-plus.js";
import { editDistance, LANGUAGE_SETS, nearestLanguages, spellOutSets } from "./languages.js";
import { readMapping } from "./mapping-file.js";
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
  merged.languages = spellOutSets(merged.languages);
  // With an id for every layer no template is needed; this one is that of no release.
  if (merged.sae_ids != null) merged.sae_id_template ??= "{layer}";
  merged.out_dir ??= `v_score_runs/${String(model)}-${merged.n_texts_per_lang === -1 ? "all" : (merged.n_texts_per_lang ?? 100)}`;
  const parsed = RunConfig.safeParse(merged);
  if (!parsed.success) throw requestError(wordIssues(parsed.error, merged));
  refuseStrayIds(parsed.data);
  return { config: Object.freeze(parsed.data), given: new Set(Object.keys(asked)) };
}

/** An id for a layer that is not asked for would be left out without a word. */
function refuseStrayIds({ sae_ids, layers }: RunConfig): void {
  const stray = Object.keys(sae_ids ?? {}).filter((layer) => !layers.includes(Number(layer)));
  if (stray.length === 0) return;
  throw requestError(
    `--sae-ids: found an id for layer ${stray.join(", ")}, expected ids for the layers of this run (${layers.join(", ")}) alone. Add the layer to --layers, or leave its id out.`,
  );
}

/** A config file (YAML or JSON, by content): any part of a run's config. */
export function readConfigFile(file: string): PartialConfig {
  const value = readMapping(file);
  refuseUnknownKeys(value, ` in ${file}`);
  return value;
}

/** @param further keys that may stand beside a config's there @throws VscoreError (request) that offers similar keys */
export function refuseUnknownKeys(
  value: object,
  where = "",
  further: readonly string[] = [],
): void {
  const known: readonly string[] = [...CONFIG_KEYS, ...further];
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const near = known.filter((name) => editDistance(name, key.replaceAll("-", "_")) <= 3);
    const hint =
      key === "shard"
        ? "Parts of a run are asked for on the command line alone: npx vscore compute … --shard 1/4"
        : ["defaults", "matrix", "runs"].includes(key)
          ? "A file of several runs is computed with: npx vscore batch FILE"
          : near.length > 0
            ? `Did you mean ${near.join(" or ")}?`
            : `Known keys: ${known.join(", ")}.`;
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
    if (key === "model") return wordModel(value);
    const near =
      key === "languages" && typeof value === "string"
        ? nearestLanguages(value, FLORES_PLUS.keys())
        : [];
    const isText = key === "languages" && typeof value === "string";
    const range = key === "layers" ? " A range is written 0-5." : "";
    const hint =
      near.length > 0
        ? ` Did you mean ${near.join(" or ")}?`
        : isText && /^[a-z]+$/.test(value)
          ? ` Sets are ${Object.keys(LANGUAGE_SETS).join(", ")}.`
          : range;
    return `${flagOf(key)}: found ${show(value)}, ${issue.message}.${hint}`;
  });
  return [...new Set(lines)].join("\n");
}

function wordModel(value: unknown): string {
  const found = `--model: found ${show(value)}, expected one of ${MODELS.join(", ")}.`;
  if (typeof value !== "string") return found;
  const of = Object.entries(PRESETS).filter(([, { fills }]) => fills.model_id === value);
  const near = MODELS.filter((name) => editDistance(name, value) <= 3);
  if (of.length > 0)
    return `${found} That model is the preset ${of.map(([name]) => name).join(" or ")}.`;
  if (near.length > 0) return `${found} Did you mean ${near.join(" or ")}?`;
  return value.includes("/")
    ? `${found} For any other model: --model custom --model-id ${show(value)}`
    : found;
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

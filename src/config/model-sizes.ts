import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { requestError } from "../errors.js";
import { folderOf } from "./paths.js";
import { dictionaryId } from "./presets.js";
import type { RunConfig } from "./schema.js";

/** What decides over a model's memory and work. */
export interface ModelSize {
  /** Weights, shared ones once. */
  parameters: number;
  layers: number;
  /** Width of the residual stream. */
  hidden: number;
}

const size = (parameters: number, layers: number, hidden: number): ModelSize => ({
  ...{ parameters, layers, hidden },
});

/** Of the models that the presets name, as their publishers state it. */
const KNOWN: Readonly<Record<string, ModelSize>> = {
  "google/gemma-2-2b": size(2.61e9, 26, 2304),
  "google/gemma-2-9b": size(9.24e9, 42, 3584),
  "google/gemma-3-270m": size(0.27e9, 18, 640),
  "google/gemma-3-1b-pt": size(1.0e9, 26, 1152),
  "google/gemma-3-4b-pt": size(4.3e9, 34, 2560),
  "meta-llama/Llama-3.1-8B": size(8.03e9, 32, 4096),
  "Qwen/Qwen3-0.6B": size(0.6e9, 28, 1024),
  "Qwen/Qwen3-1.7B": size(1.72e9, 28, 2048),
  "Qwen/Qwen3-4B": size(4.02e9, 36, 2560),
  "Qwen/Qwen3-8B": size(8.19e9, 36, 4096),
  "Qwen/Qwen3-1.7B-Base": size(1.72e9, 28, 2048),
  "Qwen/Qwen3-8B-Base": size(8.19e9, 36, 4096),
  "openai-community/gpt2": size(0.124e9, 12, 768),
  "EleutherAI/pythia-70m-deduped": size(0.07e9, 6, 512),
};

const ModelConfig = z.looseObject({ hidden_size: z.int(), num_hidden_layers: z.int() });
/** Older files have the format under its longer name. */
const Stored = z.looseObject({ dtype: z.string().optional(), torch_dtype: z.string().optional() });

/** A model's size; of a folder from how large its files are. Null where it is not known before it is loaded. */
export function modelSize(model_id: string): ModelSize | null {
  const folder = folderOf(model_id);
  if (folder === null) return KNOWN[model_id] ?? null;
  try {
    const config = JSON.parse(readFileSync(join(folder, "config.json"), "utf8"));
    const { hidden_size, num_hidden_layers } = ModelConfig.parse(config.text_config ?? config);
    const files = readdirSync(folder).filter((name) => name.endsWith(".safetensors"));
    const bytes = files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    const { dtype, torch_dtype } = Stored.parse(config);
    const each = (dtype ?? torch_dtype ?? "float32") === "float32" ? 4 : 2;
    return bytes === 0 ? null : size(Math.round(bytes / each), num_hidden_layers, hidden_size);
  } catch {
    // What is wrong with it is told when it is loaded.
    return null;
  }
}

/** @throws VscoreError (request) for a layer that the model does not have, where its size is known */
export function refuseAbsentLayers({
  model_id,
  layers,
}: Pick<RunConfig, "model_id" | "layers">): void {
  const model = modelSize(model_id);
  const absent = layers.find((layer) => layer >= (model?.layers ?? Number.POSITIVE_INFINITY));
  if (model === null || absent === undefined) return;
  throw requestError(
    `Layer ${absent} was asked for. The model has layers 0 to ${model.layers - 1}. Choose layers in that range.`,
  );
}

const DictionaryConfig = z.looseObject({ d_sae: z.int() });

/** Features of each layer's dictionary: of a folder from its files, else where their ids tell, as in `width_16k`. */
export function dictionaryWidths(
  config: Pick<RunConfig, "model_id" | "sae_release" | "sae_id_template" | "sae_ids" | "layers">,
): number[] | null {
  const folder = folderOf(config.sae_release);
  const widths = config.layers.map((layer) => {
    const id = dictionaryId(config, layer);
    return folder === null
      ? widthIn(`${config.sae_release} ${id}`, config.model_id)
      : widthOf(join(folder, id, "cfg.json"));
  });
  return widths.every((width) => width !== null) ? widths : null;
}

function widthOf(file: string): number | null {
  if (!existsSync(file)) return null;
  try {
    return DictionaryConfig.parse(JSON.parse(readFileSync(file, "utf8"))).d_sae;
  } catch {
    return null;
  }
}

/** From a release and an id such as `width_16k`, `w32k`, or `8x` (times the model's own width). */
function widthIn(name: string, model_id: string): number | null {
  const [, number, unit] = /(?:width_|[-_]w)(\d+)([km])(?![a-z0-9])/.exec(name) ?? [];
  if (number !== undefined) return Number(number) * (unit === "m" ? 2 ** 20 : 2 ** 10);
  const times = /_(\d+)x\b/.exec(name)?.[1];
  const hidden = modelSize(model_id)?.hidden;
  return times === undefined || hidden === undefined ? null : Number(times) * hidden;
}

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { dictionaryId } from "../config/presets.js";
import type { RunConfig } from "../config/schema.js";
import { RUN_FILES } from "../runs/files.js";
import { Meta } from "../runs/meta.js";

export interface EarlierSpeed {
  /** The run that it was measured on. */
  name: string;
  tokensPerSecond: number;
  /** For so many tokens, and what that run took beside reading its own. */
  seconds: number;
  besides: number;
}

/**
 * How fast a run beside this one went that read the same model at the same layers, on the device that is asked for: of several, the one of
 * the most alike number of tokens. Null where there is none.
 */
export function earlierSpeed(config: RunConfig, tokens: number): EarlierSpeed | null {
  const place = dirname(resolve(config.out_dir));
  const found = (existsSync(place) ? readdirSync(place) : []).flatMap((name) => {
    const meta = metaIn(join(place, name, RUN_FILES.meta));
    const seconds = meta?.seconds.extract ?? 0;
    // Of a run that was taken up again, only the last attempt was measured.
    if (meta === null || seconds === 0 || meta.resumed > 0 || !isAlike(meta, config)) return [];
    const all = Object.values(meta.tokens).reduce((sum, n) => sum + n, 0);
    const distance = Math.abs(Math.log(all / tokens));
    const besides = Math.max(0, meta.duration_s - seconds);
    return [{ name, distance, besides, tokensPerSecond: all / seconds }];
  });
  const [nearest] = found.sort((a, b) => a.distance - b.distance);
  if (nearest === undefined) return null;
  const { name, tokensPerSecond, besides } = nearest;
  return { name, tokensPerSecond, seconds: tokens / tokensPerSecond, besides };
}

function isAlike(meta: Meta, config: RunConfig): boolean {
  const { model_id, layers, device, dtype } = config;
  return (
    meta.model_id === model_id &&
    meta.sae_release === config.sae_release &&
    meta.layers.join() === layers.join() &&
    meta.dictionaries.every(({ layer, sae_id }) => sae_id === dictionaryId(config, layer)) &&
    meta.hook === config.hook &&
    (device === "auto" || meta.device.startsWith(device)) &&
    (dtype === "auto" || meta.dtype === dtype)
  );
}

function metaIn(file: string): Meta | null {
  if (!existsSync(file)) return null;
  try {
    return Meta.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    // A broken run, or another tool's, says nothing of speed.
    return null;
  }
}

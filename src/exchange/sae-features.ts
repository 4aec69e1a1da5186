import { join } from "node:path";
import { requestError } from "../errors.js";
import type { Ranking } from "../reduce/v-score.js";
import { writeWhole } from "../runs/atomic-write.js";
import { replaceExport, SAE_FEATURES } from "../runs/exported-folders.js";
import { writeRankingTensors } from "../runs/torch-scores.js";
import { PAPER_CODES } from "./paper-order.js";

/** Features of each language that the readable lists hold. */
const READABLE = 20;

/**
 * Writes the folder that the ablation repository's scripts read: `metadata.json`, and for each layer `layer_<L>_indices.pt`,
 * `layer_<L>_values.pt`, `layer_<L>_readable.json`.
 *
 * @param rankings rows in the order of the paper's languages
 * @param writeTensor as of the engine's jobs
 * @throws VscoreError (request) where dictionaries differ in width, for which the format has no place
 */
export async function writeSaeFeatures(
  folder: string,
  rankings: ReadonlyMap<number, Ranking>,
  writeTensor: (source: string, target: string, tensor: string) => Promise<void>,
): Promise<void> {
  const width = commonWidth(rankings);
  const place = (layer: number, ending: string) => join(folder, `layer_${layer}_${ending}`);
  await replaceExport(folder, SAE_FEATURES, async () => {
    for (const [layer, ranking] of rankings) {
      const files = { index: place(layer, "indices.pt"), value: place(layer, "values.pt") };
      await writeRankingTensors(layer, ranking, files, writeTensor);
      await writeWhole(place(layer, "readable.json"), indented(readable(ranking)));
    }
    const metadata = { languages: PAPER_CODES, layers: [...rankings.keys()], d_sae: width };
    await writeWhole(join(folder, "metadata.json"), indented(metadata));
  });
}

function commonWidth(rankings: ReadonlyMap<number, Ranking>): number {
  const widths = new Map([...rankings].map(([layer, { features }]) => [features, layer]));
  const [width, ...others] = widths.keys();
  if (width !== undefined && others.length === 0) return width;
  const found = [...widths].map(([features, layer]) => `${features} (layer ${layer})`).join(", ");
  throw requestError(
    `The run's dictionaries have different numbers of features: ${found}. Expected one number, the d_sae of metadata.json. Choose a run whose layers are equally wide, or export the paper's index: npx vscore export paper-index.`,
  );
}

/** Best features by language. One generation of scripts reads `v_score`, another `nu_score`. */
export function readable({ features, index, value }: Ranking) {
  const entry = (at: number, place: number) => {
    const v = Number((value[at] as number).toFixed(6));
    return { rank: place + 1, feature_idx: index[at] as number, v_score: v, nu_score: v };
  };
  const shown = Math.min(READABLE, features);
  return Object.fromEntries(
    PAPER_CODES.map((code, k) => [
      code,
      Array.from({ length: shown }, (_, place) => entry(k * features + place, place)),
    ]),
  );
}

const indented = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

import {
  type FeatureColumns,
  featureColumns,
  type LanguageTexts,
} from "./reduce/feature-columns.js";
import type { Pool } from "./reduce/language-sums.js";
import { Room } from "./room.js";
import type { LanguageSums } from "./runs/sums-file.js";

/** One layer of stored sums, feature by feature. @param into what they are put in; new memory where it is not given */
export const layerColumns = (
  languages: readonly LanguageSums[],
  layer: number,
  pool: Pool,
  into?: Room,
): FeatureColumns => {
  const room = new Room();
  return featureColumns(
    // Read one after the other, as often as they are asked for: together they may not fit in memory.
    languages.map(
      ({ layers, counted }): LanguageTexts => ({
        counted,
        get sums() {
          const sums = layers.get(layer, room);
          if (sums === undefined) throw new Error(`the sums lack layer ${layer}`);
          return sums;
        },
      }),
    ),
    pool,
    into,
  );
};

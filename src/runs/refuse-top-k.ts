import { requestError } from "../errors.js";
import type { Ranking } from "../reduce/v-score.js";

/**
 * Refuses more features than a dictionary has.
 *
 * @param layers those that are looked at; default: all of the run
 * @throws VscoreError (request)
 */
export function refuseTopK(
  topK: number,
  { name, rankings }: { name: string; rankings: ReadonlyMap<number, Ranking> },
  layers: Iterable<number> = rankings.keys(),
  flag = "--top-k",
): void {
  for (const layer of layers) {
    const features = rankings.get(layer)?.features ?? 0;
    if (topK > features)
      throw requestError(
        `${flag} ${topK}: the dictionary of layer ${layer} in ${name} has ${features} features. Expected at most as many. Choose a smaller number.`,
      );
  }
}

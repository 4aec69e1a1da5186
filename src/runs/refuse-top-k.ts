import { requestError } from "../errors.js";
import type { Ranking } from "../reduce/v-score.js";
import type { ScoredRun } from "./read.js";

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

/**
 * Refuses more features than the measure that ranks a run's features ranks of any language: where lists are compared or taken
 * whole, a shorter one would say something else.
 *
 * @param layers those that are looked at; default: all of the run
 * @throws VscoreError (request)
 */
export function refuseShortLists(
  topK: number,
  { measure, ranked, meta }: Pick<ScoredRun, "measure" | "ranked" | "meta">,
  layers: Iterable<number> = meta.layers,
): void {
  for (const layer of layers) {
    const counts = ranked?.get(layer) ?? [];
    const few = counts.findIndex((count) => count < topK);
    if (few >= 0)
      throw requestError(
        `--rank-by ${measure} ranks ${counts[few]} features of ${meta.languages[few]} at layer ${layer}, and ${topK} are asked for. Expected as many. Ask for fewer, or rank by v or margin.`,
      );
  }
}

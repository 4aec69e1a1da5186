/** The first place of sorted numbers that is not below `least`; their number where all are. */
export function lowerBound(sorted: Float64Array, least: number): number {
  let [below, above] = [0, sorted.length];
  while (below < above) {
    const middle = (below + above) >>> 1;
    if ((sorted[middle] as number) < least) below = middle + 1;
    else above = middle;
  }
  return below;
}

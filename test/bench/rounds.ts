/** What was measured several times, in turns. */

/** The same items, beginning with another: so that none always finds the machine as the same other left it. */
export function turned<T>(items: readonly T[], by: number): T[] {
  return [...items.slice(by % items.length), ...items.slice(0, by % items.length)];
}

/** Median [least to most]. */
export function spread(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] as number;
  if (sorted.length === 1) return seconds(median);
  return `${seconds(median)} [${seconds(sorted[0] as number)} to ${seconds(sorted.at(-1) as number)}]`;
}

export function seconds(value: number): string {
  return value.toFixed(value < 1 ? 2 : 1);
}

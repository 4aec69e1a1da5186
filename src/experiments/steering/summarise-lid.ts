import type { Bootstrap, Sampled } from "../../reduce/bootstrap.js";
import type { TextLosses } from "../ablation/losses.js";
import type { NameLosses } from "./lid-measure.js";

/** The mean of one value a text. */
export function sampledMean(
  values: ArrayLike<number>,
  unitOf: readonly number[],
  bootstrap: Bootstrap,
): Sampled {
  const ones = new Float64Array(values.length).fill(1);
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at] as number;
  return { value: sum / values.length, samples: bootstrap.ratios(values, ones, unitOf) };
}

/** What is told of a setting's prompts, one value a text. */
export interface Identification {
  ce_first: number[];
  ce_full: number[];
  accuracy_first: number[];
  accuracy_full: number[];
  says_source: number[];
}

/** @param target, source places among the names */
export function identification(
  { tokens, first, total }: NameLosses,
  setting: number,
  target: number,
  source: number,
): Identification {
  const [firsts, totals] = [first[setting] ?? [], total[setting] ?? []];
  const isBest = (row: Float64Array, place: number) => Number(isAloneLeast(row, place));
  return {
    ce_first: firsts.map((row) => row[target] as number),
    ce_full: totals.map((row) => (row[target] as number) / (tokens[target] as number)),
    accuracy_first: firsts.map((row) => isBest(row, target)),
    accuracy_full: totals.map((row) => isBest(row, target)),
    says_source: totals.map((row) => isBest(row, source)),
  };
}

/** Whether a place has less than every other: names that begin alike are not told apart by their beginning. */
export const isAloneLeast = (row: ArrayLike<number>, place: number): boolean =>
  Array.from(row).every((loss, at) => at === place || loss > (row[place] as number));

/** Each text's loss per predicted token under a setting. */
export const perToken = ({ tokens, loss }: TextLosses, setting: number): number[] =>
  Array.from(loss[setting] ?? [], (sum, text) => sum / (tokens[text] as number));

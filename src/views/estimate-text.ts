import type { Estimate } from "../experiments/ablation/ablation-result.js";

/** An estimate with its interval. */
export const estimateText = (estimate: Estimate | null): string => {
  if (estimate === null) return "–";
  const { value, interval } = estimate;
  return interval === null
    ? value.toFixed(3)
    : `${value.toFixed(3)} [${interval.lo.toFixed(3)}, ${interval.hi.toFixed(3)}]`;
};

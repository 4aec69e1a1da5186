import type { TopFeature } from "../runs/top-features.js";
import { tableLines } from "./table.js";

/** Features as a table: v with the standard error of its mean, the runner-up, how often it fires. */
export function featureLines(features: readonly TopFeature[]): string[] {
  const columns = [
    { title: "layer", align: "right" },
    { title: "language" },
    { title: "rank", align: "right" },
    { title: "feature", align: "right" },
    { title: "v", align: "right" },
    { title: "mean ± SE", align: "right" },
    { title: "runner-up" },
    { title: "its mean", align: "right" },
    { title: "active", align: "right" },
    { title: "flags" },
  ] as const;
  const rows = features.map((top) => [
    String(top.layer),
    top.language,
    String(top.rank),
    String(top.feature),
    digits(top.v),
    `${digits(top.mean)} ± ${top.standard_error === null ? "?" : digits(top.standard_error)}`,
    top.runner_up,
    digits(top.runner_up_mean),
    `${(100 * top.active_fraction).toFixed(1)} %`,
    top.flags.join(" "),
  ]);
  return tableLines(columns, rows);
}

/** Three digits after the point, or exponent form where those would say nothing. */
export function digits(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size < 0.001 || size >= 1e6) ? value.toExponential(2) : value.toFixed(3);
}

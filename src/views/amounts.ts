import type { Estimate } from "../compute/estimate.js";

/** Bytes in three digits. */
export const bytesText = (bytes: number): string =>
  bytes < 1e3
    ? `${bytes} B`
    : bytes < 1e6
      ? `${(bytes / 1e3).toFixed(0)} kB`
      : bytes < 1e9
        ? `${(bytes / 1e6).toFixed(1)} MB`
        : `${(bytes / 1e9).toFixed(1)} GB`;

/** An estimate of tokens and disk, in words that claim no more than it knows. */
export const estimateText = ({
  tokens,
  disk_bytes,
  memory_bytes,
}: Estimate): { tokens: string; disk: string; memory: string } => ({
  tokens: tokens === null ? "known once the corpus is there" : `about ${rounded(tokens)}`,
  disk: aboutBytes(disk_bytes),
  memory: aboutBytes(memory_bytes),
});

const aboutBytes = (bytes: number | null): string =>
  bytes === null ? "known once the dictionaries are loaded" : `about ${bytesText(bytes)}`;

/** A count with its thousands apart. */
export const grouped = (count: number): string =>
  count.toLocaleString("en-US").replaceAll(",", " ");

/** Two digits are all that an estimate has. */
const rounded = (count: number): string => grouped(Number(count.toPrecision(2)));

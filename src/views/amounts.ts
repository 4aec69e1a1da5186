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

/** An estimate, in words that claim no more than it knows. */
export const estimateText = (
  { tokens, disk_bytes, memory_bytes, device_bytes, operations }: Estimate,
  device = "auto",
): Record<"tokens" | "disk" | "memory" | "device" | "work", string> => ({
  tokens: tokens === null ? "known once the corpus is there" : `about ${rounded(tokens)}`,
  disk: aboutBytes(disk_bytes),
  memory: aboutBytes(memory_bytes),
  device:
    device_bytes === null
      ? "known once the model is loaded"
      : device === "auto"
        ? `${aboutBytes(device_bytes.cuda)} on CUDA, ${bytesText(device_bytes.cpu)} on a CPU`
        : aboutBytes(device.startsWith("cuda") ? device_bytes.cuda : device_bytes.cpu),
  work:
    operations === null
      ? "known once the model is loaded"
      : `about ${Number((operations / 1e12).toPrecision(2))} TFLOP (${spanText(operations / SPEED.cpu)} at 100 GFLOP/s, as a few CPU cores do; ${spanText(operations / SPEED.gpu)} at 20 TFLOP/s, as a data-centre GPU does), and the start`,
});

/** Operations a second, as a forward pass gets them. */
const SPEED = { cpu: 100e9, gpu: 20e12 };

/** Seconds, in the words of somebody who waits. */
export const spanText = (seconds: number): string =>
  seconds < 1
    ? "under a second"
    : seconds < 90
      ? `${Math.round(seconds)} s`
      : seconds < 5400
        ? `${Math.round(seconds / 60)} min`
        : `${Number((seconds / 3600).toPrecision(2))} h`;

const aboutBytes = (bytes: number | null): string =>
  bytes === null ? "known once the dictionaries are loaded" : `about ${bytesText(bytes)}`;

/** A count with its thousands apart. */
export const grouped = (count: number): string =>
  count.toLocaleString("en-US").replaceAll(",", " ");

/** Two digits are all that an estimate has. */
const rounded = (count: number): string => grouped(Number(count.toPrecision(2)));

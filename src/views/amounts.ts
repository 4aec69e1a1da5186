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
export function estimateText(
  estimate: Estimate,
  device = "auto",
): Record<"tokens" | "disk" | "memory" | "device" | "work", string> {
  const { tokens, disk_bytes, memory_bytes, device_bytes, operations } = estimate;
  const about = estimate.counts_dictionaries ? "about" : "at least";
  const rest = estimate.counts_dictionaries
    ? ""
    : " (the widths of its dictionaries are not known)";
  const onDevice = () => {
    if (device_bytes === null) return "known once the model is loaded";
    const { cuda, cpu } = device_bytes;
    if (device !== "auto") return bytesText(device.startsWith("cuda") ? cuda : cpu);
    return `${bytesText(cuda)} on CUDA, ${bytesText(cpu)} on a CPU`;
  };
  const work = () => {
    if (operations === null) return "known once the model is loaded";
    const tera = Number((operations / 1e12).toPrecision(2));
    const [slow, fast] = [SPEED.cpu, SPEED.gpu].map((each) => spanText(operations / each));
    return `${about} ${tera} TFLOP${rest}: ${slow} at 100 GFLOP/s, as a few CPU cores do, ${fast} at 20 TFLOP/s, as a data-centre GPU does; and the start and the tests`;
  };
  return {
    tokens: `about ${rounded(tokens)}`,
    disk: aboutBytes(disk_bytes),
    memory: aboutBytes(memory_bytes),
    device: device_bytes === null ? onDevice() : `${about} ${onDevice()}${rest}`,
    work: work(),
  };
}

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

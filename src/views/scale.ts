import type { Style } from "./line.js";

/** Viridis in seven steps: its order can be told without colour vision, and each step stands on any background. */
const STEPS = ["#440154", "#443983", "#31688e", "#21918c", "#35b779", "#90d743", "#fde725"];
/** For terminals with sixteen colours. */
const NAMED = ["blue", "cyan", "green", "yellow"];
/** Without colours, beside the number itself. */
const SHADES = [" ", "░", "▒", "▓", "█"];

/** A cell's colours for a share of the scale, 0 to 1; none where the terminal has none. */
export function heat(share: number, colorDepth: number): Style {
  const clamped = Math.max(0, Math.min(1, Number.isFinite(share) ? share : 0));
  if (colorDepth < 4 || clamped === 0) return {};
  if (colorDepth < 8) {
    const color = NAMED[Math.min(NAMED.length - 1, Math.floor(clamped * NAMED.length))] as string;
    return { background: color, color: color === "blue" ? "white" : "black" };
  }
  const step = Math.min(STEPS.length - 1, Math.floor(clamped * STEPS.length));
  return { background: STEPS[step] as string, color: step < 4 ? "#ffffff" : "#000000" };
}

/** A sign for a share, so that colour is never the only one. */
export const shade = (share: number): string =>
  SHADES[
    Math.max(0, Math.min(SHADES.length - 1, Math.ceil(share * (SHADES.length - 1))))
  ] as string;

/** What the scale means, from nothing to `most`. */
export function legend(most: string, colorDepth: number): { text: string; style: Style }[] {
  const steps = [0.05, 0.25, 0.45, 0.65, 0.85, 1];
  return [
    { text: "0 ", style: {} },
    ...steps.map((share) => ({
      text: colorDepth < 4 ? ` ${shade(share)} ` : "   ",
      style: heat(share, colorDepth),
    })),
    { text: ` ${most}`, style: {} },
  ];
}

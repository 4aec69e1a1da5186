import { expect, test } from "vitest";
import { HUES, signScale } from "../../../src/views/charts/chart.js";

/** How deuteranopes, protanopes and tritanopes see linear RGB (Machado, Oliveira and Fernandes, 2009). */
const EYES = {
  all: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  deuteranope: [0.367, 0.861, -0.228, 0.28, 0.673, 0.047, -0.012, 0.043, 0.969],
  protanope: [0.152, 1.053, -0.205, 0.115, 0.786, 0.099, -0.004, -0.048, 1.052],
  tritanope: [1.256, -0.077, -0.179, -0.078, 0.931, 0.148, 0.005, 0.691, 0.304],
};

const product = (matrix: readonly number[], vector: readonly number[]) =>
  [0, 3, 6].map((row) => vector.reduce((sum, x, at) => sum + x * (matrix[row + at] as number), 0));

/** CIELAB of a hue as these eyes see it. */
function seen(hue: string, eyes: readonly number[]): number[] {
  const linear = [1, 3, 5]
    .map((at) => Number.parseInt(hue.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  const clipped = product(eyes, linear).map((c) => Math.min(1, Math.max(0, c)));
  const white = [0.9505, 1, 1.089];
  const [x = 0, y = 0, z = 0] = product(
    [0.4124, 0.3576, 0.1805, 0.2126, 0.7152, 0.0722, 0.0193, 0.1192, 0.9505],
    clipped,
  )
    .map((c, at) => c / (white[at] as number))
    .map((c) => (c > 0.008856 ? Math.cbrt(c) : 7.787 * c + 16 / 116));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

test.each(Object.entries(EYES))("no two hues look alike to %s", (_, eyes) => {
  const colours = HUES.map((hue) => seen(hue, eyes));
  for (const [at, a] of colours.entries())
    for (const [other, b] of colours.slice(0, at).entries())
      expect(
        Math.hypot(...a.map((x, i) => x - (b[i] as number))),
        `${HUES[at]} and ${HUES[other]}`,
      ).toBeGreaterThan(15);
});

test("every hue is seen on white", () => {
  for (const hue of HUES) {
    const [lightness = 0] = seen(hue, EYES.all);
    expect(lightness, hue).toBeLessThan(72);
  }
});

test("of a hundred languages no two have the same hue and sign, of forty no two lines the same hue and stroke", () => {
  const { color, shape, strokeDash } = signScale(Array.from({ length: 100 }, (_, at) => `l${at}`));
  const pairs = (other: readonly unknown[]) => color.range.map((hue, at) => `${hue} ${other[at]}`);
  expect(new Set(pairs(shape.range)).size).toBe(100);
  expect(new Set(pairs(strokeDash.range).slice(0, 40)).size).toBe(40);
});

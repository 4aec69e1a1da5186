import { expect, test } from "vitest";
import { labelPlaces, placeLabels } from "../../../src/views/charts/label-places.js";

const SIDE = 400;
/** Half of what a label of so many letters covers, at the least. */
const half = (letters: number) => ({ x: 2.9 * letters, y: 5 });

test("a label stands to the right of its point, or to the left where the edge is near", () => {
  const [middle, edge] = placeLabels(
    [
      { x: 200, y: 100 },
      { x: 390, y: 300 },
    ],
    ["eng_Latn", "fra_Latn"],
    SIDE,
  );
  expect(middle?.y).toBe(100);
  expect(middle?.x).toBeGreaterThan(200 + half(8).x);
  expect(edge?.x).toBeLessThan(390 - half(8).x);
});

test("labels of points in one place cover neither each other nor the points", () => {
  const points = Array.from({ length: 6 }, () => ({ x: 200, y: 200 }));
  const labels = points.map((_, at) => `lang_Xxx${at}`);
  const places = placeLabels(points, labels, SIDE);
  const { x, y } = half(9);
  const apart = (a: { x: number; y: number }, b: { x: number; y: number }, w: number, h: number) =>
    Math.abs(a.x - b.x) >= w || Math.abs(a.y - b.y) >= h;
  places.forEach((place, at) => {
    expect(apart(place, { x: 200, y: 200 }, x + 3, y + 3)).toBe(true);
    for (const other of places.slice(at + 1)) expect(apart(place, other, 2 * x, 2 * y)).toBe(true);
    expect(place.x - x).toBeGreaterThanOrEqual(0);
    expect(place.x + x).toBeLessThanOrEqual(SIDE);
  });
});

test("where there is no room at all, every label still has a place", () => {
  const points = Array.from({ length: 200 }, () => ({ x: 50, y: 50 }));
  const places = placeLabels(
    points,
    points.map(() => "wide_Label"),
    100,
  );
  expect(places).toHaveLength(200);
  expect(places.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))).toBe(true);
});

test("in the units of the data a label stands where it does in pixels, upwards", () => {
  const window = { x: [-1, 1], y: [0, 4], side: SIDE } as const;
  const [label] = labelPlaces([{ x: 0, y: 3 }], ["a"], window);
  const [place] = placeLabels([{ x: 200, y: 100 }], ["a"], SIDE);
  expect(label?.labelX).toBeCloseTo(((place?.x ?? 0) / SIDE) * 2 - 1, 12);
  expect(label?.labelY).toBeCloseTo(3, 12);
  expect(label?.isFar).toBe(false);
});

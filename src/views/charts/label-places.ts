/** A rectangle in pixels, by its middle. */
interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Place {
  x: number;
  y: number;
}

const HEIGHT = 12;
/** Of one letter of the figures' font at 10 px: rather too much than too little. */
const LETTER = 6.4;
const POINT = 11;
const GAPS = [9, 20, 34, 50, 70];
/** Of an area, what rounding makes of none. */
const NEGLIGIBLE = 1e-6;
/** Right, left, below, above, then the corners. */
const DIRECTIONS = [...[0, 4, 2, 6], ...[1, 3, 5, 7]].map(
  (eighth) => [Math.cos((eighth * Math.PI) / 4), Math.sin((eighth * Math.PI) / 4)] as const,
);

/**
 * Where labels of points can be read: beside their point, as near as there is room among points and other labels; where there
 * is none, where least is covered.
 *
 * @param points in pixels, from the upper left corner of a square
 * @param side length of the square
 * @returns the middle of each label
 */
export function placeLabels(
  points: readonly Place[],
  labels: readonly string[],
  side: number,
): Place[] {
  const taken: Box[] = points.map(({ x, y }) => ({ x, y, width: POINT, height: POINT }));
  return points.map((point, at) => {
    const size = { width: LETTER * (labels[at]?.length ?? 0), height: HEIGHT };
    let best: Box | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const gap of GAPS)
      for (const [dx, dy] of DIRECTIONS) {
        const box = {
          x: point.x + dx * gap + (Math.sign(round(dx)) * size.width) / 2,
          y: point.y + dy * gap + (Math.sign(round(dy)) * size.height) / 4,
          ...size,
        };
        const covered =
          taken.reduce((sum, other) => sum + common(box, other), 0) + outside(box, side);
        // Nearer places come first: of those that cover as little, they are taken.
        if (covered >= least - NEGLIGIBLE) continue;
        [best, least] = [box, covered];
      }
    const chosen = best as Box;
    taken.push(chosen);
    return { x: chosen.x, y: chosen.y };
  });
}

/** Labels farther than this from their point are tied to it by a line. */
const NEAR = { x: 45, y: 14 };

/** What a square of a drawing shows, in the units of the data. */
export interface Window {
  x: readonly [number, number];
  y: readonly [number, number];
  /** Pixels. */
  side: number;
}

/** Where the labels of points stand, in the units of the data, and whether that is far from the point. */
export function labelPlaces(
  points: readonly Place[],
  labels: readonly string[],
  { x, y, side }: Window,
): { labelX: number; labelY: number; isFar: boolean }[] {
  const [wide, high] = [side / (x[1] - x[0]), side / (y[1] - y[0])];
  const pixels = points.map((point) => ({
    x: (point.x - x[0]) * wide,
    y: (y[1] - point.y) * high,
  }));
  return placeLabels(pixels, labels, side).map((place, at) => {
    const point = pixels[at] as Place;
    return {
      ...{ labelX: x[0] + place.x / wide, labelY: y[1] - place.y / high },
      isFar: Math.abs(point.y - place.y) > NEAR.y || Math.abs(point.x - place.x) > NEAR.x,
    };
  });
}

const round = (value: number): number => (Math.abs(value) < 1e-9 ? 0 : value);

/** The area that two boxes share. */
function common(a: Box, b: Box): number {
  const along = (key: "x" | "y", size: "width" | "height") =>
    Math.max(
      0,
      Math.min(a[key] + a[size] / 2, b[key] + b[size] / 2) -
        Math.max(a[key] - a[size] / 2, b[key] - b[size] / 2),
    );
  return along("x", "width") * along("y", "height");
}

/** The area of a box that lies beyond the square. */
function outside(box: Box, side: number): number {
  const middle = { x: side / 2, y: side / 2, width: side, height: side };
  return box.width * box.height - common(box, middle);
}

import fc from "fast-check";
import { expect, test } from "vitest";
import { FIRST_ROW, type Move, moved, within } from "../../src/tui/list.js";

const MOVES: Move[] = ["up", "down", "page-up", "page-down", "first", "last"];

test("however one moves, the chosen row is there and in sight", () => {
  const steps = fc.array(
    fc.record({
      move: fc.constantFrom(...MOVES),
      count: fc.integer({ min: 0, max: 50 }),
      height: fc.integer({ min: 1, max: 20 }),
    }),
  );
  fc.assert(
    fc.property(steps, (all) => {
      let cursor = FIRST_ROW;
      for (const { move, count, height } of all) {
        cursor = within(moved(cursor, move, count, height), count, height);
        expect(cursor.at).toBeGreaterThanOrEqual(0);
        expect(cursor.at).toBeLessThan(Math.max(1, count));
        expect(cursor.at).toBeGreaterThanOrEqual(cursor.top);
        expect(cursor.at).toBeLessThan(cursor.top + height);
      }
    }),
  );
});

test("a list scrolls no further than it must", () => {
  const third = moved(moved(FIRST_ROW, "down", 10, 3), "down", 10, 3);
  expect(third).toEqual({ at: 2, top: 0 });
  expect(moved(third, "down", 10, 3)).toEqual({ at: 3, top: 1 });
  expect(moved(third, "last", 10, 3)).toEqual({ at: 9, top: 7 });
  expect(moved(third, "page-down", 10, 3)).toEqual({ at: 4, top: 2 });
});

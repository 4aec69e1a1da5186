import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  fvuOf,
  l0Of,
  type RebuiltBatch,
  RunningRebuilt,
  recoveredOf,
} from "../../src/reduce/rebuilt.js";

/** What the engine sends of rows y, of which so many features are active and so much is left over. */
function batchOf(rows: readonly number[][]): RebuiltBatch {
  const width = rows[0]?.length ?? 0;
  const mean = Float64Array.from({ length: width }, (_, d) =>
    rows.reduce((sum, row) => sum + (row[d] as number) / rows.length, 0),
  );
  return {
    ...{
      tokens: rows.length,
      not_finite: 1,
      active: 3 * rows.length,
      error: rows.length / 4,
      mean,
    },
    deviation: rows.flat().reduce((sum, y, at) => sum + (y - (mean[at % width] as number)) ** 2, 0),
  };
}

const value = fc.double({ min: -1e3, max: 1e3, noNaN: true });
const rows = fc.array(fc.tuple(value, value, value), { minLength: 1, maxLength: 12 });

describe("batches of a language, put together", () => {
  it("say what one batch of all would say", () => {
    fc.assert(
      fc.property(fc.array(rows, { minLength: 1, maxLength: 5 }), (batches) => {
        const running = new RunningRebuilt();
        for (const batch of batches) running.add(batchOf(batch));
        const found = running.finish();
        const whole = batchOf(batches.flat());
        expect(found).toMatchObject({
          ...{ tokens: whole.tokens, active: whole.active, not_finite: batches.length },
        });
        expect(found.error).toBeCloseTo(whole.error, 9);
        expect(Math.abs(found.variance - whole.deviation)).toBeLessThan(
          1e-9 * (1 + whole.deviation) + 1e-6,
        );
      }),
    );
  });

  it("count what is not finite, and nothing else of a batch without a token", () => {
    const running = new RunningRebuilt();
    const nothing = {
      ...{ tokens: 0, active: 0, error: 0, deviation: 0 },
      mean: new Float64Array(),
    };
    running.add({ ...nothing, not_finite: 4 });
    running.add(batchOf([[1, 2]]));
    expect(running.finish()).toEqual({
      ...{ tokens: 1, not_finite: 5, active: 3, error: 0.25, variance: 0 },
    });
  });

  it("of another width are a fault", () => {
    const running = new RunningRebuilt();
    running.add(batchOf([[1, 2]]));
    expect(() => running.add(batchOf([[1]]))).toThrow("a batch is 1 wide, those before it 2");
  });
});

it("shares are not told where there is nothing to share", () => {
  expect(fvuOf({ error: 1, variance: 4 })).toBe(0.25);
  expect(fvuOf({ error: 1, variance: 0 })).toBeNull();
  expect(l0Of({ active: 30, tokens: 4 })).toBe(7.5);
  expect(l0Of({ active: 0, tokens: 0 })).toBeNull();
  expect(recoveredOf({ as_is: 2, rebuilt: 3, zero: 6 })).toBe(0.75);
  // A tensor that is worth nothing: no share of nothing.
  expect(recoveredOf({ as_is: 2, rebuilt: 3, zero: 2 })).toBeNull();
});

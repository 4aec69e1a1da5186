import { expect, test } from "vitest";
import { activeSeconds } from "../../src/compute/open-run.js";
import type { RunEvent } from "../../src/runs/meta.js";

const at = (seconds: number) => new Date(Date.UTC(2025, 0, 1) + 1000 * seconds).toISOString();
const started = (seconds: number): RunEvent => ({
  type: "started",
  at: at(seconds),
  pid: 1,
  resumed: false,
});
const phase = (seconds: number): RunEvent => ({ type: "phase", at: at(seconds), phase: "x" });

test("time at work is that of every attempt; the time between them is not work", () => {
  expect(activeSeconds([])).toBe(0);
  expect(activeSeconds([started(0), phase(7)])).toBe(7);
  const twoDays = 2 * 24 * 3600;
  expect(activeSeconds([started(0), phase(7), started(twoDays), phase(twoDays + 5)])).toBe(12);
});

test("a clock that is set back takes nothing from the time at work", () => {
  const events = [
    started(100),
    phase(104),
    phase(-5000),
    phase(-4990),
    started(-9000),
    phase(-8999),
  ];
  expect(activeSeconds(events)).toBe(4 + 10 + 1);
  expect(activeSeconds([phase(3), phase(9)])).toBe(0);
});

import { expect, test } from "vitest";
import type { TopFeature } from "../../src/runs/top-features.js";
import { featureLines } from "../../src/views/feature-table.js";

const top: TopFeature = {
  ...{
    layer: 4,
    language: "eng_Latn",
    rank: 1,
    feature: 77,
    v: 2.5,
    standard_error: 0.25,
    mean: 3,
  },
  ...{ runner_up: "spa_Latn", runner_up_mean: 2, margin: 1, margin_interval: null, tau: 0.75 },
  ...{ active_fraction: 0.125, active_elsewhere: 0.01, interval: { lo: 2, hi: 3 } },
  ...{ p: 0.000999, q: 0.0123, heldout_v: 2.25, stability: 1, auroc: 0.9875, dz: 1.5 },
  ...{ label: null, leave_one_out: null, n_texts: 100, n_tokens: 2000 },
  ...{ first_position_share: 0.75, fvu: null, flags: ["sink", "shared"] },
};
const cellsOf = (line: string | undefined) =>
  (line ?? "")
    .trim()
    .split(/ {2,}/)
    .map((cell) => cell.trim());

test("a feature is one line with all that is known of it", () => {
  const [titles, , line] = featureLines([top]);
  expect(cellsOf(titles)).toEqual([
    ...["layer", "language", "rank", "feature", "v", "95 % interval", "p", "q", "held-out"],
    ...["margin", "runner-up", "AUROC", "active", "elsewhere", "τ", "flags"],
  ]);
  expect(cellsOf(line)).toEqual([
    ...["4", "eng_Latn", "1", "77", "2.500", "[2.000, 3.000]", "<.001", ".012", "2.250"],
    ...["1.000", "spa_Latn", "0.988", "12.5 %", "1.0 %", "0.75", "sink shared"],
  ]);
});

test("what is not known is a dash", () => {
  const bare = { ...top, interval: null, p: null, q: null, heldout_v: null, auroc: null };
  expect(cellsOf(featureLines([bare])[2]).slice(5, 9)).toEqual(["–", "–", "–", "–"]);
});

test("where there is no room, what tells least is left out, the interval last", () => {
  const titlesIn = (room: number) => cellsOf(featureLines([top], room)[0]);
  expect(titlesIn(140)).toContain("τ");
  expect(titlesIn(100)).not.toContain("τ");
  expect(titlesIn(100)).toContain("held-out");
  expect(titlesIn(72)).toContain("95 % interval");
  for (const room of [72, 80, 100, 120])
    expect((featureLines([top], room)[1] ?? "").length).toBeLessThanOrEqual(room);
});

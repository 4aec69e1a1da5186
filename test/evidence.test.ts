import { expect, it } from "vitest";
import { gatherEvidence } from "../src/evidence.js";
import { EvidenceInMemory } from "./fixtures/evidence.js";
import { token } from "./fixtures/frames.js";
import { languageSums, scoresOf } from "./fixtures/sums.js";

const LAYER = 2;
const CODES = ["eng_Latn", "spa_Latn", "fra_Latn"];

/** Texts in three languages: feature k fires on language k, feature 3 everywhere, feature 4 nowhere. */
const site = (texts: number) =>
  CODES.map((code, k) =>
    languageSums(
      code,
      {
        [LAYER]: Array.from({ length: texts }, (_, at) => [
          token(0, [k, 2 + (at % 3)], [3, 1 + ((at * 7 + k) % 5)]),
          token(0),
        ]),
      },
      5,
    ),
  );

async function gathered(texts: number, sharesIds = true) {
  const languages = site(texts);
  const { rankings } = scoresOf(languages, [LAYER], { pool: "token" });
  const asked = { layers: [LAYER], rankings, pool: "token" as const, sharesIds, scoresSha256: "0" };
  const shelf = new EvidenceInMemory();
  const facts = await gatherEvidence(languages, asked, shelf);
  const layer = shelf.layers.get(LAYER);
  if (layer === undefined) throw new Error("no evidence");
  return { facts, layer, ranking: rankings.get(LAYER) };
}

it("tells a language's feature from one that is everywhere, with intervals that hold v", async () => {
  const { facts, layer, ranking } = await gathered(30);
  expect(facts).toMatchObject({ is_parallel: true, unit: "text", units: 30, untested: null });
  // Feature 4 never fires: nothing to test.
  expect(facts.tests).toBe(4 * CODES.length);
  for (const k of CODES.keys()) {
    expect(layer.p[k * 5 + k]).toBeLessThan(0.01);
    expect(layer.p[k * 5 + 3]).toBeGreaterThan(0.05);
    expect(layer.p[k * 5 + 4]).toBeNaN();
    const v = ranking?.value[k * 5] as number;
    expect(layer.lo[k * layer.best]).toBeLessThan(v);
    expect(layer.hi[k * layer.best]).toBeGreaterThan(v);
    expect(layer.auroc[k * 5 + k]).toBe(1);
    expect(layer.halvesShare[k * layer.best]).toBe(1);
    expect(layer.halvesV[k * layer.best]).toBeCloseTo(v, 1);
  }
});

it("is the same every time", async () => {
  expect(await gathered(8)).toEqual(await gathered(8));
});

it("languages without shared ids are samples by themselves, and paired measures are not known", async () => {
  const { facts, layer } = await gathered(30, false);
  expect(facts).toMatchObject({ is_parallel: false, units: 90 });
  expect(layer.p[0]).toBeLessThan(0.01);
  expect(layer.dz.every(Number.isNaN)).toBe(true);
});

it("of a single text nothing is claimed to be known", async () => {
  const { layer } = await gathered(1);
  expect([...layer.lo, ...layer.halvesV].every(Number.isNaN)).toBe(true);
});

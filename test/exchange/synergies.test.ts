import { expect, test } from "vitest";
import { readClusterSynergy, readLanguageSynergy } from "../../src/exchange/synergies.js";

const value = { delta_A: 1, delta_B: 2, delta_AB: 3.5, synergy: 0.5, additive: 3 };

test("synergies of languages: pairs, which of them are of one cluster", () => {
  const { kind, languages, layers, data, settings, warnings } = readLanguageSynergy({
    results: { "en|fr": value, "en|ja": { ...value, additive: false } },
    lang_to_cluster: { en: 1, fr: 1, ja: 2 },
    all_pairs: [
      ["en", "fr"],
      ["en", "ja"],
    ],
    intra_pairs: [["en", "fr"]],
    inter_pairs: [["en", "ja"]],
    n_clusters: 2,
  });
  expect([kind, languages, layers]).toEqual(["language-synergy", ["en", "fr", "ja"], null]);
  const { pairs, pair_sets, clusters } = data;
  expect(pairs).toMatchObject({
    "en|fr": { delta_a: 1, delta_b: 2, delta_ab: 3.5, synergy: 0.5, additive: 3 },
    "en|ja": { additive: false },
  });
  expect(pair_sets).toEqual({ all: ["en|fr", "en|ja"], intra: ["en|fr"], inter: ["en|ja"] });
  expect(clusters).toEqual({ en: 1, fr: 1, ja: 2 });
  expect(settings).toEqual({ n_clusters: 2 });
  expect(warnings).toEqual([]);
});

test("synergies that do not follow, and pairs without one, are said", () => {
  const { warnings } = readLanguageSynergy({
    results: { "en|fr": { ...value, synergy: 0.6 }, "fr|en": { ...value, delta_A: null } },
    all_pairs: [
      ["en", "fr"],
      ["en", "ja"],
    ],
  });
  expect(warnings).toEqual([
    "1 of 2 synergies are not ΔAB − (ΔA + ΔB)",
    "nothing is there of 1 named pairs",
  ]);
});

test("synergies by layer become one series a quantity", () => {
  const at = (synergy: number) => ({ delta_a: 0, delta_b: 1, delta_ab: 1 + synergy, synergy });
  const found = readClusterSynergy({
    synergy_data: { "en|fr": [at(0.25), at(-0.5)], "fr|en": [] },
    layers: [0, 5],
    clusters: { "1": ["en", "fr"] },
  });
  expect(found.data.pairs).toEqual({
    "en|fr": {
      ...{ delta_a: [0, 0], delta_b: [1, 1], delta_ab: [1.25, 0.5], synergy: [0.25, -0.5] },
    },
    "fr|en": { delta_a: [], delta_b: [], delta_ab: [], synergy: [] },
  });
  expect(found.layers).toEqual([0, 5]);
  expect(found.warnings).toEqual([]);
  expect(() => readClusterSynergy({ synergy_data: { "en|fr": [at(1)] }, layers: [0, 5] })).toThrow(
    "1 values at en|fr, 2 layers",
  );
});

test("what is no synergy", () => {
  expect(() => readLanguageSynergy({ results: { en: value } })).toThrow("at results.en");
  expect(() => readClusterSynergy({ synergy_data: { "en|fr": [{ synergy: 1 }] } })).toThrow(
    "at synergy_data.en|fr.0.delta_a",
  );
});

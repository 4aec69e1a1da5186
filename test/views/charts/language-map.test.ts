import { expect, test } from "vitest";
import type { ClusterResult } from "../../../src/experiments/clustering/cluster-languages.js";
import { languageMap } from "../../../src/views/charts/language-map.js";
import { renderPng, renderSvg } from "../../../src/views/charts/render.js";
import { clusteringOf, drawnOf, manyLanguages } from "../../fixtures/clusterings.js";

// biome-ignore lint/suspicious/noExplicitAny: a specification is JSON, its data whatever a chart puts in
const specOf = (result: ClusterResult): any => languageMap(drawnOf(result)).spec;

test("each language stands where it was put, signed and coloured by its cluster", () => {
  const { data } = specOf(clusteringOf());
  expect(data.values).toMatchObject([
    { label: "en", x: 0, y: 0, cluster: "2", ink: "#8a5f00" },
    { label: "fra_Latn", x: 0.2, y: 0, cluster: "2" },
    { label: "th", language: "Thai th", x: 0.1, y: 0.85, cluster: "1", ink: "#00446b" },
  ]);
});

test("both axes have the same scale: a distance is as long in every direction", () => {
  const { encoding, width, height } = specOf(clusteringOf());
  const [x, y] = [encoding.x.scale.domain, encoding.y.scale.domain];
  expect(width).toBe(height);
  expect(x[1] - x[0]).toBeCloseTo(y[1] - y[0], 12);
  expect(x[1] - x[0]).toBeCloseTo(1.2 * 0.85, 12);
});

test("stress, and every label, is in the drawing; one legend tells the clusters", async () => {
  const svg = await renderSvg(specOf(clusteringOf()));
  for (const words of [">th<", ">fra_Latn<", "stress-1 0.250"]) expect(svg).toContain(words);
  expect(svg.match(/>cluster</g)).toHaveLength(1);
});

test("above 0.2 the map is said to keep distances poorly", () => {
  const captionOf = (stress_1: number) => languageMap(drawnOf(clusteringOf({ stress_1 }))).caption;
  expect(captionOf(0.21)).toContain("above 0.2 distances in the map are poorly kept");
  expect(captionOf(0.2)).not.toContain("poorly");
});

test("languages in one place, and many of them, can be drawn", async () => {
  const same = clusteringOf();
  for (const place of same.map) Object.assign(place, { x: 0, y: 0 });
  for (const result of [same, manyLanguages(2), manyLanguages(30)]) {
    const svg = await renderSvg(specOf(result));
    expect(svg).not.toContain("NaN");
    expect((await renderPng(svg)).length).toBeGreaterThan(1000);
  }
});

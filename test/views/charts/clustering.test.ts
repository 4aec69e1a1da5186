import { describe, expect, test } from "vitest";
import type { ClusterResult } from "../../../src/experiments/clustering/cluster-languages.js";
import { dendrogram, distanceMatrix } from "../../../src/views/charts/clustering.js";
import { renderPng, renderSvg } from "../../../src/views/charts/render.js";
import { clusteringOf, drawnOf, manyLanguages } from "../../fixtures/clusterings.js";
import { expectNoWarnings } from "../../fixtures/no-warnings.js";

// biome-ignore lint/suspicious/noExplicitAny: a specification is JSON, its data whatever a chart puts in
const layersOf = (chart: { spec: object }): any[] => (chart.spec as any).layer;

expectNoWarnings();

describe("the tree", () => {
  test("a merge is two branches and what joins them, at its height; grey above the cut", () => {
    const [lines, cut, leaves] = layersOf(dendrogram(drawnOf(clusteringOf())));
    const [blue, orange, grey] = ["#0072b2", "#e69f00", "#aaaaaa"];
    expect(lines.data.values).toEqual([
      // English and French stand at 1 and 2, below Thai.
      { x: 0, x2: 0.2, y: 1, y2: 1, cluster: "2", colour: orange },
      { x: 0, x2: 0.2, y: 2, y2: 2, cluster: "2", colour: orange },
      { x: 0.2, x2: 0.2, y: 1, y2: 2, cluster: "2", colour: orange },
      { x: 0, x2: 0.9, y: 0, y2: 0, cluster: "1", colour: blue },
      { x: 0.2, x2: 0.9, y: 1.5, y2: 1.5, cluster: "2", colour: orange },
      { x: 0.9, x2: 0.9, y: 0, y2: 1.5, cluster: null, colour: grey },
    ]);
    expect(cut.data.values).toEqual([{ x: 0.55 }]);
    expect(leaves.data.values.map(({ language }: { language: string }) => language)).toEqual([
      ...["th", "en", "fra_Latn"],
    ]);
  });

  test("a cut far above it is told, not drawn", async () => {
    const chart = dendrogram(
      drawnOf(clusteringOf({ cut_height: 99, clusters: [["th", "en", "fra_Latn"]] })),
    );
    const [lines, cut] = layersOf(chart);
    expect(cut.data.values).toEqual([]);
    expect(lines.encoding.x.scale.domain[1]).toBeCloseTo(1.05 * 0.9);
    expect(await renderSvg(chart.spec)).toContain("cut at 99.000: 1 cluster");
  });

  test("its leaves are named, its cut told, its clusters in one legend", async () => {
    const svg = await renderSvg(dendrogram(drawnOf(clusteringOf())).spec);
    for (const words of ["Thai th", "French fra_Latn", "cut at 0.550 (dashed): 2 clusters"])
      expect(svg).toContain(words);
    expect(svg.match(/>cluster</g)).toHaveLength(1);
    expect(svg).toContain('stroke="#aaaaaa"');
  });

  test("what the numbers are from, and how well the clusters fit, is told", async () => {
    const { spec, caption } = dendrogram(drawnOf(clusteringOf(), "a model, udhr, 9 texts"));
    const svg = await renderSvg(spec);
    for (const words of [
      "a model, udhr, 9 texts",
      "3 languages in 2 clusters, mean silhouette 0.500",
    ])
      expect(svg).toContain(words);
    expect(caption).toContain("Mean silhouette 0.500 (1: each");
    expect(caption).not.toContain("substantial");
    const weak = clusteringOf({ silhouettes: [{ k: 2, silhouette: 0.13 }] });
    for (const draw of [dendrogram, distanceMatrix])
      expect(draw(drawnOf(weak)).caption).toContain("below 0.25 no substantial structure is found");
    expect(dendrogram(drawnOf(clusteringOf({ silhouettes: [] }))).caption).not.toContain(
      "ilhouette",
    );
  });

  test("a code with quotes and backslashes is a label as it is", async () => {
    const odd = 'a"b\\c';
    const result = clusteringOf({
      ...{ languages: ["en", odd, "th"], leaf_order: ["th", "en", odd] },
      clusters: [["th"], ["en", odd]],
    });
    expect(await renderSvg(dendrogram(drawnOf(result)).spec)).toContain('>a"b\\c<');
  });
});

describe("the matrix", () => {
  test("stands in the order of the tree, with its numbers, clusters framed", async () => {
    const chart = distanceMatrix(drawnOf(clusteringOf()));
    const [cells, numbers, frames] = layersOf(chart);
    expect(
      cells.data.values
        .slice(0, 3)
        .map(({ first, second, distance }: Record<string, unknown>) => [first, second, distance]),
    ).toEqual([
      ["th", "th", 0],
      ["th", "en", 0.9],
      ["th", "fra_Latn", 0.8],
    ]);
    expect(numbers.encoding.text.field).toBe("distance");
    expect(frames.data.values).toEqual([
      { x: -0.5, x2: 0.5, y: -0.5, y2: 0.5 },
      { x: 0.5, x2: 2.5, y: 0.5, y2: 2.5 },
    ]);
    const svg = await renderSvg(chart.spec);
    expect(svg.match(/>0\.80</g)?.length).toBeGreaterThanOrEqual(2);
  });

  test("of many languages has no numbers", () => {
    expect(layersOf(distanceMatrix(drawnOf(manyLanguages(16))))).toHaveLength(3);
    expect(layersOf(distanceMatrix(drawnOf(manyLanguages(17))))).toHaveLength(2);
  });
});

test("more clusters than hues: no two have both hue and sign in common", () => {
  const [, , leaves] = layersOf(dendrogram(drawnOf(manyLanguages(60))));
  const { color, shape } = leaves.encoding;
  const signs = color.scale.range.map(
    (hue: string, at: number) => `${hue} ${shape.scale.range[at]}`,
  );
  expect(new Set(signs).size).toBe(60);
});

test.each<[string, ClusterResult]>([
  ["two languages", { ...manyLanguages(2) }],
  [
    "languages that are all the same",
    {
      ...clusteringOf({
        distances: [
          [0, 0, 0],
          [0, 0, 0],
          [0, 0, 0],
        ],
        cut_height: 0,
      }),
      linkage: [
        [0, 1, 0, 2],
        [2, 3, 0, 3],
      ],
    },
  ],
  ["thirty", manyLanguages(30)],
])("%s can be drawn", async (_, result) => {
  for (const draw of [dendrogram, distanceMatrix]) {
    const svg = await renderSvg(draw(drawnOf(result)).spec);
    expect(svg).not.toContain("NaN");
    expect((await renderPng(svg)).length).toBeGreaterThan(1000);
  }
});

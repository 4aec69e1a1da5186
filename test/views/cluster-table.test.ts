import { expect, test } from "vitest";
import { clusterLines, measureText } from "../../src/views/cluster-table.js";
import { clusteringOf, manyLanguages } from "../fixtures/clusterings.js";

const plain = (...given: Parameters<typeof clusteringOf>) =>
  clusterLines(clusteringOf(...given)).map((line) => line.replace(/ +/g, " ").trim());

test("clusters with names, merges in words, silhouettes and stress", () => {
  const lines = plain({ warnings: ["odd"] });
  expect(lines).toEqual([
    "tiny: 3 languages by top 50 features by v, D = 1 − Jaccard, mean over layers 1, 2",
    "Ward linkage, cut at 0.550: 2 clusters (best silhouette)",
    "",
    "cluster languages",
    expect.stringMatching(/^─+ ─+$/),
    "1 th Thai",
    "2 en English, fra_Latn French",
    "",
    "joins en and fra_Latn at 0.200",
    "joins th and {en, fra_Latn} at 0.900",
    "",
    "k silhouette",
    expect.stringMatching(/^─/),
    "2 0.500 shown",
    "",
    "Map (metric MDS, not used for the clusters): stress 0.010, stress-1 0.250; 0 is exact, above 0.2 poor.",
    "warning: odd",
  ]);
});

test("how the cut was chosen is said, where there was a choice", () => {
  expect(plain({ chosen_by: "k" })[1]).toContain("2 clusters (as asked)");
  expect(plain({ chosen_by: "cut", clusters: [["th", "en", "fra_Latn"]] })[1]).toContain(
    "1 cluster (by height, as asked)",
  );
  expect(plain({ silhouettes: [] })[1]).toBe("Ward linkage, cut at 0.550: 2 clusters");
});

test("each measure has its formula and its layers", () => {
  const { source } = clusteringOf();
  expect(measureText({ ...source, by: "v-profile", layers: [2] })).toBe(
    "v over all features, D = 1 − Pearson's r, layer 2",
  );
  expect(measureText({ ...source, ranked_by: "margin" })).toContain("top 50 features by margin, D");
  expect(measureText({ ...source, by: "interactions", layers: null })).toContain("(M_ij + M_ji)");
});

test("of many languages, a merge names some, and no line is too long", () => {
  const codes = Array.from({ length: 30 }, (_, at) => `language-${at}`);
  const merges = [{ first: codes.slice(0, 9), second: codes.slice(9, 14), height: 1 }];
  const lines = clusterLines({ ...manyLanguages(3), clusters: [codes], merges });
  expect(lines).toContain(
    "joins {language-0, language-1, language-2, language-3 and 5 more} and {language-9, language-10, language-11, language-12, language-13} at 1.000",
  );
  const table = lines.slice(3, lines.indexOf("", 4));
  expect(table.length).toBeGreaterThan(4);
  expect(Math.max(...table.map(({ length }) => length))).toBeLessThanOrEqual(109);
  expect(table.join(" ")).toContain("language-29");
});

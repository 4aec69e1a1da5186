import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ClusterResult } from "../../src/experiments/clustering/cluster-languages.js";
import { vscore } from "../fixtures/command.js";
import { copyDemo } from "../fixtures/demo-run.js";
import { metaOf, runOf, writeRun } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
const FIGURES = ["dendrogram", "distances", "map"].flatMap((name) => [
  `${name}.png`,
  `${name}.svg`,
]);
const FILES = [...FIGURES, "distances.csv", "result.json"].sort();

// D = 1 − m: two pairs, at 0.2 and 0.4; 1 between them.
const MATRIX = `,en,th,fr,lo
en,1.0,0.0,0.8,0.0
th,0.0,1.0,0.0,0.6
fr,0.8,0.0,1.0,0.0
lo,0.0,0.6,0.0,1.0
`;

type Told = ClusterResult & { folder: string };
async function clustered(...args: string[]): Promise<Told> {
  const { exitCode, stdout, stderr } = await vscore("cluster", ...args, "--json");
  expect(stderr).not.toContain("Error");
  expect(exitCode).toBe(0);
  return JSON.parse(stdout);
}

const heightsOf = ({ merges }: Told) => merges.map(({ height }) => Number(height.toFixed(6)));

describe("a matrix of ablation effects", () => {
  it("gives two pairs, with files beside each other; the next time in their place", async () => {
    writeFileSync(at("m.csv"), MATRIX);
    const told = await clustered(at("m.csv"), "--output", at("made"));
    expect(told.clusters).toEqual([
      ["en", "fr"],
      ["th", "lo"],
    ]);
    // Ward's height of two pairs with all distances 1 between them: √1.9, see the engine's test.
    expect(heightsOf(told)).toEqual([0.2, 0.4, Number(Math.sqrt(1.9).toFixed(6))]);
    expect(told.silhouettes[0]).toEqual({ k: 2, silhouette: expect.closeTo(0.7, 9) });
    expect(readdirSync(at("made")).sort()).toEqual(FILES);
    const [header, en] = readFileSync(at("made", "distances.csv"), "utf8").split("\n");
    expect(header).toBe(",en,th,fr,lo");
    expect(en).toBe(`en,0.0,1.0,${1 - 0.8},1.0`);
    const again = await vscore("cluster", at("m.csv"), "--k", "3", "--output", at("made"));
    expect(again.exitCode).toBe(0);
    expect(again.stdout).toMatch(/^ +2 +th Thai$/m);
    expect(again.stdout).toContain("joins th and lo at 0.400");
    expect(JSON.parse(readFileSync(at("made", "result.json"), "utf8")).clusters).toHaveLength(3);
  });

  it("is found in a run, and refused there as anywhere", async () => {
    copyDemo(at("demo"));
    const without = await vscore("cluster", at("demo"), "--by", "interactions", "--json");
    expect(without.exitCode).toBe(2);
    expect(JSON.parse(without.stdout).error.message).toContain("npx vscore ablate");
    const folder = at("demo", "experiments", "interactions-1");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "interaction_matrix_avg_layers.csv"), MATRIX);
    writeFileSync(join(folder, "result.json"), "{}");
    const told = await clustered(at("demo"), "--by", "interactions", "--cut", "0.3");
    expect(told.clusters).toEqual([["en", "fr"], ["th"], ["lo"]]);
    expect(told.folder).toBe(at("demo", "experiments", "cluster-1"));
    expect(readdirSync(told.folder).sort()).toEqual(FILES);
  });
});

describe("a run", () => {
  it("of languages with the same features joins these first, at 0", async () => {
    const rows = [
      [4, 3, 0, 0, 0, 0],
      [0, 0, 4, 3, 0, 0],
      [3, 4, 0, 0, 0, 0],
    ];
    const meta = metaOf({ languages: ["eng_Latn", "tha_Thai", "fra_Latn"], layers: [1] });
    writeRun(at("run"), runOf(meta, { 1: rows }));
    const told = await clustered(at("run"), "--top-k", "2");
    expect(told.merges[0]).toEqual({ first: ["eng_Latn"], second: ["fra_Latn"], height: 0 });
    expect(told.distances).toEqual([
      [0, 1, 0],
      [1, 0, 1],
      [0, 1, 0],
    ]);
    expect(told.clusters).toHaveLength(2);
  });

  it("is compared by the features that another measure puts first, which the result says", async () => {
    const told = await clustered(
      "demo",
      "--rank-by",
      "margin",
      "--top-k",
      "9",
      "--output",
      at("m"),
    );
    expect(told.source).toMatchObject({ by: "overlap", top_k: 9, ranked_by: "margin" });
    expect(told.warnings[0]).toContain("a margin above 0 is of one language alone");
    expect(readFileSync(at("m", "dendrogram.svg"), "utf8")).toContain("top 9 features by margin");
  });

  it("of the embedded model: Spanish with Portuguese, Japanese with Chinese, by either measure", async () => {
    const first = async (...args: string[]) => {
      const { merges } = await clustered("demo", "--output", at("made"), ...args);
      return merges.slice(0, 2).map(({ first, second }) => [...first, ...second].sort());
    };
    const pairs = [
      ["por_Latn", "spa_Latn"],
      ["cmn_Hans", "jpn_Jpan"],
    ];
    expect(await first()).toEqual(pairs);
    expect(await first("--by", "v-profile")).toEqual(pairs);
  });
});

import stringWidth from "string-width";
import { expect, test } from "vitest";
import type { ExploredText, ExploredToken, Shares } from "../../src/explore/explored-text.js";
import { exploredLines, exploreLegend } from "../../src/views/explore-table.js";

const RUN = { model_id: "tiny/model", languages: ["fra_Latn", "cmn_Hans", "cmn_Hant"] };

const share = (language: string, share: number): Shares[number] => ({ language, share });
const top = (feature: number, language: string, activation: number) => ({
  feature,
  activation,
  language,
  rank: 1,
  v: 1,
});

/** A token with the same on each layer. */
function token(
  piece: string,
  layers: readonly number[],
  features: ReturnType<typeof top>[],
  changes: Partial<ExploredToken> = {},
): ExploredToken {
  const speaks_for = features.length === 0 ? [] : [share("fra_Latn", 0.914)];
  const each = layers.map((layer) => ({ layer, features, speaks_for }));
  return { piece, start: 0, end: 1, counted: true, layers: each, ...changes };
}

const explored = (tokens: ExploredToken[], changes: Partial<ExploredText> = {}): ExploredText => ({
  schema_version: 1,
  run: "tiny",
  text: "",
  top_k: 5,
  among: 100,
  ranked_by: "v",
  tokens,
  layers: [{ layer: 2, speaks_for: [share("fra_Latn", 0.914), share("cmn_Hant", 0.086)] }],
  warnings: [],
  ...changes,
});

test("a token is a row: its strongest features, their languages and activations, for whom it speaks", () => {
  const two = [top(210, "fra_Latn", 4.24), top(7, "cmn_Hans", 0.0321)];
  const tokens = [
    token("<bos>", [2], [], { counted: false }),
    token(" les\n", [2], two),
    token("ทุ", [2], []),
    token("日", [2], [top(5, "cmn_Hant", 12.6)]),
  ];
  expect(exploredLines(explored(tokens, { warnings: ["careful"] }), RUN)).toEqual([
    "tiny: tiny/model, 4 tokens, 3 counted",
    "",
    "token     layer 2                         speaks for",
    "────────  ─────────────  ───────────────  ──────────",
    "<bos>     (not counted)",
    " les\\x0a  210 fra 4.2    7 cmn_Hans 0.03  fra 91 %",
    "ทุ         –",
    "日        5 cmn_Hant 13                   fra 91 %",
    "",
    "layer 2: fra 91 %, cmn_Hant 9 %",
    "warning: careful",
  ]);
});

test("a table keeps within 80 columns: two layers at a time, fewer features where they are wide", () => {
  const layers = [1, 2, 3];
  const features = [1, 2, 3].map((n) => top(65_000 + n, "fra_Latn", 1234.5));
  const tokens = [token("a".repeat(99), layers, features)];
  const speaks_for = ["fra_Latn", "cmn_Hans", "cmn_Hant"].map((code) => share(code, 1 / 3));
  const lines = exploredLines(
    explored(tokens, { layers: layers.map((layer) => ({ layer, speaks_for })) }),
    RUN,
  );
  for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(80);
  const titles = lines.filter((line) => line.startsWith("token"));
  expect(titles.map((title) => title.match(/layer \d/g))).toEqual([
    ["layer 1", "layer 2"],
    ["layer 3"],
  ]);
  expect(lines.filter((line) => line.includes("65003"))).toHaveLength(1);
});

test("a summary leaves out what is below one hundredth, and says where nothing fires", () => {
  const speaks_for = [share("cmn_Hans", 0.995), share("fra_Latn", 0.005)];
  const layers = [
    { layer: 1, speaks_for },
    { layer: 2, speaks_for: [] },
  ];
  const lines = exploredLines(explored([], { layers }), RUN);
  expect(lines).toContain("layer 1: cmn_Hans 100 %, …");
  expect(lines).toContain("layer 2: no language feature fires");
});

test("no token's cell is blank: spaces are shown, and further bytes of a character", () => {
  const tokens = [
    token(" ", [2], []),
    token("猫", [2], []),
    token("", [2], [top(7, "fra_Latn", 1)]),
  ];
  const lines = exploredLines(explored(tokens), RUN);
  expect(lines.slice(4, 8).map((line) => line.trim())).toEqual([
    "␣      –",
    "猫     –",
    "↳      7 fra 1.0  fra 91 %",
    "↳: a token of more bytes of the same character",
  ]);
});

test("the legend says what the cells are, what an even share is, and which layers there are besides", () => {
  const count = { layer: 2, language: 5, all: 10 };
  const run = { layers: [1, 2, 3], languages: RUN.languages };
  const legend = exploreLegend({ among: 50, ranked_by: "v" }, [count], run);
  expect(legend[0]).toContain("rank ≤ 50");
  expect(legend[2]).toBe(
    "An even share of 3 languages is 33.3 %. Language features: 5 of 10 at layer 2.",
  );
  expect(legend.at(-1)).toBe("Other layers of the run: 1, 3 (--layers).");
  expect(
    exploreLegend({ among: 50, ranked_by: "v" }, [count], { ...run, layers: [2] }),
  ).toHaveLength(3);
});

test("where language features are more than half of the dictionary, the legend says what that means", () => {
  const run = { layers: [2], languages: RUN.languages };
  const legend = exploreLegend(
    { among: 100, ranked_by: "margin" },
    [{ layer: 2, language: 6, all: 10 }],
    run,
  );
  expect(legend[0]).toContain("language feature (rank by margin ≤ 100, v > 0)");
  expect(legend.at(-1)).toMatch(/^That is more than half of the dictionary at layer 2: .*--among/);
});

import { describe, expect, test } from "vitest";
import { FLORES_PLUS } from "../../../src/config/flores-plus.js";
import { type Measure, rankedBy } from "../../../src/runs/rank-by.js";
import type { Chart } from "../../../src/views/charts/chart.js";
import {
  CHART_KINDS,
  type ChartRequest,
  canDraw,
  drawChart,
  hasRoom,
  isOfControls,
} from "../../../src/views/charts/kinds.js";
import { renderSvg } from "../../../src/views/charts/render.js";
import { withEvidence } from "../../fixtures/evidence.js";
import { failureOf } from "../../fixtures/failure.js";
import { manyLanguageRun, metaOf, runOf } from "../../fixtures/runs.js";
import { sharingRun } from "../../fixtures/sharing-run.js";
import { threeLanguageRun } from "../../fixtures/tui.js";

/** Of a run without controls; that of controls has tests of its own. */
const DRAWN = CHART_KINDS.filter((kind) => !isOfControls(kind));
const plain = threeLanguageRun();
const run = withEvidence(plain);
const draw = (kind: (typeof CHART_KINDS)[number], request: ChartRequest = {}) =>
  drawChart(run, kind, request);
// biome-ignore lint/suspicious/noExplicitAny: a specification is JSON, its data whatever a chart puts in
const valuesOf = ({ spec }: Chart): any[] => (spec as any).data.values;

test("every kind has a title, a caption, where its numbers come from, and data", () => {
  for (const kind of DRAWN) {
    const chart = draw(kind);
    expect(chart.title.length, kind).toBeGreaterThan(10);
    expect(chart.caption, kind).toMatch(/\.$/);
    expect(JSON.stringify(chart.spec), kind).toContain("2 texts a language");
    expect(JSON.stringify(chart.spec), kind).toMatch(/"values":\[\{/);
  }
});

test("the pointer over any mark that has data tells it by names that a reader knows", () => {
  for (const kind of DRAWN) {
    const json = JSON.stringify(draw(kind).spec);
    const titles = [...json.matchAll(/"tooltip":(\[.*?\])/g)].flatMap(([, list]) =>
      (JSON.parse(list as string) as { title: string }[]).map(({ title }) => title),
    );
    // A title says the layer of a figure of one layer.
    expect(titles[0], kind).toMatch(/^(layer|feature)$/);
    expect(titles.join(), kind).not.toMatch(/\b(half|panel|row)\b|_(?!Latn)/);
    expect(json, kind).not.toContain('"tooltip":true');
  }
});

describe("the data of a figure are the run's own numbers", () => {
  test("stability and learning: of every part of the texts, each language's", () => {
    const values = valuesOf(draw("stability", { layers: [1], languages: ["eng_Latn"] }));
    expect(values).toMatchObject([
      { layer: 1, language: "eng_Latn", overlap: 5, jaccard: 0 },
      { layer: 1, language: "eng_Latn", overlap: 6, jaccard: 1 },
    ]);
    const learned = valuesOf(draw("learning", { layers: [1], languages: ["eng_Latn"] }));
    expect(new Set(learned.map(({ where }) => where))).toEqual(
      new Set(["on its own texts", "on the other's"]),
    );
  });

  test("figure-1: v by rank, of every layer and language", () => {
    const values = valuesOf(draw("figure-1", { topK: 2 }));
    expect(values).toHaveLength(2 * 3 * 2);
    expect(values[0]).toMatchObject({ layer: 1, language: "eng_Latn", rank: 1, feature: 0, v: 4 });
    expect(values[1]).toMatchObject({ rank: 2, feature: 1, v: 1 });
    for (const { layer, language, rank, feature, v } of values) {
      const ranking = run.rankings.get(layer);
      const at = run.meta.languages.indexOf(language) * 4 + rank - 1;
      expect([feature, v]).toEqual([ranking?.index[at], ranking?.value[at]]);
    }
  });

  test("features: means of the top features on all languages", () => {
    const values = valuesOf(draw("features", { layers: [1], topK: 1 }));
    expect(
      values.filter(({ of }) => of === "tha_Thai").map(({ language, mean }) => [language, mean]),
    ).toEqual([
      ["eng_Latn", 0],
      ["fra_Latn", 0],
      ["tha_Thai", 5],
    ]);
  });

  test("overlap: |A ∩ B| / |A ∪ B| by hand", () => {
    const values = valuesOf(draw("overlap", { layers: [1], topK: 2 }));
    const of = (a: string, b: string) =>
      values.find(({ first, second }) => first === a && second === b)?.jaccard;
    // Top 2: {0, 1}, {1, 0}, {2, 3}.
    expect(of("eng_Latn", "fra_Latn")).toBe(1);
    expect(of("eng_Latn", "tha_Thai")).toBe(0);
    expect(of("tha_Thai", "tha_Thai")).toBe(1);
  });

  test("overlap on a page: the same for every k of its slider", () => {
    const page = drawChart(run, "overlap", { layers: [1] }, "page");
    expect(page.title).toContain("Top k");
    const values = valuesOf(page);
    // k = 5 is all four features.
    expect(values).toHaveLength(3 * 3);
    for (const { at_steps } of values) expect(at_steps).toEqual([1]);
    // biome-ignore lint/suspicious/noExplicitAny: as above
    expect((page.spec as any).params[0]).toMatchObject({
      name: "k",
      value: 5,
      bind: { min: 5, max: 5 },
    });
  });

  test("uniqueness: what no other language has among its best", () => {
    const values = valuesOf(draw("uniqueness", { layers: [1], topK: 2 }));
    expect(values.map(({ language, share }) => [language, share])).toEqual([
      ["eng_Latn", 0],
      ["fra_Latn", 0],
      ["tha_Thai", 1],
    ]);
  });

  test("specialisation: v over mean", () => {
    const [english] = valuesOf(draw("specialisation", { layers: [1] }));
    expect(english).toMatchObject({ language: "eng_Latn", v: 4, mean: 4, share: 1 });
  });

  test("scatter: v in both languages, of the best of either", () => {
    const { spec } = draw("scatter", { layers: [1], languages: ["fra_Latn", "tha_Thai"], topK: 1 });
    // biome-ignore lint/suspicious/noExplicitAny: as above
    expect((spec as any).data.values).toMatchObject([
      { feature: 1, of: "fra_Latn", first: 3, second: -1 },
      { feature: 2, of: "tha_Thai", first: 0, second: 5 },
    ]);
  });

  test("scatter: the best features of each are numbered, within a square that both axes share", async () => {
    const { spec } = draw("scatter", { layers: [1], languages: ["fra_Latn", "tha_Thai"] });
    // biome-ignore lint/suspicious/noExplicitAny: as above
    const { data, layer } = spec as any;
    // Ranks: 1, 0, 2, 3 in French, 2, 3, 0, 1 in Thai.
    expect(
      data.values.map(({ feature, label }: Record<string, unknown>) => [feature, label]),
    ).toEqual([1, 0, 2, 3].map((feature) => [feature, String(feature)]));
    const { x, y } = layer[2].encoding;
    expect(x.scale.domain).toEqual(y.scale.domain);
    const svg = await renderSvg(spec);
    for (const title of ["v in fra_Latn", "v in tha_Thai"]) expect(svg).toContain(`>${title}<`);
  });

  test("distribution: a legend says what is a feature and what the median", async () => {
    const svg = await renderSvg(draw("distribution", { topK: 3 }).spec);
    for (const name of ["a feature", "median of the 3"]) expect(svg).toContain(`>${name}<`);
  });

  test("summary: the best feature of each, with what is doubtful about it", () => {
    const rows = valuesOf(draw("summary", { layers: [1] }));
    expect(rows.map(({ language, feature, v }) => [language, feature, v])).toEqual([
      ["eng_Latn", 0, 4],
      ["fra_Latn", 1, 3],
      ["tha_Thai", 2, 5],
    ]);
  });
});

test("drop-off: of thirty languages no two look alike, in the drawing and in its legend", () => {
  const languages = Array.from({ length: 30 }, (_, k) => `l${k}`);
  const means = { 1: languages.map((_, k) => languages.map((_, f) => (f === k ? 1 : 0))) };
  const of30 = runOf(metaOf({ languages, layers: [1] }), means);
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const { encoding, layer } = (drawChart(of30, "drop-off", {}).spec as any).spec;
  const [lines, signs] = layer;
  const hues: string[] = encoding.color.scale.range;
  for (const { range } of [lines.encoding.strokeDash.scale, signs.encoding.shape.scale])
    expect(new Set(hues.map((hue, at) => `${hue} ${range[at]}`)).size).toBe(30);
});

describe("standard errors", () => {
  const { languages, layers } = run.meta;
  const foreign = { ...run, statistics: null, meta: { languages, layers } };
  // Every mean has a standard error of 0.5: √(0.25 + 2 × 0.25 / 4) of v.
  const se = Math.sqrt(0.375);

  test.each(["figure-1", "layers"] as const)(
    "%s: v ± 2 of them, said in the caption",
    async (kind) => {
      // Of a run that knows nothing better.
      const chart = drawChart({ ...run, evidence: null } as typeof run, kind, {});
      const [first] = valuesOf(chart);
      expect(first.low).toBeCloseTo(4 - 2 * se, 6);
      expect(first.high).toBeCloseTo(4 + 2 * se, 6);
      expect(chart.caption).toContain("Rules: v ± 2 standard errors");
      const rules = /class="mark-rule role-mark/;
      expect(await renderSvg(chart.spec)).toMatch(rules);
      const without = drawChart(foreign, kind, {});
      expect(without.caption).not.toContain("standard error");
      expect(JSON.stringify(without.spec)).not.toContain("standard error");
      expect(await renderSvg(without.spec)).not.toMatch(rules);
    },
  );

  test.each(["figure-1", "layers"] as const)(
    "%s: the intervals of the tables, where there are any",
    async (kind) => {
      const chart = draw(kind);
      const [first] = valuesOf(chart);
      expect([first.low, first.high, first.interval]).toEqual([20, 30, "[20.000, 30.000]"]);
      expect(chart.caption).toContain("Rules: 95 % intervals of v, those of the tables;");
      expect(chart.caption).not.toContain("standard error");
      expect(await renderSvg(chart.spec)).toMatch(/class="mark-rule role-mark/);
    },
  );

  test("features: below each mean; of a single text nothing is there", async () => {
    const svg = await renderSvg(draw("features", { layers: [1] }).spec);
    expect(svg).toContain(">± 1.00<");
    const single = threeLanguageRun();
    for (const { standardError } of single.statistics?.values() ?? [])
      standardError.fill(Number.NaN);
    const { caption, spec } = drawChart(single, "features", { layers: [1] });
    expect(caption).not.toContain("standard error");
    expect(await renderSvg(spec)).not.toContain("±");
  });
});

describe("what cannot be drawn is refused with what can", () => {
  test.each<[string, Parameters<typeof draw>, string]>([
    [
      "a layer that the run lacks",
      ["heatmap", { layers: [9] }],
      "--layer 9: the run tiny has no such one. It has 1, 2.",
    ],
    ["more than the dictionary has", ["drop-off", { topK: 999 }], "--top-k 999: the dictionary of"],
    ["a language that it lacks", ["layers", { languages: ["deu_Latn"] }], "--language deu_Latn"],
    ["two layers where one is shown", ["features", { layers: [1, 2] }], "shows one layer"],
    ["three languages in a scatter", ["scatter", { languages: ["eng_Latn"] }], "Name two, such as"],
  ])("%s", (_, [kind, request], words) => {
    const error = failureOf(() => draw(kind, request));
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain(words);
  });

  test("a run without evidence draws all but what that tells", () => {
    for (const kind of ["stability", "learning"] as const)
      expect(failureOf(() => drawChart(plain, kind, {})).message).toMatch(
        /has no evidence.safetensors, .* npx vscore rescore/,
      );
    expect(DRAWN.filter((kind) => !canDraw(plain, kind))).toEqual(["stability", "learning"]);
  });

  test("a run of another tool has no means; all else is drawn", () => {
    const foreign = {
      ...run,
      statistics: null,
      meta: { languages: run.meta.languages, layers: [1, 2] },
    };
    for (const kind of DRAWN)
      if (["features", "specialisation", "stability", "learning"].includes(kind))
        expect(failureOf(() => drawChart(foreign, kind, {})).message).toContain("has no means");
      else expect(drawChart(foreign, kind, {}).title).toBeDefined();
  });
});

describe("a run that is ranked by another measure than v", () => {
  const by = (measure: Measure) => rankedBy(sharingRun(), measure);

  test("every figure that can be drawn says by which, in title and caption; v stays v", () => {
    const byMargin = by("margin");
    for (const kind of CHART_KINDS.filter((each) => canDraw(byMargin, each))) {
      const { title, caption } = drawChart(byMargin, kind, {});
      expect(title, kind).toContain("margin");
      expect(caption, kind).toContain(
        "margin(f, L) = mean activation of feature f on language L −",
      );
    }
    for (const kind of ["overlap", "uniqueness"] as const)
      expect(drawChart(byMargin, kind, {}).caption).toContain("Beware: a margin above 0 is of one");
    const page = drawChart(byMargin, "overlap", {}, "page");
    expect([page.title, page.caption].join()).toMatch(/features by margin .* highest margin of/);
  });

  test("figure-1: features by margin, bars of v", () => {
    const values = valuesOf(drawChart(by("margin"), "figure-1", { languages: ["eng_Latn"] }));
    expect(values).toMatchObject([
      { rank: 1, feature: 1, v: 4, score: 4 },
      { rank: 2, feature: 0, v: 5.5, score: 1 },
      { rank: 3, feature: 2, v: 0, score: 0 },
    ]);
  });

  test("drop-off: the measure itself falls", () => {
    const { spec, title } = drawChart(by("margin"), "drop-off", { topK: 3 });
    expect(title).toMatch(/^How margin falls from a language's best feature to its/);
    // biome-ignore lint/suspicious/noExplicitAny: as above
    expect((spec as any).spec.encoding.y).toMatchObject({
      ...{ field: "score", title: "margin (activation)" },
    });
  });

  test("scatter: the best by margin, at their v", () => {
    const request = { languages: ["eng_Latn", "spa_Latn"], topK: 1 };
    expect(valuesOf(drawChart(by("margin"), "scatter", request))).toMatchObject([
      { feature: 1, of: "eng_Latn", first: 4, second: -2 },
      { feature: 2, of: "spa_Latn", first: 0, second: 0 },
    ]);
  });

  test("lists that are shorter than asked are drawn as they are, and said to be", () => {
    const { caption, spec } = drawChart(by("tau"), "distribution", {});
    // Of English two features, of the others none.
    expect(caption).toContain("the thick one is their median.");
    expect(caption).toContain("In 3 of 3 lists, of a language at a layer, it ranks fewer than 20");
    // biome-ignore lint/suspicious/noExplicitAny: as above
    expect((spec as any).data.values.map(({ feature }: any) => feature)).toEqual([1, 0]);
    expect(drawChart(by("tau"), "summary", {}).caption).toContain(
      "In 2 of 3 lists, of a language at a layer, it ranks no feature: shown is what there is.",
    );
  });

  test("what another ranking tells nothing of is refused", () => {
    const refused = (kind: (typeof CHART_KINDS)[number], measure: Measure, request = {}) =>
      failureOf(() => drawChart(by(measure), kind, request)).message;
    for (const kind of ["stability", "learning"] as const)
      expect(refused(kind, "margin")).toMatch(
        /^--rank-by margin: .* ranked by v .* Expected v, .*or draw figure-1, .*, summary\.$/,
      );
    for (const kind of ["overlap", "uniqueness"] as const)
      expect(refused(kind, "tau")).toMatch(/no two languages share any.* v, margin, auroc, dz\./);
    expect(refused("figure-1", "tau", { languages: ["spa_Latn"] })).toMatch(
      /--rank-by tau ranks no feature of spa_Latn at layer 3\. Expected one at least/,
    );
  });
});

describe("a run over more languages than a figure has room for", () => {
  const many = withEvidence(manyLanguageRun([...FLORES_PLUS.keys()]));

  test("is refused with the way out, before anything is drawn; named languages are drawn", () => {
    const { message, exitCode } = failureOf(() => drawChart(many, "overlap", {}));
    expect(exitCode).toBe(2);
    expect(message).toMatch(/overlap of 230 languages .*at most 40\. .*--language ace_Arab,/);
    const few = drawChart(many, "overlap", { languages: ["fra_Latn", "tha_Thai"], topK: 5 });
    expect(valuesOf(few)).toHaveLength(2 * 2 * 2);
  });

  test("has figures all the same, with a row for each language", () => {
    const roomy = DRAWN.filter((kind) => hasRoom(many, kind));
    expect(roomy).toEqual(["heatmap", "uniqueness", "scatter", "stability", "learning", "summary"]);
    for (const kind of ["heatmap", "uniqueness", "summary"] as const)
      expect(
        new Set(valuesOf(drawChart(many, kind, {})).map(({ language }) => language)).size,
      ).toBe(230);
    expect(DRAWN.every((kind) => hasRoom(run, kind))).toBe(true);
  });
});

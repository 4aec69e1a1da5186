import { expect, test } from "vitest";
import { bestFeaturesHtml } from "../../src/report/best-features-html.js";
import { contextHtml } from "../../src/report/shaded-html.js";
import { examples, threeLanguageRun } from "../fixtures/tui.js";

const run = threeLanguageRun();
const [thai] = examples.features;
const context = thai?.contexts[0] as NonNullable<typeof thai>["contexts"][number];
/** Features 0, 1 and 2 of layer 1, with three contexts each. */
const many = {
  ...examples,
  features: [0, 1, 2].map((feature) => ({
    ...{ layer: 1, feature },
    contexts: ["a", "b", "c"].map((id) => ({ ...context, id: `text-${feature}-${id}` })),
  })),
};
const idsIn = (html: string) => [...html.matchAll(/text (text-\d-\w)/g)].map(([, id]) => id);
const html = (room: number, kept = many) =>
  bestFeaturesHtml(run, { examples: kept, isGated: false }, room);

test("each layer folds its languages' best features, with their numbers and contexts", () => {
  const page = html(1e6, examples);
  expect(page.match(/<details>/g)).toHaveLength(2);
  expect(page).toContain("Thai (tha_Thai): feature 2 <a");
  expect(page).toContain('href="https://www.neuronpedia.org/gemma-2-2b/1-gemmascope-res-16k/2"');
  // v, mean and standard error as they are stored; on all other languages the feature is silent.
  expect(page).toContain("v 5.000; mean 5.000 ± 0.500 (SE over texts); runner-up – with 0.000");
  expect(page).toContain("fires on 25.0 % of the tokens");
  expect(page).toContain('<p class="text" dir="auto" lang="tha-Thai">');
  expect(page).toContain("นี่\\u001b[2J</span>");
});

test("where there is room for all, all are there, and nothing is said to be left out", () => {
  expect(idsIn(html(1e6))).toHaveLength(9);
  expect(html(1e6)).not.toContain("small");
});

test("where there is not, every feature shows as many as the others, and the page says so", () => {
  const one = Buffer.byteLength(contextHtml({ ...context, id: "text-0-a" }, 5));
  const page = html(4 * one + 9);
  expect(idsIn(page)).toEqual(["text-0-a", "text-1-a", "text-2-a"]);
  expect(page).toContain("no more than 1 of up to 3 kept texts are shown of each");
  expect(page).toContain("npx vscore feature tiny 1:0");
  expect(idsIn(html(one + 9))).toEqual(["text-0-a"]);
  expect(html(one + 9)).toContain("2 of 3 features are without their texts");
  expect(idsIn(html(-1))).toEqual([]);
});

test("a feature that is the best of two languages shows its contexts once", () => {
  const scores = run.rankings.get(1);
  const index = Int32Array.from(scores?.index ?? []);
  // French's best is made to be English's.
  [index[4], index[5]] = [index[0] as number, index[4] as number];
  const shared = { ...run, rankings: new Map(run.rankings).set(1, { ...scores, index } as never) };
  const page = bestFeaturesHtml(shared, { examples: many, isGated: false }, 1e6);
  expect(page).toContain("The same feature as that of English (eng_Latn), above.");
  expect(idsIn(page).filter((id) => id?.startsWith("text-0"))).toHaveLength(3);
});

test("without texts the page says why, and how they are read", () => {
  const without = (why: "foreign" | "none kept" | "gated", of: typeof run | object = run) =>
    bestFeaturesHtml(of as never, { examples: null, why }, 1e6);
  expect(without("none kept")).toContain("npx vscore feature tiny 1:0 --contexts");
  expect(without("gated")).toContain("npx vscore report tiny --gated-texts");
  const foreign = without("foreign", { ...run, statistics: null });
  expect(foreign).toContain("keeps no texts");
  expect(foreign).toContain("v 5.000");
  expect(foreign).not.toContain("mean");
  expect(bestFeaturesHtml(run, { examples, isGated: true }, 1e6)).toContain("do not pass");
});

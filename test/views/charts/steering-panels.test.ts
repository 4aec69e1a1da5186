import { expect, test } from "vitest";
import {
  panelWords,
  type SteeringBy,
  variesBy,
  wrapped,
} from "../../../src/views/charts/steering-panels.js";
import { LID_NAME, lidTable } from "../../fixtures/steering.js";

type Changes = Parameters<typeof lidTable>[0];

const SIDE = 250;
const titlesOf = (changes: readonly Changes[], by: SteeringBy | null) =>
  panelWords(changes.map(lidTable), by, SIDE).panels.map(({ title }) => title.join(" "));

test.each<[SteeringBy | null, readonly Changes[]]>([
  [null, [{}, { tag: "other" }]],
  ["target", [{ target: "ja", source: "es", alpha: 2, layer: 3 }, {}]],
  ["source", [{ source: "es", alpha: 2, layer: 3 }, {}]],
  ["alpha", [{ alpha: 2, layer: 3 }, {}]],
  ["layer", [{ layer: null }, {}]],
])("of what varies, %s comes first", (by, changes) => {
  expect(variesBy(changes.map(lidTable))).toBe(by);
});

test("where all agree it is told once, the rest in each panel, what they are sorted by first", () => {
  const changes = [
    { alpha: 1, layer: 9, trainN: 5 },
    { alpha: 0.5, layer: 10 },
  ];
  const { title, common } = panelWords(changes.map(lidTable), "layer", SIDE);
  expect(title).toEqual(["French → English"]);
  expect(common).toEqual([
    ...["gemma-2-2b", "gates of 2 features", "10 source texts evaluated"],
    ...["10 texts of each other language", "first token of the name"],
    "fewer than 50: nothing is claimed",
  ]);
  expect(titlesOf(changes, "layer")).toEqual([
    "layer 9, α = 1, vectors of 5 texts",
    "layer 10, α = 0.5, vectors of 20 texts",
  ]);
  expect(titlesOf(changes, "alpha")[0]).toBe("α = 0.5, layer 10, vectors of 20 texts");
});

test.each<[string, readonly Changes[], SteeringBy, string[]]>([
  [
    "languages are sorted by their codes",
    [{ target: "zh" }, { target: "es" }],
    "target",
    ["to Spanish", "to Mandarin Chinese (Simplified)"],
  ],
  [
    "both languages are one word",
    [{ source: "th", target: "es" }, {}],
    "source",
    ["French → English", "Thai → Spanish"],
  ],
  [
    "a code without a name stands for itself",
    [{ source: "xyz" }, {}],
    "source",
    ["from French", "from xyz"],
  ],
  [
    "numbers are sorted as numbers, what is not told comes last",
    [{ layer: null }, { layer: 10 }, { layer: 9 }],
    "layer",
    ["layer 9", "layer 10", "layer not told"],
  ],
  [
    "of what is the same, the others decide",
    [
      { alpha: 2, layer: 3 },
      { alpha: 1, layer: 9 },
      { alpha: 2, layer: 1 },
    ],
    "alpha",
    ["α = 1, layer 9", "α = 2, layer 1", "α = 2, layer 3"],
  ],
])("%s", (_, changes, by, titles) => {
  expect(titlesOf(changes, by)).toEqual(titles);
});

test("tables that differ in nothing that is told are named for their files", () => {
  const titles = titlesOf([{}, { origin: "other.csv" }, { alpha: 1 }], "alpha");
  expect(titles[0]?.replaceAll(" ", "")).toBe(`α=0.5,${LID_NAME}`);
  expect(titles.slice(1)).toEqual(["α = 0.5, other.csv", "α = 1"]);
  expect(titlesOf([{}], null)).toEqual([""]);
});

test("parts go on as many lines as they need; one that is too wide is broken at its own signs", () => {
  const font = { fontSize: 10 };
  expect(wrapped(["abc", "de", "f"], 1000, font)).toEqual(["abc, de, f"]);
  expect(wrapped(["abcdefgh", "ijklmnop"], 70, font)).toEqual(["abcdefgh,", "ijklmnop"]);
  expect(wrapped(["abcdefgh_ijkl-mnop_q"], 70, font)).toEqual(["abcdefgh_ijkl-", "mnop_q"]);
  expect(wrapped(["abcdefghijklmnopqr"], 20, font)).toEqual(["abcdefghijklmnopqr"]);
  expect(wrapped([], 20, font)).toEqual([]);
});

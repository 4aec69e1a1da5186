import { mkdirSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { areTogether, languageGroups } from "../../../src/experiments/synergy/language-groups.js";
import { failureOf } from "../../fixtures/failure.js";
import { useTempFolder } from "../../fixtures/temp-folder.js";

const at = useTempFolder();
const run = () => ({
  ...{ name: "tiny", folder: at("run") },
  meta: { languages: ["eng_Latn", "fra_Latn", "tha_Thai"] },
});

test("groups that are given; a language in none is by itself", () => {
  const groups = languageGroups(run(), "eng_Latn, fra_Latn;");
  expect(groups).toEqual({ source: "given", groups: [["eng_Latn", "fra_Latn"]] });
  if (groups === null) throw new Error("no groups");
  expect(areTogether(groups, "fra_Latn", "eng_Latn")).toBe(true);
  expect(areTogether(groups, "tha_Thai", "eng_Latn")).toBe(false);
});

test("else those of the latest clustering, or none", () => {
  expect(languageGroups(run(), undefined)).toBeNull();
  for (const [name, clusters] of [
    ["cluster-1", [["eng_Latn"]]],
    ["cluster-2", [["eng_Latn", "tha_Thai"]]],
  ] as const) {
    mkdirSync(at("run", "experiments", name), { recursive: true });
    writeFileSync(at("run", "experiments", name, "result.json"), JSON.stringify({ clusters }));
  }
  expect(languageGroups(run(), undefined)).toEqual({
    source: "cluster-2",
    groups: [["eng_Latn", "tha_Thai"]],
  });
});

test.each([
  ["eng_Latn;deu_Latn", "found deu_Latn"],
  [";", "no group of two languages"],
  ["eng_Latn;fra_Latn", "no group of two languages"],
  ["eng_Latn,fra_Latn;eng_Latn", "eng_Latn stands in two places"],
])("%s is refused", (given, words) => {
  const error = failureOf(() => languageGroups(run(), given));
  expect(error.exitCode).toBe(2);
  expect(error.message).toContain(words);
});

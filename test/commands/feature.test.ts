import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { feature } from "../../src/commands/feature.js";
import { collectingOutput } from "../fixtures/output.js";
import { writeRun } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";
import { examples, threeLanguageRun } from "../fixtures/tui.js";

const at = useTempFolder();
const never = new AbortController().signal;

function written(withExamples = true) {
  const run = threeLanguageRun();
  if (run.statistics === null) throw new Error("a run of ours was expected");
  writeRun(at("tiny"), run);
  if (withExamples) writeFileSync(at("tiny", "examples.json"), JSON.stringify(examples));
  return at("tiny");
}

const asked = { contexts: false, json: false };

test("a feature is shown with its contexts, the strength of each token beside it", async () => {
  const output = collectingOutput();
  await feature(written(), "1:2", asked, output, never);
  expect(output.results).toContain("feature 2  of layer 1, hook blocks.1.hook_resid_post");
  expect(output.results).toContain("https://www.neuronpedia.org/gemma-2-2b/1-gemmascope-res-16k/2");
  expect(output.results).toContain("<bos>ที่นี่␛[2J▒ 日本語█");
  expect(output.notes).toBe("");
});

test("where there are none, it says which way leads to them", async () => {
  const other = collectingOutput();
  await feature(written(), "1:0", asked, other, never);
  expect(other.notes).toContain("are kept of the best features of each language alone");
  expect(other.notes).toContain("npx vscore feature tiny 1:0 --contexts");
});

test("a run without examples.json says how to read them", async () => {
  const output = collectingOutput();
  await feature(written(false), "1:2", asked, output, never);
  expect(output.notes).toContain("The run has no examples.json, so no contexts.");
  expect(output.notes).toContain("--contexts");
});

test("as JSON and as a page", async () => {
  const output = collectingOutput();
  const options = { ...asked, json: true, html: at("page.html") };
  await feature(written(), "1:2", options, output, never);
  expect(JSON.parse(output.results)).toMatchObject({ layer: 1, feature: 2, schema_version: 1 });
  expect(readFileSync(at("page.html"), "utf8")).toContain("<h1>Feature 2 of layer 1</h1>");
});

test("a page never takes the place of a run's file, and stdout is for one thing", async () => {
  const run = written();
  const output = collectingOutput();
  for (const html of [at("tiny", "meta.json"), at("tiny", "sums", "x.html")])
    await expect(feature(run, "1:2", { ...asked, html }, output, never)).rejects.toThrow(
      /is a file of the run/,
    );
  const both = { ...asked, json: true, html: "-" };
  await expect(feature(run, "1:2", both, output, never)).rejects.toThrow("one of them");
});

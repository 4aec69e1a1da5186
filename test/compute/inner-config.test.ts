import { writeFileSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { innerConfig } from "../../src/compute/inner-config.js";
import { readLocalCorpus } from "../../src/corpora/local-corpora.js";
import { openRun } from "../../src/runs/read.js";
import { failureOf } from "../fixtures/failure.js";
import { configOf, metaOf, runOf, writeRun } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
const { revision } = readLocalCorpus("udhr", "dev", true);

beforeEach(() => {
  writeRun(at("run"), runOf(metaOf({ corpus_revision: revision }), { 1: [[1], [-1]] }));
  const config = configOf({ corpus: "udhr", n_texts_per_lang: 2, out_dir: at("run") });
  writeFileSync(at("run", "config.json"), JSON.stringify(config));
});

const opened = () => openRun(at("run"));

test("all of the run's own, at its commits, but for the changes", () => {
  const run = { ...opened(), meta: { ...opened().meta, model_revision: "abc" } };
  const changes = { control: "shuffled", out_dir: at("run", "x") } as const;
  const { config, local } = innerConfig(run, changes, "");
  expect(config).toEqual({
    ...configOf({ corpus: "udhr", n_texts_per_lang: 2, out_dir: at("run", "x") }),
    // The embedded model is a folder: it has no revisions to ask for.
    ...{ control: "shuffled", model_revision: null, corpus_revision: null },
  });
  expect(local?.revision).toBe(revision);
});

test("a corpus that has changed since is refused, with what the texts must be", () => {
  const run = { ...opened(), meta: { ...opened().meta, corpus_revision: "sha256:other" } };
  const { message } = failureOf(() =>
    innerConfig(run, { out_dir: at("x") }, "A control must read the run's own texts."),
  );
  expect(message).toMatch(/^udhr has changed since the run run: it was sha256:other, now it is /);
  expect(message).toMatch(/A control must read the run's own texts\. Restore it/);
});

test("the precision that the run chose, whatever these texts would choose", () => {
  const precision = { dtype: "bfloat16", tokens: 9, layers: [] };
  const dtypeIn = (changes: object) => {
    const run = { ...opened(), meta: { ...opened().meta, ...changes } };
    return innerConfig(run, { out_dir: at("run", "x") }, "").config.dtype;
  };
  expect(dtypeIn({ dtype: "bfloat16", precision })).toBe("bfloat16");
  expect(dtypeIn({ dtype: "float32", precision })).toBe("float32");
  // Without room for the check.
  expect(dtypeIn({ dtype: "bfloat16" })).toBe("bfloat16");
  expect(dtypeIn({})).toBe("auto");
});

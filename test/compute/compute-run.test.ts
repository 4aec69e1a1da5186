import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type ComputeRequest, computeRun } from "../../src/compute/compute-run.js";
import { rescoreRun } from "../../src/compute/rescore-run.js";
import type { PartialConfig } from "../../src/config/schema.js";
import { readLocalCorpus } from "../../src/corpora/local-corpora.js";
import { RUN_FILES } from "../../src/runs/files.js";
import { type PartFacts, readPart } from "../../src/runs/part-file.js";
import { rejectionOf } from "../fixtures/failure.js";
import { factsOf, writePart } from "../fixtures/parts.js";
import { configOf, metaOf, runOf, writeRun } from "../fixtures/runs.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

const LANGUAGES = ["eng_Latn", "spa_Latn"];
const written = (name: string) => {
  const run = runOf(metaOf(), {
    1: [
      [1, 2],
      [2, 1],
    ],
  });
  writeRun(at(name), run);
  return run;
};
const contents = (folder: string) =>
  readdirSync(folder).map((name) => [name, readFileSync(`${folder}/${name}`, "hex")]);

describe("computeRun refuses before it starts anything", () => {
  const request = (changes: Partial<ComputeRequest> = {}): ComputeRequest => ({
    config: configOf({ out_dir: at("run"), corpus: `dir:${at("corpus")}` }),
    splitGiven: false,
    resume: false,
    overwrite: false,
    onNews: () => undefined,
    ...changes,
  });

  test("--resume together with --overwrite", async () => {
    const error = await rejectionOf(computeRun(request({ resume: true, overwrite: true })));
    expect(error.message).toContain("exclude each other");
  });

  test("a folder that holds a run, with the ways to go on; nothing in it changes", async () => {
    written("run");
    const before = contents(at("run"));
    const error = await rejectionOf(computeRun(request()));
    expect(error.exitCode).toBe(2);
    expect(error.message).toMatch(/holds a finished run whose corpus differs\. .*--overwrite/);
    expect(contents(at("run"))).toEqual(before);
    const same = request({ config: configOf({ out_dir: at("run") }) });
    const refusal = await rejectionOf(computeRun(same));
    expect(refusal.message).toMatch(/holds a finished run\. .*--resume.*--overwrite/);
  });

  test.each([
    [false, false],
    [true, false],
    [false, true],
  ])("a folder that holds something else (resume %s, overwrite %s)", async (resume, overwrite) => {
    mkdirSync(at("run"));
    writeFileSync(at("run", "notes.txt"), "mine");
    const error = await rejectionOf(computeRun(request({ resume, overwrite })));
    expect(error.message).toContain("holds files that are not a run");
    expect(readdirSync(at("run"))).toEqual(["notes.txt"]);
  });

  describe("a part of a run where another thing is asked for", () => {
    const shard = { part: 1, of: 2 };
    const there = (finished: PartFacts | null = null) =>
      writePart(at("run"), shard, finished, {}, at("run"));

    test.each<[string, Partial<ComputeRequest>, RegExp]>([
      ["the same part", { part: shard }, /holds the unfinished part 1 of 2 of a run whose corpus/],
      ["a run", {}, /holds the unfinished part 1 of 2 of a run whose corpus differs/],
      [
        "a run that goes on",
        { resume: true },
        /^--resume: .*run holds the unfinished part 1 of 2 of a run\. Expected a run\. Give --shard 1\/2 to go on with it, or choose another --out-dir\.$/,
      ],
      [
        "another part that goes on",
        { resume: true, part: { part: 2, of: 2 } },
        /Expected part 2 of 2 of one\. Give --shard 1\/2/,
      ],
      [
        "the same part with other options",
        { resume: true, part: shard },
        /was begun with split "dev", asked for now is null/,
      ],
    ])("%s", async (_, changes, words) => {
      there();
      mkdirSync(at("corpus"));
      for (const code of LANGUAGES) writeFileSync(at("corpus", `${code}.txt`), "one\n");
      const error = await rejectionOf(computeRun(request(changes)));
      expect(error.exitCode).toBe(2);
      expect(error.message).toMatch(words);
      expect(readPart(at("run")).finished).toBeNull();
    });

    test("a run, where a part goes on", async () => {
      written("run");
      const error = await rejectionOf(computeRun(request({ resume: true, part: shard })));
      expect(error.message).toMatch(
        /holds a finished run\. Expected part 1 of 2 of one\. Leave --shard out to go on with it/,
      );
    });

    test("none: a finished part is left as it is, unless its corpus has changed since", async () => {
      const config = configOf({ out_dir: at("run") });
      const { revision } = readLocalCorpus("udhr", "dev", false);
      const goOn = () => computeRun(request({ config, resume: true, part: shard }));
      there(factsOf({ corpus_revision: revision }));
      expect(await goOn()).toEqual({ folder: at("run"), meta: null });
      there(factsOf({ corpus_revision: "sha256:other" }));
      expect((await rejectionOf(goOn())).message).toContain("udhr has changed since");
    });
  });

  test("a corpus that cannot be read; no folder is made", async () => {
    const error = await rejectionOf(computeRun(request()));
    expect(error.message).toContain(`${at("corpus")} is not a folder`);
    expect(readdirSync(at())).toEqual([]);
  });

  describe("with --resume", () => {
    /** A finished run over a corpus without splits, and the request that made it. */
    const finished = (changes: PartialConfig = {}) => {
      mkdirSync(at("corpus"));
      for (const code of LANGUAGES) writeFileSync(at("corpus", `${code}.txt`), "one\n");
      written("run");
      const made = { ...request().config, split: null };
      writeFileSync(at("run", RUN_FILES.config), JSON.stringify(made));
      const { revision } = readLocalCorpus(made.corpus, null, false);
      const meta = metaOf({ corpus_revision: revision });
      writeFileSync(at("run", RUN_FILES.meta), JSON.stringify(meta));
      const config = configOf({ ...made, split: "dev", ...changes });
      return computeRun(request({ config, resume: true }));
    };

    test("a finished run is left as it is", async () => {
      expect(await finished()).toEqual({ folder: at("run"), meta: null });
    });

    test("a finished run whose corpus has changed since, with both hashes", async () => {
      await finished();
      writeFileSync(at("corpus", "eng_Latn.txt"), "another\n");
      const made = JSON.parse(readFileSync(at("run", RUN_FILES.config), "utf8"));
      const error = await rejectionOf(
        computeRun(request({ config: configOf(made), resume: true })),
      );
      expect(error.exitCode).toBe(2);
      expect(error.message).toMatch(/has changed since: it was sha256:\w+, now it is sha256:/);
    });

    test("another config than the run's, with both values", async () => {
      const error = await rejectionOf(finished({ batch_tokens: 7 }));
      expect(error.exitCode).toBe(2);
      expect(error.message).toContain("was begun with batch_tokens 4096, asked for now is 7");
    });
  });
});

describe("rescoreRun refuses before it starts anything", () => {
  const rescore = (
    languages: string[],
    { outDir = at("new"), overwrite = false }: { outDir?: string; overwrite?: boolean } = {},
  ) => {
    const run = written("run");
    const { signal } = new AbortController();
    return rejectionOf(rescoreRun({ run, languages, outDir, overwrite, signal }));
  };

  test.each([
    [["eng_Latn"], "found 1, expected at least 2"],
    [["eng_Latn", "eng_Latn"], "eng_Latn is there twice"],
    [["eng_Latn", "es"], "the run run has no es. Did you mean spa_Latn?"],
    [["eng_Latn", "tha_Thai"], "has no tha_Thai. It has: eng_Latn, spa_Latn."],
  ])("languages %j", async (languages, words) => {
    const error = await rescore(languages);
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain(words);
    expect(readdirSync(at())).toEqual(["run"]);
  });

  test("the run's own folder, even to overwrite it", async () => {
    const error = await rescore(LANGUAGES, { outDir: at("run"), overwrite: true });
    expect(error.message).toContain("is the run itself");
    expect(readdirSync(at("run"))).toContain(RUN_FILES.meta);
  });

  test("the run's own folder by another path", async () => {
    written("run");
    symlinkSync(at("run"), at("link"));
    const error = await rescore(LANGUAGES, { outDir: at("link"), overwrite: true });
    expect(error.message).toContain("is the run itself");
  });

  test("a folder that holds another run, or something else", async () => {
    written("new");
    expect((await rescore(LANGUAGES)).message).toContain("Replace it with --overwrite");
    mkdirSync(at("other"));
    writeFileSync(at("other", "notes.txt"), "");
    const error = await rescore(LANGUAGES, { outDir: at("other"), overwrite: true });
    expect(error.message).toContain("holds files that are not a run");
  });

  test("a run without the sums that it would need", async () => {
    const error = await rescore(LANGUAGES);
    expect(error.message).toContain("eng_Latn.safetensors is missing or broken");
    expect(readdirSync(at())).toEqual(["run"]);
  });
});

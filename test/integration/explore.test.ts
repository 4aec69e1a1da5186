import { cpSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectRoot } from "../../src/config/paths.js";
import { readLocalCorpus } from "../../src/corpora/local-corpora.js";
import { ExploredText, ExploreLine } from "../../src/explore/explored-text.js";
import { openExamples, openRun } from "../../src/runs/read.js";
import { engineOf, type Talk, talkTo, vscore } from "../fixtures/command.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const folder = useTempFolder();

const FRENCH = "Tous les êtres humains naissent libres et égaux en dignité et en droits.";
const THAI = "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ";

/** The next line that is no phase. */
async function hear(talk: Talk): Promise<ExploreLine> {
  for (;;) {
    const line = await talk.hear();
    if (line === undefined) throw new Error("there are no more lines");
    const told = ExploreLine.parse(JSON.parse(line));
    if (told.type !== "phase") return told;
  }
}

describe("line by line", () => {
  it("texts are answered at once with one load, and speak for the languages that they are in", async () => {
    const talk = talkTo("explore", "demo", "-", "--json", "--layers", "2", "--rank-by", "margin");
    expect(await hear(talk)).toMatchObject({ type: "ready", run: "demo", layers: [2] });
    const texts = [FRENCH, JSON.stringify(THAI)];
    for (const [at, language] of ["fra_Latn", "tha_Thai"].entries()) {
      talk.say(texts[at] as string);
      const told = await hear(talk);
      if (told.type !== "result") throw new Error(`found ${told.type}`);
      expect(told.layers[0]?.speaks_for[0]?.language).toBe(language);
      expect(told.ranked_by).toBe("margin");
      const [bos, ...words] = told.tokens;
      expect(bos).toMatchObject({ counted: false, layers: [{ features: [], speaks_for: [] }] });
      expect(words.map(({ piece }) => piece).join("")).toBe(at === 0 ? FRENCH : THAI);
    }
    const { exitCode, stdout } = await talk.end();
    expect(exitCode).toBe(0);
    const types = stdout.split("\n").map((line) => ExploreLine.parse(JSON.parse(line)).type);
    expect(types.filter((type) => type !== "phase")).toEqual(["ready", "result", "result"]);
    expect(types[0]).toBe("phase");
  });

  it("a text that fails alone is told, and the next one is answered", async () => {
    const talk = talkTo("explore", "demo", "-", "--json");
    await hear(talk);
    for (const line of ["", '"open', "Hello"]) talk.say(line);
    expect(await hear(talk)).toMatchObject({ type: "error", message: /^The text is empty/ });
    expect(await hear(talk)).toMatchObject({ type: "error", message: /not a JSON string/ });
    expect(await hear(talk)).toMatchObject({ type: "result", text: "Hello" });
    expect((await talk.end()).exitCode).toBe(0);
  });

  it("a Python that dies ends it, with one last line", async () => {
    const talk = talkTo("explore", "demo", "-", "--json");
    await hear(talk);
    process.kill(await engineOf(talk.pid), "SIGKILL");
    talk.say("Hello");
    expect(await hear(talk)).toMatchObject({
      type: "failed",
      error: { kind: "bug", exit_code: 1 },
    });
    const { exitCode, stderr } = await talk.end();
    expect(exitCode).toBe(1);
    expect(stderr).toContain("Python ended in the middle of its work");
  });

  it("Ctrl-C ends it while it waits for a text", async () => {
    const talk = talkTo("explore", "demo", "-", "--json");
    await hear(talk);
    process.kill(talk.pid, "SIGINT");
    expect(await hear(talk)).toMatchObject({ type: "failed", error: { kind: "cancelled" } });
    expect((await talk.end()).exitCode).toBe(130);
  });
});

it("activations are those of the run's own examples", async () => {
  const [language, id] = ["fra_Latn", "article-11/2"];
  const corpus = readLocalCorpus("udhr", "dev", true).languages;
  const text = corpus.get(language)?.find((each) => each.id === id)?.text as string;
  writeFileSync(folder("text"), text);
  const all = ["--layers", "2", "--top-k", "512", "--among", "512"];
  const { stdout } = await vscore("explore", "demo", "--file", folder("text"), ...all, "--json");
  const { tokens } = ExploredText.parse(JSON.parse(stdout));
  const shown = (openExamples(openRun("demo"))?.features ?? [])
    .filter(({ layer }) => layer === 2)
    .flatMap(({ feature, contexts }) => contexts.map((context) => ({ feature, ...context })))
    .filter((context) => context.language === language && context.id === id);
  let firing = 0;
  for (const { feature, first_token, pieces, activations } of shown) {
    for (const [at, expected] of activations.entries()) {
      const token = tokens[first_token + at];
      expect(token?.piece).toBe(pieces[at]);
      expect(token?.counted).toBe(expected !== null);
      const found = token?.layers[0]?.features.find((each) => each.feature === feature);
      // Another batch rounds otherwise, and five digits are kept.
      expect(found?.activation ?? 0).toBeCloseTo(expected ?? 0, 3);
      if ((expected ?? 0) > 0) firing += 1;
    }
  }
  expect(firing).toBeGreaterThan(50);
});

it("a table for people, on the middle layer; a run of another tool is refused with why", async () => {
  const { exitCode, stdout } = await vscore("explore", "demo", "--text", FRENCH);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^ les +36 fra [\d.]+ .* fra \d+ %$/m);
  expect(stdout).toMatch(/^layer 2: fra \d+ %, /m);
  writeFileSync(folder("meta.json"), JSON.stringify({ languages: ["en", "fr"] }));
  const foreign = await vscore("explore", folder(), "--text", FRENCH);
  expect(foreign.exitCode).toBe(2);
  expect(foreign.stderr).toContain("it has v-scores, but no statistics");
});

describe("one feature", () => {
  it("contexts that are read anew are those that the run kept; others are of the run's own texts", async () => {
    const kept = openExamples(openRun("demo"))?.features.find(({ layer }) => layer === 2);
    if (kept === undefined) throw new Error("the demo run has no examples");
    const copy = folder("copy");
    cpSync(join(projectRoot, "v_score_runs", "demo"), copy, { recursive: true });
    rmSync(join(copy, "examples.json"));
    const read = await vscore("feature", copy, `2:${kept.feature}`, "--contexts", "--json");
    expect(read.exitCode).toBe(0);
    expect(JSON.parse(read.stdout).contexts).toEqual(kept.contexts);
  });
});

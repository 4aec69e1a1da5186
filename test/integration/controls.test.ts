import { cpSync, existsSync, readFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { openStatistics } from "../../src/runs/score-files.js";
import { vscore, vscoreUntil } from "../fixtures/command.js";
import { useSharedTempFolder } from "../fixtures/temp-folder.js";

const at = useSharedTempFolder();
const LANGUAGES = ["eng_Latn", "fra_Latn", "jpn_Jpan"];
const KINDS = ["shuffled", "romanised", "random-tokens", "random-dictionary"];

beforeAll(async () => {
  const made = await vscore(
    ...["compute", "--model", "demo", "--corpus", "manuals", "--languages", LANGUAGES.join()],
    ...["--layers", "1", "--n-texts-per-lang", "6", "--threads", "1", "--out-dir", at("run")],
  );
  expect(made.exitCode).toBe(0);
  cpSync(at("run"), at("other"), { recursive: true });
  const before = await vscore("controls", at("run"));
  expect(before.exitCode).toBe(2);
  expect(before.stderr).toMatch(/has no controls yet.*npx vscore controls .* --kind all/);
  const all = await vscore("controls", at("run"), "--kind", "all", "--top-k", "2");
  expect(all.stderr).toMatch(/random-dictionary: finished in/);
  expect(all.exitCode).toBe(0);
  expect(all.stdout).toMatch(/Only 6 texts a language: from fewer than 50 nothing is claimed/);
}, 180_000);

const metaOf = (...path: string[]) => JSON.parse(readFileSync(at(...path, "meta.json"), "utf8"));

/** On how many counted tokens of all languages each feature fires. */
function firing(...path: string[]): number[] {
  const { layers } = openStatistics(at(...path, "feature_stats.safetensors"));
  const { activeFraction, features } = layers.get(1) as NonNullable<ReturnType<typeof layers.get>>;
  const { tokens_counted } = metaOf(...path);
  return Array.from({ length: features }, (_, f) =>
    LANGUAGES.reduce(
      (sum, code, k) =>
        sum + Math.round((activeFraction[k * features + f] as number) * tokens_counted[code]),
      0,
    ),
  );
}

it("each control is a run of the same texts that says what it is", async () => {
  const run = metaOf("run");
  for (const kind of KINDS) {
    const meta = metaOf("run", "controls", kind);
    expect(meta).toMatchObject({ control: kind, texts_sha256: run.texts_sha256 });
    if (kind.startsWith("random")) expect(meta.tokens_counted).toEqual(run.tokens_counted);
  }
  const shown = await vscore("show", at("run", "controls", "random-tokens"), "--top-k", "1");
  expect(shown.stdout).toMatch(/^A control \(random-tokens\): each language's own tokens/m);
  const examples = readFileSync(at("run", "controls", "romanised", "examples.json"), "utf8");
  expect(examples).not.toMatch(/[^\x20-\x7e\n\ufffd]/);
});

it("random directions fire on as many tokens as the real features, and are others", () => {
  const [real, random] = [firing("run"), firing("run", "controls", "random-dictionary")];
  // All tokens of so few texts are in the calibration; tokens that are equal at a threshold fire all or none.
  const same = real.filter((count, f) => Math.abs(count - (random[f] as number)) <= 2).length;
  expect(same / real.length).toBeGreaterThan(0.98);
  expect(Math.max(...real)).toBeGreaterThan(50);
  const { warnings } = metaOf("run", "controls", "random-dictionary");
  expect(warnings.join()).toMatch(/random ones, .* on \d+ counted tokens of the first texts/);
});

it("Japanese features do not survive romanising, English ones do, and dealt tokens are enough for both", async () => {
  const { stdout } = await vscore("controls", at("run"), "--top-k", "1", "--json");
  const told = JSON.parse(stdout);
  expect(told).toMatchObject({ schema_version: 1, controls: KINDS, top_k: 1 });
  expect(told.letters_changed).toMatchObject({ eng_Latn: 0 });
  expect(told.letters_changed.jpn_Jpan).toBeGreaterThan(0.9);
  expect(told.words_moved.jpn_Jpan).toBeGreaterThan(0.5);
  const [english, , japanese] = told.features;
  expect(japanese).toMatchObject({ language: "jpn_Jpan", labels: null });
  expect(japanese.kept.romanised.left).toBeLessThan(0.2);
  expect(english.kept.romanised.left).toBeGreaterThan(0.5);
  expect(japanese.kept["random-tokens"].left).toBeGreaterThan(0.5);
  expect(told.random).toHaveLength(3);
  expect(told.random[0].random.v).toBeLessThan(told.random[0].real.v);
});

it("a control that was killed goes on and ends with the same bytes; the finished one is left as it is", async () => {
  const asked = ["controls", at("other"), "--kind", "random-dictionary"];
  await vscoreUntil(/eng_Latn finished/, (pid) => void process.kill(pid, "SIGKILL"), ...asked);
  expect(existsSync(at("other", "controls", "random-dictionary", "sums"))).toBe(true);
  const resumed = await vscore(...asked);
  expect(resumed.exitCode).toBe(0);
  for (const file of ["v_scores.safetensors", "feature_stats.safetensors", "examples.json"])
    expect(readFileSync(at("other", "controls", "random-dictionary", file)), file).toEqual(
      readFileSync(at("run", "controls", "random-dictionary", file)),
    );
  expect((await vscore(...asked)).stderr).toMatch(/was finished already/);
});

it("what would be quietly wrong with a control is refused", async () => {
  const random = at("run", "controls", "random-dictionary");
  for (const [words, ...args] of [
    [/is itself a control/, "controls", random],
    [/is itself a control/, "holdout", random],
    [/of random directions/, "explore", random, "--text", "bonjour"],
    [/of random directions/, "export", "csv", random],
    [/by changed texts/, "ablate", at("run", "controls", "shuffled")],
    [
      /was begun with control "shuffled", asked for now is "romanised"/,
      ...["compute", "--resume", "--control", "romanised"],
      ...["--out-dir", at("run", "controls", "shuffled")],
    ],
  ] as [RegExp, ...string[]][]) {
    const { exitCode, stderr } = await vscore(...args);
    expect(stderr).toMatch(words);
    expect(exitCode).toBe(2);
  }
});

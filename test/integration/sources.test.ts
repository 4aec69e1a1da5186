import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { openRun } from "../../src/runs/read.js";
import { vscoreIn, vscoreUntilIn } from "../fixtures/command.js";
import { describeExhaustively, itExhaustively } from "../fixtures/exhaustive.js";
import { copyWarmHome, startHub, warmHome } from "../fixtures/hub-homes.js";
import type { LoopbackHub } from "../fixtures/loopback-hub.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const GEMMA = "google/gemma-2-2b";
const QWEN = "Qwen/Qwen3-0.6B";
const SCOPE = "google/gemma-scope-2b-pt-res";
const TRANSCODERS = "mwhanna/qwen3-0.6b-transcoders-lowl0";
const FLORES = "datasets/openlanguagedata/flores_plus";
const GOOD = "hf_GrantedGrantedGrantedGrantedGranted";
const POOR = "hf_RefusedRefusedRefusedRefusedRefused";

const folder = useTempFolder();
const cold = () => join(folder(), "cold");
const without = (...repositories: string[]) =>
  copyWarmHome(join(folder(), "partly-warm"), ...repositories);
const out = () => join(folder(), "out", "run");
/** Stand-ins have random weights, and rebuild nothing. */
const compute = (model: string, ...more: string[]) => [
  ...["compute", "--model", model, "--languages", "eng_Latn,fra_Latn", "--layers", "2"],
  ...["--n-texts-per-lang", "2", "--out-dir", out(), "--no-self-check", ...more],
];

let hub: LoopbackHub;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.stop());
afterEach(() => {
  hub.mend();
  hub.forget();
});

/** It ends so, says all that in one short message, and leaves neither a folder nor a token behind. */
async function expectFailure(
  exitCode: number,
  words: (string | RegExp)[],
  env: NodeJS.ProcessEnv,
  ...args: string[]
): Promise<string> {
  const ended = await vscoreIn(env, ...args);
  for (const word of words) expect(ended.stderr).toMatch(word);
  expect(ended.exitCode).toBe(exitCode);
  expect(ended.stderr).not.toMatch(/^\s+at |Traceback/m);
  expect(ended.stderr + ended.stdout).not.toMatch(/hf_[A-Z]/);
  expect(existsSync(join(folder(), "out"))).toBe(false);
  return ended.stderr;
}

async function expectSuccess(env: NodeJS.ProcessEnv, ...args: string[]): Promise<string> {
  const ended = await vscoreIn(env, ...args);
  expect(ended.stderr).toContain("Finished");
  expect(ended.exitCode).toBe(0);
  return ended.stderr + ended.stdout;
}

/** Ranges that were asked for, of files with this ending. */
const rangesOf = (ending: string) =>
  hub.requests.filter(({ path }) => path.endsWith(ending)).flatMap(({ range }) => range ?? []);

describe("a gated source", () => {
  const modelPage = `https://huggingface.co/${GEMMA}`;
  const corpusPage = `https://huggingface.co/${FLORES}`;

  it("says where the terms of a model are accepted, and to set HF_TOKEN", async () => {
    hub.fault(GEMMA, { kind: "gated", granted: [GOOD] });
    const words = [`model ${GEMMA} is gated, and no access token was sent`, modelPage, "HF_TOKEN"];
    await expectFailure(4, words, hub.env(cold()), ...compute("gemma-2b"));
  });

  it("says so of a token whose account has no access", async () => {
    hub.fault(GEMMA, { kind: "gated", granted: [GOOD] });
    const words = [/gated, and the account of the access token may not/, modelPage, "HF_TOKEN"];
    await expectFailure(4, words, hub.env(cold(), POOR), ...compute("gemma-2b"));
  });

  it("is named by its own page where it is a data set", async () => {
    const home = await without(FLORES);
    hub.fault(FLORES, { kind: "gated", granted: [GOOD] });
    const anonymous = ["eng_Latn is gated, and no access token was sent", corpusPage, "HF_TOKEN"];
    await expectFailure(4, anonymous, hub.env(home), ...compute("qwen3-0.6b"));
    const refused = ["the account of the access token may not read it", corpusPage];
    await expectFailure(4, refused, hub.env(home, POOR), ...compute("qwen3-0.6b"));
  });

  it("is read with a token that may, which goes to no other origin and into no file", async () => {
    hub.fault(QWEN, { kind: "gated", granted: [GOOD] });
    hub.fault(FLORES, { kind: "gated", granted: [GOOD] });
    hub.knownTokens = new Set([GOOD]);
    const printed = await expectSuccess(hub.env(cold(), GOOD), ...compute("qwen3-0.6b"));
    const files = readdirSync(out(), { recursive: true }).map((name) => join(out(), String(name)));
    const texts = files.filter((file) => statSync(file).isFile());
    expect(texts.length).toBeGreaterThan(8);
    for (const file of texts) expect(readFileSync(file).includes(GOOD), file).toBe(false);
    expect(printed).not.toContain(GOOD);
    expect(hub.requests.some(({ from, hasToken }) => from === "hub" && hasToken)).toBe(true);
    expect(hub.requests.some(({ from, hasToken }) => from === "storage" && hasToken)).toBe(false);
  });

  it("is told from a token that is none", async () => {
    hub.knownTokens = new Set([GOOD]);
    const words = ["data set openlanguagedata", /does not know the access token/, /HF_TOKEN/];
    await expectFailure(4, words, hub.env(cold(), POOR), ...compute("qwen3-0.6b"));
  });
});

describeExhaustively("what is not there (npm run test:exhaustive)", () => {
  it("a model, a release's repository, a data set: named with their page", async () => {
    hub.fault(QWEN, { kind: "missing" });
    const model = [`model ${QWEN} was not found`, `https://huggingface.co/${QWEN}`, /HF_TOKEN/];
    await expectFailure(4, model, hub.env(cold()), ...compute("qwen3-0.6b"));
    hub.mend();
    hub.fault(TRANSCODERS, { kind: "missing" });
    const dictionary = [/dictionary .*lowl0 \/ layer_2 was not found/, TRANSCODERS];
    await expectFailure(
      4,
      dictionary,
      hub.env(await without(TRANSCODERS)),
      ...compute("qwen3-0.6b"),
    );
    hub.mend();
    hub.fault(FLORES, { kind: "missing" });
    const corpus = ["was not found", `https://huggingface.co/${FLORES}`];
    await expectFailure(4, corpus, hub.env(cold()), ...compute("qwen3-0.6b"));
  });

  it("a revision, of model or corpus", async () => {
    const model = [`model ${QWEN}, revision v9, was not found`, "--model-revision"];
    const asked = compute("qwen3-0.6b", "--model-revision", "v9");
    await expectFailure(4, model, hub.env(warmHome()), ...asked);
    const commit = "0123456789abcdef0123456789abcdef01234567";
    const unknown = compute("qwen3-0.6b", "--model-revision", commit);
    await expectFailure(4, [/no such revision/], hub.env(warmHome()), ...unknown);
    const corpus = [/data set .*, revision v9, was not found/, "--corpus-revision"];
    const other = compute("qwen3-0.6b", "--corpus-revision", "v9");
    await expectFailure(4, corpus, hub.env(warmHome()), ...other);
  });

  it("a file of the release", async () => {
    const words = [/layer_3 lacks a file that was asked for/];
    await expectFailure(4, words, hub.env(warmHome()), ...compute("qwen3-0.6b", "--layers", "3"));
  });

  it("a cache to work from offline: for the model, the dictionaries, a language", async () => {
    const offline = (home: string) => ({ ...hub.env(home), HF_HUB_OFFLINE: "1" });
    const model = [`model ${QWEN} is not in the local cache`, "HF_HUB_OFFLINE", "HF_HOME"];
    await expectFailure(4, model, offline(await without(QWEN)), ...compute("qwen3-0.6b"));
    rmSync(join(folder(), "partly-warm"), { recursive: true });
    const dictionary = [/dictionary .* is not in the local cache/, "HF_HUB_OFFLINE"];
    const home = await without(TRANSCODERS);
    await expectFailure(4, dictionary, offline(home), ...compute("qwen3-0.6b"));
    const corpus = [/flores_plus, dev\/deu_Latn, is not in the local cache/, "HF_HUB_OFFLINE"];
    const german = compute("qwen3-0.6b", "--languages", "eng_Latn,deu_Latn");
    await expectFailure(4, corpus, offline(warmHome()), ...german);
    expect(hub.requests).toEqual([]);
  });
});

describe("a connection", () => {
  it("that is refused is said at once", async () => {
    const env = { ...hub.env(cold()), HF_ENDPOINT: "http://127.0.0.1:9" };
    const words = ["flores_plus could not be fetched", /refused/, "HF_ENDPOINT"];
    await expectFailure(4, words, env, ...compute("qwen3-0.6b"));
  });

  itExhaustively("that ends in the middle of a file is taken up again where it ended", async () => {
    const file = "model-00001-of-00002.safetensors";
    hub.fault(GEMMA, { kind: "cut", after: 12_000_000 }, { file, times: 1 });
    await expectSuccess(hub.env(cold()), ...compute("gemma-2b"));
    // What is written comes in pieces of 10 MiB; the second one had not come to its end.
    expect(rangesOf(file)).toEqual([`bytes=${10 * 2 ** 20}-`]);
  });

  itExhaustively(
    "that never brings a file to its end is given up; the next try keeps what has arrived whole",
    async () => {
      hub.fault(QWEN, { kind: "cut", after: 1000, how: "reset" }, { file: "model.safetensors" });
      const words = [`model ${QWEN} could not be fetched`, /run again/];
      await expectFailure(4, words, hub.env(cold()), ...compute("qwen3-0.6b"));
      hub.mend();
      hub.forget();
      await expectSuccess(hub.env(cold()), ...compute("qwen3-0.6b"));
      const fetched = hub.requests.filter(({ method }) => method === "GET").map(({ path }) => path);
      expect(fetched.some((path) => path.endsWith("/model.safetensors"))).toBe(true);
      expect(fetched.some((path) => path.endsWith("/config.json"))).toBe(false);
    },
  );

  itExhaustively("to a Hub that is out of order is given up after some seconds", async () => {
    hub.fault(FLORES, { kind: "status", status: 500 });
    const words = ["data set openlanguagedata/flores_plus could not be fetched", /status 500/];
    const home = await without(FLORES);
    await expectFailure(4, words, hub.env(home), ...compute("qwen3-0.6b"));
    expect(hub.requests).toHaveLength(4);
  });

  itExhaustively("that is slow can be cancelled, and leaves no run behind", async () => {
    hub.fault(QWEN, { kind: "slow", bytes: 1000, pauseMs: 100 }, { file: "model.safetensors" });
    const interrupt = (pid: number) => void process.kill(pid, "SIGINT");
    const env = hub.env(cold());
    const ended = await vscoreUntilIn(env, /loading model/, interrupt, ...compute("qwen3-0.6b"));
    expect(ended.exitCode).toBe(130);
    expect(existsSync(join(folder(), "out"))).toBe(false);
  });
});

describe("a damaged file is named, and what to delete", () => {
  const DICTIONARY = "layer_2/width_16k/average_l0_141/params.npz";
  /** The path that the message says to delete. */
  const toDelete = (message: string) => /Delete (\S+) and run again/.exec(message)?.[1] as string;

  itExhaustively.each([
    ["the model's weights", "qwen3-0.6b", QWEN, "model.safetensors", false],
    ["a Gemma Scope dictionary", "gemma-2b", SCOPE, DICTIONARY, false],
    ["a transcoder", "qwen3-0.6b", TRANSCODERS, "layer_2.safetensors", true],
    ["a language's texts", "qwen3-0.6b", FLORES, "dev/eng_Latn.parquet", false],
  ])("%s", async (_, model, repository, file, recovers) => {
    const home = await without(repository);
    hub.fault(repository, { kind: "corrupt" }, { file, times: 1 });
    const words = [file, "is damaged"];
    const message = await expectFailure(4, words, hub.env(home), ...compute(model));
    expect(toDelete(message)).toContain(home);
    if (!recovers) return;
    rmSync(toDelete(message));
    await expectSuccess(hub.env(home), ...compute(model));
  });
});

describe("what does not belong together is the user's to mend", () => {
  const custom = (...more: string[]) => compute("custom", ...more);
  const qwen = ["--model-id", QWEN, "--sae-id-template", "layer_{layer}"];
  const lowl0 = ["--sae-release", "mwhanna-qwen3-0.6b-transcoders-lowl0"];

  it("an unknown release, with near names", () =>
    expectFailure(
      2,
      [/no release 'mwhanna-qwen3-0.6b-transcoder-lowl0'/, "mwhanna-qwen3-0.6b-transcoders-lowl0"],
      hub.env(warmHome()),
      ...custom(...qwen, "--sae-release", "mwhanna-qwen3-0.6b-transcoder-lowl0"),
    ));

  itExhaustively(
    "a layer that the release does not have at that width, with those that it has",
    () =>
      expectFailure(
        2,
        [/no dictionary 'layer_10\/width_1m\/canonical'\. It has such ones for layers 5, 12, 19\./],
        hub.env(warmHome()),
        ...compute("gemma-2b", "--layers", "10"),
        ...["--sae-id-template", "layer_{layer}/width_1m/canonical"],
      ),
  );

  itExhaustively("a dictionary of another model, both named", () =>
    expectFailure(
      2,
      [/was made for gemma-2-2b\. The model is Qwen\/Qwen3-0\.6B/],
      hub.env(warmHome()),
      ...custom("--model-id", QWEN, "--sae-release", "gemma-scope-2b-pt-res-canonical"),
      ...["--sae-id-template", "layer_{layer}/width_16k/canonical"],
    ),
  );

  it("a dictionary of another width, both widths named", async () => {
    const home = await copyWarmHome(join(folder(), "home"));
    const file = join(inject("standIns"), "hub", "models", QWEN, "config.json");
    const config = JSON.parse(readFileSync(file, "utf8"));
    const wide = Buffer.from(JSON.stringify({ ...config, hidden_size: 96 }));
    hub.push(QWEN, { "config.json": wide }, "wide");
    const asked = compute("qwen3-0.6b", "--model-revision", "wide");
    await expectFailure(2, [/64 values\. The model has 96/], hub.env(home), ...asked);
  });

  itExhaustively(
    "a variant of the dictionaries' model goes, with a warning in meta.json",
    async () => {
      hub.copy(QWEN, `${QWEN}-Instruct`);
      const home = await copyWarmHome(join(folder(), "home"));
      const args = custom(...lowl0, "--sae-id-template", "layer_{layer}");
      await expectSuccess(hub.env(home), ...args, "--model-id", `${QWEN}-Instruct`);
      expect(openRun(out()).meta.warnings).toContainEqual(
        expect.stringMatching(/were made for Qwen\/Qwen3-0\.6B, and the model is .*-Instruct/),
      );
    },
  );
});

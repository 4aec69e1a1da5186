import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { baseline } from "../../../src/experiments/steering/baseline.js";
import { continueTexts } from "../../../src/experiments/steering/clc.js";
import { identify } from "../../../src/experiments/steering/lid.js";
import { parseMethods } from "../../../src/experiments/steering/methods.js";
import { prepare, type TrainedOn } from "../../../src/experiments/steering/prepare.js";
import {
  continuationPrompt,
  identificationPrompt,
} from "../../../src/experiments/steering/prompts.js";
import type { GivenVectors } from "../../../src/experiments/steering/read-vectors.js";
import type { SteeringRequest } from "../../../src/experiments/steering/steering-request.js";
import type { FinishedRun } from "../../../src/runs/read.js";
import { rejectionOf } from "../../fixtures/failure.js";
import { FakeJobs } from "../../fixtures/fake-jobs.js";
import { loadedOf } from "../../fixtures/loaded.js";
import { CODES, request, steeringSite } from "../../fixtures/steering-site.js";
import { useTempFolder } from "../../fixtures/temp-folder.js";

const at = useTempFolder();

class Jobs extends FakeJobs {
  /** @param positions that the model reads */
  constructor(positions = 1000) {
    super({ load: loadedOf({ model: { ...loadedOf().model, max_positions: positions } }) });
  }

  override async tokenize(name: string, texts: readonly string[]) {
    const found = await super.tokenize(name, texts);
    return { ...found, plain: found.tokens.map((count) => count - 1) };
  }

  override detect() {
    return Promise.resolve({ detected: [], detector: "ear 1", known: CODES });
  }
}

const HERE: TrainedOn = { trained: null, isTold: true, banks: null };
const given = (changes: Partial<GivenVectors> = {}): TrainedOn => {
  const bank = new Map([[1, Float32Array.of(1, 2, 3, 4)]]);
  const vectors = { file: "sv.safetensors", sha256: "a", bank, facts: null, ...changes };
  return { trained: [], isTold: true, banks: new Map([["eng_Latn spa_Latn", vectors]]) };
};
const nothing = () => undefined;
const steered = (corpus: string, changes: Partial<SteeringRequest> = {}) =>
  request(corpus, { methods: parseMethods("SV-1L"), ...changes });
const ofBank = (corpus: string) => steered(corpus, { bank: "sv.safetensors" });

it("an experiment on vectors from files is another where their content is another", async () => {
  const { run, corpus } = steeringSite(at(), 8);
  const identityOf = async (sha256: string) =>
    (await prepare(run, ofBank(corpus), given({ sha256 }), new Jobs(), nothing)).identity;
  expect(await identityOf("a")).toEqual(await identityOf("a"));
  expect(await identityOf("a")).not.toEqual(await identityOf("b"));
});

it("more features for a gate than there are are refused by the name of its flag", async () => {
  const { run, corpus } = steeringSite(at(), 8);
  const asked = steered(corpus, { methods: parseMethods("SAE-1L"), gateTopK: 9 });
  const refused = await rejectionOf(prepare(run, asked, HERE, new Jobs(), nothing));
  expect(refused.message).toMatch(/^--gate-topk 9: the dictionary of layer 1/);
});

const experiments = {
  lid: (run: FinishedRun, asked: SteeringRequest, trained: TrainedOn, jobs: FakeJobs) =>
    identify(run, asked, "first-token", trained, jobs, unopened, nothing),
  clc: (run: FinishedRun, asked: SteeringRequest, trained: TrainedOn, jobs: FakeJobs) =>
    continueTexts(run, asked, CLC, trained, jobs, unopened, nothing),
  baseline: (run: FinishedRun, asked: SteeringRequest, trained: TrainedOn, jobs: FakeJobs) =>
    baseline(run, asked, 40, trained, jobs, unopened, nothing),
};
const CLC = { prompt: "beginning", promptWords: 5, maxNewTokens: 40, wordsForLid: 5 } as const;
const unopened = () => {
  throw new Error("nothing is opened");
};

it.each([
  [{ bank: new Map([[0, Float32Array.of(1, 2, 3, 4)]]) }, /and none of 1/],
  [{ bank: new Map([[1, Float32Array.of(1, 2)]]) }, /has 2 numbers\. Expected 4/],
  [{ bank: new Map([[1, Float32Array.of(1, Number.NaN, 3, 4)]]) }, /holds NaN/],
])(
  "vectors that do not fit are refused before an experiment is opened: %o",
  async (bank, words) => {
    const { run, corpus } = steeringSite(at(), 8);
    for (const begin of Object.values(experiments)) {
      const refused = await rejectionOf(begin(run, ofBank(corpus), given(bank), new Jobs()));
      expect(refused.message).toMatch(words);
    }
  },
);

// A character is a token here.
const TEXT = "eng_Latn says 3";
const ASKED = identificationPrompt(TEXT).length;
const TOLD = continuationPrompt(TEXT, "Spanish").length;

it.each([
  ["clc", TEXT.length + 39, /of text t\d has 15 tokens, and 40 of --max-new-tokens are to follow/],
  [
    "baseline",
    TOLD + 39,
    /, and 40 of --max-new-tokens are to follow\. Expected at most \d+ together/,
  ],
  ["lid", ASKED + 7, /, and 8 of a language's name are to follow/],
] as const)(
  "in %s a prompt that leaves no room for what follows is refused before an experiment is opened",
  async (name, positions, words) => {
    const { run, corpus } = steeringSite(at(), 8);
    const begin = (most: number) =>
      experiments[name](run, steered(corpus), HERE, new Jobs(most)).catch((error) => error);
    const refused = await begin(positions);
    expect(refused.message).toMatch(words);
    expect(refused.kind).toBe("request");
    expect((await begin(positions + 1)).message).toBe("nothing is opened");
  },
);

it("so is a text of which nothing is predicted", async () => {
  const { run } = steeringSite(at(), 8);
  const rows = readFileSync(at("corpus.jsonl"), "utf8");
  writeFileSync(at("short.jsonl"), rows.replaceAll("spa_Latn says 4", "4"));
  const asked = steered(`jsonl:${at("short.jsonl")}`);
  const refused = await rejectionOf(experiments.lid(run, asked, HERE, new Jobs()));
  expect(refused.message).toMatch(/^The text t4 of spa_Latn has no token behind the first/);
});

it("so is a prompt that a gate is to learn from, and that leaves no room for the target's name", async () => {
  const { run, corpus } = steeringSite(at(), 12);
  const learned = { trainTexts: 4, epochs: 1, learningRate: 0.1, collateralWeight: 0.2 };
  const asked = steered(corpus, { learned, methods: parseMethods("Learned-1L") });
  const refused = await rejectionOf(experiments.clc(run, asked, HERE, new Jobs(ASKED)));
  expect(refused.message).toMatch(/and 1 of the target's name are to follow/);
});

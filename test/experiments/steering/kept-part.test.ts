import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { Frame } from "../../../src/engine/frames.js";
import { type Tensor, tensor } from "../../../src/engine/safetensors.js";
import { GateTrainer, holdLearned } from "../../../src/experiments/steering/learned-gates.js";
import { parseMethods } from "../../../src/experiments/steering/methods.js";
import { openPrepared, prepare } from "../../../src/experiments/steering/prepare.js";
import { ALONE } from "../../../src/experiments/steering/side-effects.js";
import { written } from "../../../src/experiments/steering/written.js";
import { LongExperiment } from "../../../src/runs/experiments.js";
import { encodeSealedJson } from "../../../src/runs/sealed-file.js";
import { FakeJobs } from "../../fixtures/fake-jobs.js";
import { loadedOf } from "../../fixtures/loaded.js";
import { request, steeringSite } from "../../fixtures/steering-site.js";
import { useTempFolder } from "../../fixtures/temp-folder.js";

const at = useTempFolder();
const GATE = { weight: [0.25], bias: 0.5, losses: [2, 1] };
const SAID = [[{ text: "uno", tokens: [1, 2] }]];

/** Trains a gate and continues one prompt, and counts how often. */
class Jobs extends FakeJobs {
  count = 0;

  constructor() {
    super({ load: loadedOf({ model: { ...loadedOf().model, max_positions: 1000 } }) });
  }

  override async *frames(job: string): AsyncGenerator<Frame, void, void> {
    this.count += 1;
    const content = JSON.stringify(job === "learn_gate" ? GATE : SAID);
    const json = tensor("U8", [content.length], new TextEncoder().encode(content));
    const tensors = new Map<string, Tensor>([
      ["json", json],
      ["text", tensor("U32", [1], Uint32Array.of(0))],
    ]);
    yield { kind: "result", job: 1, name: "gate", blob: { metadata: {}, tensors } };
  }
}

async function begun() {
  const { run, corpus } = steeringSite(at(), 12);
  const learned = { trainTexts: 4, epochs: 1, learningRate: 0.1, collateralWeight: 0.2 };
  const asked = request(corpus, { learned, methods: parseMethods("Learned-1L") });
  const jobs = new Jobs();
  const trained = { trained: null, isTold: true, banks: null };
  const ready = await prepare(run, asked, trained, jobs, () => undefined);
  const lengths = await holdLearned(ready);
  const prepared = await openPrepared(ready, (identity) =>
    LongExperiment.begin(run.folder, "steer-lid", identity),
  );
  const [setup] = asked.setups as [(typeof asked.setups)[number]];
  return {
    jobs,
    gate: async () => {
      const gates = await new GateTrainer(prepared, lengths).gatesOf(setup, "bank.safetensors");
      return gates.get(1);
    },
    said: () =>
      written(
        prepared,
        "written-x.json",
        { name: "prompts", lengths: Uint32Array.of(3) },
        { maxNewTokens: 2 },
        ALONE,
      ),
    part: (name: string) => `${prepared.experiment.folder}/parts/${name}`,
  };
}

it("gates and continuations that are kept are taken, and damaged ones made anew", async () => {
  const { jobs, gate, said, part } = await begun();
  const [first, words] = [await gate(), await said()];
  expect([first?.weight, words]).toEqual([GATE.weight, SAID]);
  expect([await gate(), await said(), jobs.count]).toEqual([first, words, 2]);
  const damage = (name: string, from: string, to: string) =>
    writeFileSync(part(name), readFileSync(part(name), "utf8").replace(from, to));
  damage("gate-eng_Latn-spa_Latn-layer-1.json", "0.25", "0.75");
  damage("written-x.json", "uno", "dos");
  expect([await gate(), await said(), jobs.count]).toEqual([first, words, 4]);
});

it("a whole part of something else is not taken", async () => {
  const { jobs, gate, said, part } = await begun();
  const place = { source: "eng_Latn", target: "spa_Latn", layer: 1, features: [0] };
  const names = { gate: part("gate-eng_Latn-spa_Latn-layer-1.json"), said: part("written-x.json") };
  await gate();
  await said();
  expect(jobs.count).toBe(2);
  for (const change of [{ target: "fra_Latn" }, { layer: 2 }, { features: [1] }, { source: "x" }]) {
    writeFileSync(names.gate, encodeSealedJson({ ...place, ...GATE, ...change }));
    const before = jobs.count;
    expect(await gate()).toEqual({ ...place, ...GATE });
    expect(jobs.count).toBe(before + 1);
  }
  for (const change of [[[]], [...SAID, ...SAID]]) {
    writeFileSync(names.said, encodeSealedJson(change));
    expect(await said()).toEqual(SAID);
  }
  expect(jobs.count).toBe(2 + 4 + 2);
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { shortCode } from "../../config/short-codes.js";
import { type EngineGate, learnGate } from "../../engine/steer-jobs.js";
import { planShards } from "../../plan.js";
import { withScratch } from "../../runs/scratch.js";
import { decodeSealedJson, encodeSealedJson } from "../../runs/sealed-file.js";
import { halving, keptPart } from "./kept-part.js";
import { labelOf, tagOf } from "./names.js";
import type { Prepared, Ready } from "./prepare.js";
import { tokenizePrompts, tokenizeTexts } from "./prompt-lengths.js";
import { identificationPrompt } from "./prompts.js";
import type { LearnedRule, Pair, Setup } from "./steering-request.js";
import { vectorName } from "./vectors.js";

/** Gates are trained at this strength, as in the steering repository, whatever strength they are used at. */
export const TRAINED_ALPHA = 1;

/** A gate g = sigmoid(w·a + b) of a source's top features a at a layer, trained to lead into a target. */
export const TrainedGate = z.strictObject({
  source: z.string(),
  target: z.string(),
  layer: z.int(),
  features: z.array(z.int()),
  weight: z.array(z.number()),
  bias: z.number(),
  /** Before each epoch, and behind the last; nats. */
  losses: z.array(z.number()),
});
export type TrainedGate = z.infer<typeof TrainedGate>;
export type LearnedGate = Pick<TrainedGate, "features" | "weight" | "bias">;

export const engineGate = ({ features, weight, bias }: LearnedGate): EngineGate => ({
  ...{ features, weight, bias },
});

const textsOf = (language: string): string => `learn:${language}`;
const promptsOf = (source: string): string => `learn-prompts:${source}`;

/** Tokenises what gates are trained on: the tokens of each text and prompt, by the names that the engine has them under. */
export async function holdLearned(ready: Ready): Promise<ReadonlyMap<string, Uint32Array>> {
  const { texts, request } = ready;
  const sources = new Set(request.setups.map(({ source }) => source));
  const lengths = new Map<string, Uint32Array>();
  for (const [language, own] of texts.learn) {
    const [name, prompts] = [textsOf(language), promptsOf(language)];
    lengths.set(name, await tokenizeTexts(ready, name, own));
    if (!sources.has(language)) continue;
    const asked = own.map(({ id, text }) => ({ id, text: identificationPrompt(text) }));
    lengths.set(prompts, await tokenizePrompts(ready, prompts, asked, LABEL_BEGINS));
  }
  return lengths;
}

const LABEL_BEGINS = {
  ...{ tokens: 1, what: "of the target's name" },
  advice: "Take it out of the corpus.",
};

/** Trains the gates of an experiment, each once, one layer at a time. */
export class GateTrainer {
  /** By "source target layer". */
  private readonly found = new Map<string, TrainedGate>();

  /** @param lengths of `holdLearned` */
  constructor(
    private readonly prepared: Prepared,
    private readonly lengths: ReadonlyMap<string, Uint32Array>,
  ) {}

  /** All that were trained or read back, in the order of the setups. */
  get trained(): TrainedGate[] {
    return [...this.found.values()];
  }

  /**
   * The gates of a setup's longest window, by layer; none where no method has any.
   *
   * @param bank a file of the pair's vectors
   */
  async gatesOf(setup: Setup, bank: string): Promise<Map<number, TrainedGate>> {
    const gates = new Map<number, TrainedGate>();
    for (const layer of this.layersOf(setup)) {
      const key = `${setup.source} ${setup.target} ${layer}`;
      const gate = this.found.get(key) ?? (await this.gateAt(setup, layer, bank));
      this.found.set(key, gate);
      gates.set(layer, gate);
    }
    return gates;
  }

  /** The gates as files of the steering repository, one for each pair and base layer, by name. */
  async files(): Promise<Map<string, string | Uint8Array>> {
    const { run, request, jobs } = this.prepared;
    const { learned, setups } = request;
    const files = new Map<string, string | Uint8Array>();
    if (learned === null) return files;
    for (const setup of setups) {
      const name = `${this.stem(setup, learned)}.pt`;
      if (files.has(name)) continue;
      const gates = this.trained.filter(
        ({ source, target, layer }) =>
          source === setup.source &&
          target === setup.target &&
          this.layersOf(setup).includes(layer),
      );
      const metadata = {
        ...{ model_name: tagOf(run.meta.model_id), model_path: run.meta.model_id },
        ...{ source_lang: shortCode(setup.source).code, target_lang: shortCode(setup.target).code },
        ...{ base_layer: setup.layer, gate_topk: request.gateTopK, train_n: request.trainTexts },
        ...{ learned_train_n: learned.trainTexts, learned_epochs: learned.epochs },
        ...{ learned_lr: learned.learningRate, vscore: { run: run.name, rule: request.rule } },
        learned_collateral_weight: learned.collateralWeight,
      };
      const byLayer = Object.fromEntries(gates.map((gate) => [gate.layer, engineGate(gate)]));
      files.set(
        name,
        await withScratch(async (folder) => {
          // A file of torch holds its own name.
          await jobs.writeGates(join(folder, name), byLayer, metadata);
          return readFileSync(join(folder, name));
        }),
      );
    }
    return files;
  }

  private layersOf({ layer }: Pick<Setup, "layer">): number[] {
    const { request, windowOf } = this.prepared;
    const windows = request.methods
      .filter(({ family }) => family === "Learned")
      .map((method) => windowOf(method, layer));
    return [...new Set(windows.flat())].sort((a, b) => a - b);
  }

  private gateAt(pair: Pair, layer: number, bank: string): Promise<TrainedGate> {
    const { source, target } = pair;
    const asked = { source, target, layer, features: this.prepared.featuresOf(source, layer) };
    const placeOf = ({ source, target, layer, features }: typeof asked) =>
      JSON.stringify([source, target, layer, features]);
    return keptPart(
      this.prepared,
      `gate-${source}-${target}-layer-${layer}.json`,
      (bytes) => {
        const kept = TrainedGate.parse(decodeSealedJson(bytes));
        return placeOf(kept) === placeOf(asked) ? kept : undefined;
      },
      () => this.train(pair, layer, bank),
      encodeSealedJson,
    );
  }

  private async train({ source, target }: Pair, layer: number, bank: string): Promise<TrainedGate> {
    const { prepared } = this;
    const { request, jobs, texts } = prepared;
    const learned = request.learned as LearnedRule;
    prepared.onNews({ type: "phase", phase: `gate: ${source} into ${target}, layer ${layer}` });
    const features = prepared.featuresOf(source, layer);
    const prompts = promptsOf(source);
    const lengthsOf = (name: string) => this.lengths.get(name) as Uint32Array;
    const promptLengths = lengthsOf(prompts);
    const others = [...texts.learn.keys()]
      .filter((language) => language !== source)
      .map((language) => [textsOf(language), lengthsOf(textsOf(language))] as const);
    const longest = [promptLengths, ...others.map(([, lengths]) => lengths)].flatMap((each) => [
      ...each,
    ]);
    const found = await halving(prepared, longest, (budget) =>
      learnGate(jobs, {
        ...{ prompts, prompt_shards: planShards(promptLengths, budget) },
        ...{ label: ` ${labelOf(target)}`, layer, features, vector: vectorName(layer), bank },
        collateral: others.map(([name, lengths]) => ({
          texts: name,
          shards: planShards(lengths, budget),
        })),
        ...{ collateral_weight: learned.collateralWeight, positions: request.positions },
        ...{ alpha: TRAINED_ALPHA, learning_rate: learned.learningRate, epochs: learned.epochs },
      }),
    );
    return { source, target, layer, features, ...found };
  }

  /** As the steering repository names such files. */
  private stem({ source, target, layer }: Setup, learned: LearnedRule): string {
    const { run, request } = this.prepared;
    const ofRun = run.meta.texts[source] as number;
    return [
      `learned_gate_${tagOf(run.meta.model_id)}_${shortCode(source).code}_to_${shortCode(target).code}_layer${layer}`,
      `topk${request.gateTopK}_train${request.trainTexts}_gtrain${ofRun}_ltrain${learned.trainTexts}`,
      `ep${learned.epochs}_lr${learned.learningRate}_cw${learned.collateralWeight}`,
    ].join("_");
  }
}

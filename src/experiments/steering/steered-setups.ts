import { encodeSafetensors } from "../../engine/write-safetensors.js";
import { Bootstrap, type Sampled } from "../../reduce/bootstrap.js";
import type { GateTrainer } from "./learned-gates.js";
import type { Held, Under } from "./lid-measure.js";
import { type Method, NO_SV } from "./methods.js";
import { type Prepared, vectorMaker } from "./prepare.js";
import { settingOf } from "./settings.js";
import { type SideEffect, sideEffects } from "./side-effects.js";
import type { Setup } from "./steering-request.js";
import type { unitsOf } from "./steering-texts.js";
import { sampledMean } from "./summarise-lid.js";
import { type Bank, bankTensors, randomName, randomVectors } from "./vectors.js";

/** One setup, with what every experiment measures in it. */
export interface SteeredSetup {
  setup: Setup;
  /** No SV first; the others are the settings of `under`, in their order. */
  methods: Method[];
  under: Under;
  /** How its parts are called. */
  name: string;
  costs: SideEffect[];
  /** The mean of one value for each of the source's texts. */
  meanOf: (values: number[]) => Sampled;
  /** Documents that these texts are of. */
  documents: number;
  /** The mean loss per token of the other languages' texts under a method, by its place. */
  collateralOf: (place: number) => Sampled;
}

/** Goes through the setups: makes the vectors and gates of each, and measures what all languages but the source lose under every method. */
export async function* steeredSetups(
  prepared: Prepared,
  others: ReadonlyMap<string, Held>,
  units: ReturnType<typeof unitsOf>,
  trainer: GateTrainer,
): AsyncGenerator<SteeredSetup, void, void> {
  const { request, texts, onNews } = prepared;
  const vectorsOf = vectorMaker(prepared);
  const bootstrap = new Bootstrap(units.count, request.seed);
  for (const [at, setup] of request.setups.entries()) {
    const { source, target, layer, alpha } = setup;
    const place = `${at + 1} of ${request.setups.length}`;
    onNews({ type: "phase", phase: `${source} into ${target}, ${place}` });
    const { methods, under } = await underSetup(prepared, setup, await vectorsOf(setup), trainer);
    const name = `${source}-${target}-layer-${layer}-alpha-${alpha}`;
    const costs = await sideEffects(prepared, others, source, `${name}.safetensors`, under);
    const unitsOfSource = units.unitOf(texts.steered.get(source) ?? []);
    const unitsOfOthers = costs.flatMap(({ language }) =>
      units.unitOf(texts.others.get(language) ?? []),
    );
    yield {
      ...{ setup, methods, under, name, costs },
      documents: new Set(unitsOfSource).size,
      meanOf: (values) => sampledMean(values, unitsOfSource, bootstrap),
      collateralOf: (method) =>
        sampledMean(
          costs.flatMap(({ own }) => own[method] as number[]),
          unitsOfOthers,
          bootstrap,
        ),
    };
  }
}

/** What a setup's methods do to the model; No SV, the first of them, does nothing. @param bank the pair's vectors */
export async function underSetup(
  prepared: Prepared,
  setup: Setup,
  bank: Bank,
  trainer: GateTrainer,
): Promise<{ methods: Method[]; under: Under }> {
  const { request, experiment } = prepared;
  const random = bankTensors(randomVectors(bank, request.seed), randomName);
  const file = await experiment.writePart(
    `bank-${setup.source}-${setup.target}.safetensors`,
    encodeSafetensors(new Map([...bankTensors(bank), ...random])),
  );
  const learned = await trainer.gatesOf(setup, file);
  const steered = request.methods.filter((method) => method !== NO_SV);
  return {
    methods: [NO_SV, ...steered],
    under: {
      settings: steered.map((method) => settingOf(prepared, method, setup, learned)),
      bank: file,
    },
  };
}

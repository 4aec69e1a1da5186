import type { EngineJobs } from "../../engine/engine-jobs.js";
import { encodeSafetensors } from "../../engine/safetensors.js";
import { Bootstrap } from "../../reduce/bootstrap.js";
import type { FinishedRun } from "../../runs/read.js";
import type { OpenExperiment } from "../ablation/ablate-run.js";
import { ENOUGH_TEXTS } from "../ablation/evaluation-texts.js";
import type { ExperimentNews } from "../ablation/measure.js";
import { type Held, measureGates, measureNames, type Under } from "./lid-measure.js";
import type { LidCell, LidResult } from "./lid-result.js";
import { encodeLidRows, type LidRow } from "./lid-rows.js";
import { NO_SV } from "./methods.js";
import { labelsOf } from "./names.js";
import { type Prepared, prepare, tokenizeAs, vectorMaker, writeVectors } from "./prepare.js";
import { identificationPrompt } from "./prompts.js";
import { settingOf } from "./settings.js";
import { ALONE, holdOthers, sideEffects } from "./side-effects.js";
import type { Setup, SteeringRequest } from "./steering-request.js";
import { unitsOf } from "./steering-texts.js";
import { estimateOf, identification, less, type Sampled, sampledMean } from "./summarise-lid.js";
import { bankTensors, randomName, randomVectors } from "./vectors.js";

export type LidMetric = "first-token" | "full-label";

/**
 * Asks the model in which language texts of the source are, as it is and steered into the target, and measures what steering costs
 * its predictions of all other languages.
 *
 * @param trained texts that vectors from a file were made of, as beginnings of their hashes; null: the vectors are made here
 * @param isTold whether such a file tells them
 * @throws VscoreError (request) for languages, layers and texts that are not there
 */
export async function identify(
  run: FinishedRun,
  request: SteeringRequest,
  {
    metric,
    trained,
    isTold,
  }: { metric: LidMetric; trained: readonly string[] | null; isTold: boolean },
  jobs: EngineJobs,
  open: OpenExperiment,
  onNews: (news: ExperimentNews) => void,
): Promise<{ result: LidResult; rows: Uint8Array }> {
  const names = labelsOf(run.meta.languages);
  const prepared = await prepare(run, request, trained, jobs, open, onNews);
  const held = await hold(prepared);
  const vectorsOf = vectorMaker(prepared);
  const units = unitsOf(prepared.texts);
  const bootstrap = new Bootstrap(units.count, request.seed);
  const labels = [...names.values()];
  const place = (language: string) => run.meta.languages.indexOf(language);
  const others = [...prepared.texts.others.keys()];
  const methods = request.methods.filter((method) => method !== NO_SV);

  const cells: LidCell[] = [];
  const rows: LidRow[] = [];
  let tokens: Uint32Array = new Uint32Array();
  for (const [at, setup] of request.setups.entries()) {
    const { source, target, layer, alpha } = setup;
    onNews({
      type: "phase",
      phase: `${source} into ${target}, ${at + 1} of ${request.setups.length}`,
    });
    const bank = await vectorsOf(setup);
    const random = bankTensors(randomVectors(bank, request.seed), randomName);
    const content = encodeSafetensors(new Map([...bankTensors(bank), ...random]));
    const under: Under = {
      settings: methods.map((method) => settingOf(prepared, method, setup)),
      bank: await writeVectors(prepared, setup, content),
    };
    const name = `${source}-${target}-layer-${layer}-alpha-${alpha}.safetensors`;
    const prompts = held.prompts.get(source) as Held;
    const none = await measureNames(
      prepared,
      `names-${source}-none.safetensors`,
      prompts,
      labels,
      ALONE,
    );
    const steered = await measureNames(prepared, `names-${name}`, prompts, labels, under);
    tokens = none.tokens;
    const costs = await sideEffects(prepared, held.others, source, name, under);
    const unitsOfSource = units.unitOf(prepared.texts.steered.get(source) ?? []);
    const unitsOfOthers = costs.flatMap(({ language }) =>
      units.unitOf(prepared.texts.others.get(language) ?? []),
    );
    const sampledOf = (method: number) => {
      const told =
        method === 0
          ? identification(none, 0, place(target), place(source))
          : identification(steered, method - 1, place(target), place(source));
      const mean = (values: number[]) => sampledMean(values, unitsOfSource, bootstrap);
      return {
        ...{ ce_first: mean(told.ce_first), ce_full: mean(told.ce_full) },
        ...{ accuracy_first: mean(told.accuracy_first), accuracy_full: mean(told.accuracy_full) },
        says_source: mean(told.says_source),
        collateral: sampledMean(
          costs.flatMap(({ own }) => own[method] as number[]),
          unitsOfOthers,
          bootstrap,
        ),
      };
    };
    const first = sampledOf(0);
    for (const [at, method] of [NO_SV, ...methods].entries()) {
      const own = at === 0 ? first : sampledOf(at);
      const told = (each: Sampled) => estimateOf(each, units.count);
      const over = (
        key: "ce_first" | "ce_full" | "accuracy_first" | "accuracy_full" | "collateral",
      ) => told(less(own[key], first[key]));
      cells.push({
        ...{ source, target, layer, alpha, method: method.name, k: method.k },
        layers: prepared.windowOf(method, layer),
        ...{ ce_first: told(own.ce_first), ce_full: told(own.ce_full) },
        ...{ accuracy_first: told(own.accuracy_first), accuracy_full: told(own.accuracy_full) },
        ...{ says_source: told(own.says_source), collateral: told(own.collateral) },
        over_none:
          at === 0
            ? null
            : {
                ...{ ce_first: over("ce_first"), ce_full: over("ce_full") },
                ...{ accuracy_first: over("accuracy_first"), accuracy_full: over("accuracy_full") },
                collateral: over("collateral"),
              },
      });
    }
    rows.push({
      setup,
      methods: [NO_SV, ...methods].map((each) => each.name),
      none,
      steered,
      costs,
    });
  }
  onNews({ type: "phase", phase: "summing up" });
  const result: LidResult = {
    ...{ schema_version: 1, experiment: "steer-lid", run: run.name, model_id: run.meta.model_id },
    dictionaries: prepared.loaded.dictionaries.map(
      ({ layer, release, sae_id, revision, hook_name }) => ({
        ...{ layer, release, sae_id, revision, hook_name },
      }),
    ),
    prompt: identificationPrompt("{text}"),
    candidates: candidatesOf(names, tokens, rows),
    ...{ metric, positions: request.positions },
    vectors: {
      ...{ bank: request.bank, train_n: request.trainTexts, split: prepared.texts.trainSplit },
      ...{ ...request.rule, normalize: request.normalize },
    },
    gate: {
      ...{ top_k: request.gateTopK, threshold: request.gateThreshold },
      features: gatesOf(prepared),
    },
    evaluation: {
      corpus: prepared.texts.corpus,
      ...{ split: prepared.texts.split, revision: prepared.texts.revision },
      ...{ eval_n: request.evalTexts, other_eval_n: request.otherTexts, documents: units.count },
      ...{ others, lacking: prepared.texts.lacking, excluded: prepared.texts.excluded },
      is_disjoint: isTold ? true : null,
    },
    is_enough: isTold && Math.min(request.evalTexts, request.otherTexts) >= ENOUGH_TEXTS,
    cells,
    gate_rates: await gateRatesOf(prepared, held),
    warnings: [...new Set(prepared.warnings)],
  };
  return { result, rows: encodeLidRows(prepared.texts, labels, rows) };
}

/** Tokenises what is asked and what the side effects are measured on. */
async function hold(
  prepared: Prepared,
): Promise<{ prompts: Map<string, Held>; others: Map<string, Held> }> {
  const prompts = new Map<string, Held>();
  for (const [language, texts] of prepared.texts.steered) {
    const name = `prompts:${language}`;
    const asked = texts.map(({ id, text }) => ({ id, text: identificationPrompt(text) }));
    prompts.set(language, { name, lengths: await tokenizeAs(prepared, name, asked, false) });
  }
  return { prompts, others: await holdOthers(prepared) };
}

/** Every gate of the setups: a source's features at a layer. */
function gatesOf(prepared: Prepared): { source: string; layer: number; features: number[] }[] {
  const { request, featuresOf, windowOf } = prepared;
  const gated = request.methods.filter(({ family }) => family === "SAE");
  const layersOf = ({ layer }: Setup) => gated.flatMap((method) => windowOf(method, layer));
  const places = request.setups.flatMap((setup) =>
    layersOf(setup).map((layer) => ({ source: setup.source, layer })),
  );
  const distinct = new Map(places.map((each) => [`${each.source} ${each.layer}`, each]));
  return [...distinct.values()].map((each) => ({
    ...each,
    features: featuresOf(each.source, each.layer),
  }));
}

async function gateRatesOf(
  prepared: Prepared,
  held: { others: Map<string, Held> },
): Promise<LidResult["gate_rates"]> {
  const gates = gatesOf(prepared);
  if (gates.length === 0) return [];
  const found: LidResult["gate_rates"] = [];
  for (const [language, texts] of held.others) {
    prepared.onNews({ type: "phase", phase: `gates: ${language}` });
    const { tokens, open } = await measureGates(prepared, texts, gates);
    for (const [at, { source, layer }] of gates.entries())
      found.push({ source, layer, language, rate: (open[at] as number) / tokens, tokens });
  }
  return found;
}

/** The candidates; names with the same −log p of the first token behind every prompt begin with the same token. */
function candidatesOf(
  names: ReadonlyMap<string, string>,
  tokens: Uint32Array,
  rows: readonly LidRow[],
): LidResult["candidates"] {
  const behind = rows[0]?.none.first[0] ?? [];
  const languages = [...names.keys()];
  return languages.map((language, at) => ({
    ...{ language, name: names.get(language) as string, tokens: tokens[at] ?? 0 },
    same_start: languages.filter(
      (_, other) => other !== at && behind.every((row) => row[other] === row[at]),
    ),
  }));
}

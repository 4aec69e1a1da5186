import { withinMemory } from "../../compute/within-memory.js";
import type { EngineJobs } from "../../engine/engine-jobs.js";
import { encodeSafetensors, type Tensor, tensor } from "../../engine/safetensors.js";
import { continuations, readWritten, type Written } from "../../engine/steer-jobs.js";
import { requestError } from "../../errors.js";
import { planShards } from "../../plan.js";
import { Bootstrap } from "../../reduce/bootstrap.js";
import type { FinishedRun } from "../../runs/read.js";
import { encodeSealed } from "../../runs/sealed-file.js";
import type { OpenExperiment } from "../ablation/ablate-run.js";
import { ENOUGH_TEXTS } from "../ablation/evaluation-texts.js";
import type { ExperimentNews } from "../ablation/measure.js";
import type { ClcCell, ClcResult, Continuation } from "./clc-result.js";
import type { Held, Under } from "./lid-measure.js";
import { type Method, NO_SV } from "./methods.js";
import { labelsOf } from "./names.js";
import {
  keptPart,
  type Prepared,
  prepare,
  tokenizeAs,
  vectorMaker,
  writeVectors,
} from "./prepare.js";
import { beginningOf, clipped, continuationPrompt } from "./prompts.js";
import { settingOf } from "./settings.js";
import { ALONE, holdOthers, type SideEffect, sideEffects } from "./side-effects.js";
import type { Setup, SteeringRequest } from "./steering-request.js";
import { unitsOf } from "./steering-texts.js";
import { estimateOf, less, type Sampled, sampledMean } from "./summarise-lid.js";
import { bankTensors, randomName, randomVectors } from "./vectors.js";

/** What continuations are asked, besides how the model is steered. */
export interface ClcRequest {
  prompt: "instruction" | "beginning";
  /** Words of a beginning. */
  promptWords: number;
  maxNewTokens: number;
  /** Words by which a continuation's language is told. */
  wordsForLid: number;
}

/**
 * Has the model go on with texts of the source, as it is and steered into the target, tells in which language it does, and measures
 * what steering costs its predictions of all other languages.
 *
 * @param trained texts that vectors from a file were made of, as beginnings of their hashes; null: the vectors are made here
 * @param isTold whether such a file tells them
 * @throws VscoreError (request) for languages, layers and texts that are not there, or that the detector cannot tell
 */
export async function continueTexts(
  run: FinishedRun,
  request: SteeringRequest,
  asked: ClcRequest,
  { trained, isTold }: { trained: readonly string[] | null; isTold: boolean },
  jobs: EngineJobs,
  open: OpenExperiment,
  onNews: (news: ExperimentNews) => void,
): Promise<{ result: ClcResult; rows: Uint8Array }> {
  const names = labelsOf(run.meta.languages);
  const { known, detector } = await jobs.detect([]);
  const strange = request.setups.map(({ target }) => target).find((code) => !known.includes(code));
  if (strange !== undefined)
    throw requestError(
      `--target-lang: ${detector} cannot tell ${strange}. Expected a language that it knows, of the run: ${run.meta.languages.filter((code) => known.includes(code)).join(", ")}. Choose among them.`,
    );
  const prepared = await prepare(
    run,
    request,
    trained,
    jobs,
    (identity) => open({ ...identity, ...asked, detector }),
    onNews,
  );
  const others = await holdOthers(prepared);
  const vectorsOf = vectorMaker(prepared);
  const units = unitsOf(prepared.texts);
  const bootstrap = new Bootstrap(units.count, request.seed);
  const methods = request.methods.filter((method) => method !== NO_SV);
  const cells: ClcCell[] = [];
  const all: Continuation[] = [];
  const costsOf: { setup: Setup; costs: SideEffect[] }[] = [];
  for (const [at, setup] of request.setups.entries()) {
    const { source, target, layer, alpha } = setup;
    onNews({
      type: "phase",
      phase: `${source} into ${target}, ${at + 1} of ${request.setups.length}`,
    });
    const texts = prepared.texts.steered.get(source) ?? [];
    const held = `continue:${source}:${target}`;
    const prompts = texts.map(({ id, text }) => ({
      id,
      text:
        asked.prompt === "instruction"
          ? continuationPrompt(text, names.get(target) as string)
          : beginningOf(text, asked.promptWords),
    }));
    const lengths = await tokenizeAs(prepared, held, prompts, false);
    const bank = await vectorsOf(setup);
    const random = bankTensors(randomVectors(bank, request.seed), randomName);
    const content = encodeSafetensors(new Map([...bankTensors(bank), ...random]));
    const under: Under = {
      settings: methods.map((method) => settingOf(prepared, method, setup)),
      bank: await writeVectors(prepared, setup, content),
    };
    const name = `${source}-${target}-layer-${layer}-alpha-${alpha}`;
    const own = { name: held, lengths };
    const plain = await written(prepared, `plain-${source}-${target}.json`, own, asked, ALONE);
    const steered =
      methods.length === 0
        ? []
        : await written(prepared, `written-${name}.json`, own, asked, under);
    const costs = await sideEffects(prepared, others, source, `${name}.safetensors`, under);
    costsOf.push({ setup, costs });
    const judged: Continuation[][] = [];
    for (const [place, method] of [NO_SV, ...methods].entries()) {
      const rows = (place === 0 ? plain[0] : steered[place - 1]) ?? [];
      judged.push(await judge(jobs, rows, prompts, { ...setup, method, asked }));
    }
    all.push(...judged.flat());
    const unitsOfSource = units.unitOf(texts);
    const unitsOfOthers = costs.flatMap(({ language }) =>
      units.unitOf(prepared.texts.others.get(language) ?? []),
    );
    const sampledOf = (place: number) => {
      const rows = judged[place] as Continuation[];
      const mean = (told: (row: Continuation) => number) =>
        sampledMean(rows.map(told), unitsOfSource, bootstrap);
      return {
        success: mean(({ success }) => Number(success)),
        stays: mean(({ label }) => Number(label === source)),
        distinct: mean(({ distinct }) => distinct),
        collateral: sampledMean(
          costs.flatMap((cost) => cost.own[place] as number[]),
          unitsOfOthers,
          bootstrap,
        ),
      };
    };
    const first = sampledOf(0);
    const estimated = (each: Sampled) => estimateOf(each, units.count);
    for (const [place, method] of [NO_SV, ...methods].entries()) {
      const sampled = place === 0 ? first : sampledOf(place);
      cells.push({
        ...{ source, target, layer, alpha, method: method.name, k: method.k },
        layers: prepared.windowOf(method, layer),
        ...{ success: estimated(sampled.success), stays: estimated(sampled.stays) },
        ...{ distinct: estimated(sampled.distinct), collateral: estimated(sampled.collateral) },
        over_none:
          place === 0
            ? null
            : {
                success: estimated(less(sampled.success, first.success)),
                collateral: estimated(less(sampled.collateral, first.collateral)),
              },
      });
    }
  }
  onNews({ type: "phase", phase: "summing up" });
  const result: ClcResult = {
    ...{ schema_version: 1, experiment: "steer-clc", run: run.name, model_id: run.meta.model_id },
    dictionaries: prepared.loaded.dictionaries.map(
      ({ layer, release, sae_id, revision, hook_name }) => ({
        ...{ layer, release, sae_id, revision, hook_name },
      }),
    ),
    ...{ prompt: asked.prompt, prompt_words: asked.promptWords },
    ...{ max_new_tokens: asked.maxNewTokens, n_words_for_lid: asked.wordsForLid, detector },
    positions: request.positions,
    vectors: {
      ...{ bank: request.bank, train_n: request.trainTexts, split: prepared.texts.trainSplit },
      ...{ ...request.rule, normalize: request.normalize },
    },
    gate: { top_k: request.gateTopK, threshold: request.gateThreshold },
    evaluation: {
      corpus: prepared.texts.corpus,
      ...{ split: prepared.texts.split, revision: prepared.texts.revision },
      ...{ eval_n: request.evalTexts, other_eval_n: request.otherTexts, documents: units.count },
      ...{ others: [...others.keys()], lacking: prepared.texts.lacking },
      ...{ excluded: prepared.texts.excluded, is_disjoint: isTold ? true : null },
    },
    is_enough: isTold && Math.min(request.evalTexts, request.otherTexts) >= ENOUGH_TEXTS,
    ...{ cells, continuations: all, warnings: [...new Set(prepared.warnings)] },
  };
  return { result, rows: encodeCosts(prepared, costsOf) };
}

/** Continuations of prompts, [setting][text]; a part that stays. */
function written(
  prepared: Prepared,
  part: string,
  { name, lengths }: Held,
  { maxNewTokens }: ClcRequest,
  under: Under,
): Promise<Written[][]> {
  const { jobs, run, request } = prepared;
  // What is written takes its place too.
  const cost = lengths.map((tokens) => tokens + maxNewTokens);
  return keptPart(
    prepared,
    part,
    (bytes) => readWritten(JSON.parse(new TextDecoder().decode(bytes))),
    async () => {
      const { result } = await withinMemory(
        run.meta.batch_tokens,
        cost,
        async () => undefined,
        async (budget) => {
          const found = under.settings.map((): Written[] => []);
          const pass = {
            ...{ texts: name, shards: planShards(cost, budget), ...under },
            ...{ positions: request.positions, max_new_tokens: maxNewTokens, cache: true },
          };
          for await (const frame of continuations(jobs, pass))
            for (const [setting, row] of frame.written.entries())
              for (const [at, text] of frame.text.entries())
                (found[setting] as Written[])[text] = row[at] as Written;
          if (found.some((row) => Object.keys(row).length !== lengths.length))
            throw new Error(`the engine left out some of ${part}`);
          return found;
        },
      );
      return result;
    },
    (value) => new TextEncoder().encode(JSON.stringify(value)),
  );
}

/** Says of continuations in which language they are. */
async function judge(
  jobs: EngineJobs,
  rows: readonly Written[],
  prompts: readonly { id: string }[],
  { source, target, layer, alpha, method, asked }: Setup & { method: Method; asked: ClcRequest },
): Promise<Continuation[]> {
  const cut = rows.map(({ text }) => clipped(text, asked.wordsForLid));
  const { detected } = await jobs.detect(cut);
  return rows.map(({ text, tokens }, at) => {
    const { code = null, raw = "", score = 0 } = detected[at] ?? {};
    return {
      ...{ source, target, layer, alpha, method: method.name, text: prompts[at]?.id ?? "" },
      ...{ continuation: text, tokens: tokens.length },
      distinct: tokens.length === 0 ? 0 : new Set(tokens).size / tokens.length,
      ...{ clipped: cut[at] ?? "", label: code, raw_label: raw, score, success: code === target },
    };
  });
}

/** `rows.safetensors`: of setup i `<i>.collateral.<code>` F64 [methods, texts], loss per token; setups and ids in the metadata. */
function encodeCosts(
  { texts }: Prepared,
  rows: readonly { setup: Setup; costs: readonly SideEffect[] }[],
): Uint8Array {
  const tensors = new Map<string, Tensor>();
  for (const [at, { costs }] of rows.entries())
    for (const { language, own } of costs)
      tensors.set(
        `${at}.collateral.${language}`,
        tensor("F64", [own.length, own[0]?.length ?? 0], Float64Array.from(own.flat())),
      );
  const ids = [...texts.others].map(([code, own]) => [code, own.map(({ id }) => id)]);
  return encodeSealed(tensors, {
    setups: JSON.stringify(rows.map(({ setup }) => setup)),
    texts: JSON.stringify(Object.fromEntries(ids)),
  });
}

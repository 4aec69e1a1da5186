import type { EngineJobs } from "../../engine/engine-jobs.js";
import type { Written } from "../../engine/steer-jobs.js";
import { requestError } from "../../errors.js";
import { estimateOf, lessSampled, type Sampled } from "../../reduce/bootstrap.js";
import { shareDifference, shareEstimate } from "../../reduce/shares.js";
import type { FinishedRun } from "../../runs/read.js";
import { encodeSealed } from "../../runs/sealed-file.js";
import type { OpenExperiment } from "../ablation/ablate-run.js";
import type { ExperimentNews } from "../ablation/measure.js";
import type { ClcCell, ClcResult, Continuation } from "./clc-result.js";
import { gateRatesOf } from "./gates.js";
import { GateTrainer, holdLearned } from "./learned-gates.js";
import type { Held } from "./lid-measure.js";
import type { Method } from "./methods.js";
import { labelsOf } from "./names.js";
import { openPrepared, type Prepared, prepare, type TrainedOn } from "./prepare.js";
import { newTokens, tokenizePrompts } from "./prompt-lengths.js";
import { beginningOf, clipped, continuationPrompt } from "./prompts.js";
import { ALONE, costTensors, holdOthers, idsOf } from "./side-effects.js";
import { steeredSetups } from "./steered-setups.js";
import { cellPlace, type SetupCosts, steeringFacts } from "./steering-facts.js";
import { type Pair, pairKey, type Setup, type SteeringRequest } from "./steering-request.js";
import { unitsOf } from "./steering-texts.js";
import { USED_TEXTS, usedTexts } from "./used-texts.js";
import { written } from "./written.js";

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
 * @throws VscoreError (request) for languages, layers and texts that are not there, or that the detector cannot tell
 */
export async function continueTexts(
  run: FinishedRun,
  request: SteeringRequest,
  asked: ClcRequest,
  trained: TrainedOn,
  jobs: EngineJobs,
  open: OpenExperiment,
  onNews: (news: ExperimentNews) => void,
): Promise<{ result: ClcResult; rows: Uint8Array; files: Map<string, string | Uint8Array> }> {
  const names = labelsOf(run.meta.languages);
  const { known, detector } = await jobs.detect([]);
  const strange = request.setups.map(({ target }) => target).find((code) => !known.includes(code));
  if (strange !== undefined)
    throw requestError(
      `--target-lang: ${detector} cannot tell ${strange}. Expected a language that it knows, of the run: ${run.meta.languages.filter((code) => known.includes(code)).join(", ")}. Choose among them.`,
    );
  const ready = await prepare(run, request, trained, jobs, onNews);
  const promptsOf = ({ source, target }: Pair) =>
    (ready.texts.steered.get(source) ?? []).map(({ id, text }) => ({
      id,
      text:
        asked.prompt === "instruction"
          ? continuationPrompt(text, names.get(target) as string)
          : beginningOf(text, asked.promptWords),
    }));
  const prompts = new Map<string, Held>();
  for (const pair of request.setups) {
    const key = pairKey(pair);
    const name = `continue:${key}`;
    if (prompts.has(key)) continue;
    const follows = newTokens(asked.maxNewTokens);
    const lengths = await tokenizePrompts(ready, name, promptsOf(pair), follows);
    prompts.set(key, { name, lengths });
  }
  const others = await holdOthers(ready);
  const learned = await holdLearned(ready);
  const prepared = await openPrepared(ready, open, { ...asked, detector });
  const units = unitsOf(prepared.texts);
  const trainer = new GateTrainer(prepared, learned);
  const told = (each: Sampled) => estimateOf(each, units.count);
  const cells: ClcCell[] = [];
  const all: Continuation[] = [];
  const rows: SetupCosts[] = [];
  for await (const each of steeredSetups(prepared, others, units, trainer)) {
    const { setup, methods, under, name, costs, documents } = each;
    const counts = { texts: request.evalTexts, units: documents };
    const share = (of: Sampled) => shareEstimate(of, counts);
    const { source, target } = setup;
    const own = prompts.get(pairKey(setup)) as Held;
    const plain = await written(prepared, `plain-${source}-${target}.json`, own, asked, ALONE);
    const steered = await written(prepared, `written-${name}.json`, own, asked, under);
    const judged: Continuation[][] = [];
    for (const [place, method] of methods.entries()) {
      const rows = [...plain, ...steered][place] ?? [];
      judged.push(await judge(jobs, rows, promptsOf(setup), { ...setup, method, asked }));
    }
    all.push(...judged.flat());
    rows.push({ setup, methods, costs });
    const sampledOf = (place: number) => {
      const mean = (valueIn: (row: Continuation) => number) =>
        each.meanOf((judged[place] ?? []).map(valueIn));
      return {
        success: mean(({ success }) => Number(success)),
        stays: mean(({ label }) => Number(label === source)),
        distinct: mean(({ distinct }) => distinct),
        collateral: each.collateralOf(place),
      };
    };
    const first = sampledOf(0);
    for (const place of methods.keys()) {
      const sampled = place === 0 ? first : sampledOf(place);
      cells.push({
        ...cellPlace(prepared, each, place),
        ...{ success: share(sampled.success), stays: share(sampled.stays) },
        ...{ distinct: told(sampled.distinct), collateral: told(sampled.collateral) },
        over_none:
          place === 0
            ? null
            : {
                success: shareDifference(sampled.success, first.success, counts),
                collateral: told(lessSampled(sampled.collateral, first.collateral)),
              },
      });
    }
  }
  onNews({ type: "phase", phase: "summing up" });
  const result: ClcResult = {
    ...{ ...steeringFacts(prepared, units.count, trainer), experiment: "steer-clc" },
    ...{ prompt: asked.prompt, prompt_words: asked.promptWords },
    ...{ max_new_tokens: asked.maxNewTokens, n_words_for_lid: asked.wordsForLid, detector },
    ...{ cells, continuations: all },
    gate_rates: await gateRatesOf(prepared, others, trainer),
  };
  return {
    ...{ result, rows: encodeCosts(prepared, rows) },
    files: (await trainer.files()).set(USED_TEXTS, usedTexts(prepared)),
  };
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
function encodeCosts({ texts }: Prepared, rows: readonly SetupCosts[]): Uint8Array {
  const tensors = new Map(rows.flatMap(({ costs }, at) => costTensors(at, costs)));
  return encodeSealed(tensors, {
    setups: JSON.stringify(
      rows.map(({ setup, methods }) => ({ ...setup, methods: methods.map(({ name }) => name) })),
    ),
    texts: JSON.stringify(idsOf(texts.others)),
  });
}

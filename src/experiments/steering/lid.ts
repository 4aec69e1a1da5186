import type { EngineJobs } from "../../engine/engine-jobs.js";
import { estimateOf, lessSampled, type Sampled } from "../../reduce/bootstrap.js";
import { shareDifference, shareEstimate } from "../../reduce/shares.js";
import type { FinishedRun } from "../../runs/read.js";
import type { OpenExperiment } from "../ablation/ablate-run.js";
import type { ExperimentNews } from "../ablation/measure.js";
import { gateRatesOf } from "./gates.js";
import { GateTrainer, holdLearned } from "./learned-gates.js";
import { type Held, measureNames } from "./lid-measure.js";
import type { LidCell, LidResult } from "./lid-result.js";
import { encodeLidRows, type LidRow } from "./lid-rows.js";
import { labelsOf } from "./names.js";
import { openPrepared, prepare, type Ready, type TrainedOn } from "./prepare.js";
import { longestName, tokenizePrompts } from "./prompt-lengths.js";
import { identificationPrompt } from "./prompts.js";
import { ALONE, holdOthers } from "./side-effects.js";
import { steeredSetups } from "./steered-setups.js";
import { cellPlace, steeringFacts } from "./steering-facts.js";
import type { SteeringRequest } from "./steering-request.js";
import { unitsOf } from "./steering-texts.js";
import { identification } from "./summarise-lid.js";
import { USED_TEXTS, usedTexts } from "./used-texts.js";

export type LidMetric = "first-token" | "full-label";

/**
 * Asks the model in which language texts of the source are, as it is and steered into the target, and measures what steering costs
 * its predictions of all other languages.
 *
 * @throws VscoreError (request) for languages, layers and texts that are not there
 */
export async function identify(
  run: FinishedRun,
  request: SteeringRequest,
  metric: LidMetric,
  trained: TrainedOn,
  jobs: EngineJobs,
  open: OpenExperiment,
  onNews: (news: ExperimentNews) => void,
): Promise<{ result: LidResult; rows: Uint8Array; files: Map<string, string | Uint8Array> }> {
  const names = labelsOf(run.meta.languages);
  const labels = [...names.values()];
  const ready = await prepare(run, request, trained, jobs, onNews);
  const held = await hold(ready, labels);
  const learned = await holdLearned(ready);
  const prepared = await openPrepared(ready, open);
  const units = unitsOf(prepared.texts);
  const trainer = new GateTrainer(prepared, learned);
  const place = (language: string) => run.meta.languages.indexOf(language);
  const told = (each: Sampled) => estimateOf(each, units.count);

  const cells: LidCell[] = [];
  const rows: LidRow[] = [];
  for await (const each of steeredSetups(prepared, held.others, units, trainer)) {
    const { setup, methods, under, name, costs, documents } = each;
    const counts = { texts: request.evalTexts, units: documents };
    const share = (of: Sampled) => shareEstimate(of, counts);
    const { source, target } = setup;
    const prompts = held.prompts.get(source) as Held;
    const alone = `names-${source}-none.safetensors`;
    const none = await measureNames(prepared, alone, prompts, labels, ALONE);
    const part = `names-${name}.safetensors`;
    const steered = await measureNames(prepared, part, prompts, labels, under);
    const sampledOf = (method: number) => {
      const [losses, setting] = method === 0 ? [none, 0] : [steered, method - 1];
      const said = identification(losses, setting, place(target), place(source));
      return {
        ...{ ce_first: each.meanOf(said.ce_first), ce_full: each.meanOf(said.ce_full) },
        accuracy_first: each.meanOf(said.accuracy_first),
        accuracy_full: each.meanOf(said.accuracy_full),
        says_source: each.meanOf(said.says_source),
        collateral: each.collateralOf(method),
      };
    };
    const first = sampledOf(0);
    for (const at of methods.keys()) {
      const own = at === 0 ? first : sampledOf(at);
      const over = (key: "ce_first" | "ce_full" | "collateral") =>
        told(lessSampled(own[key], first[key]));
      const shareOver = (key: "accuracy_first" | "accuracy_full") =>
        shareDifference(own[key], first[key], counts);
      cells.push({
        ...cellPlace(prepared, each, at),
        ...{ ce_first: told(own.ce_first), ce_full: told(own.ce_full) },
        ...{ accuracy_first: share(own.accuracy_first), accuracy_full: share(own.accuracy_full) },
        ...{ says_source: share(own.says_source), collateral: told(own.collateral) },
        over_none:
          at === 0
            ? null
            : {
                ...{ ce_first: over("ce_first"), ce_full: over("ce_full") },
                accuracy_first: shareOver("accuracy_first"),
                accuracy_full: shareOver("accuracy_full"),
                collateral: over("collateral"),
              },
      });
    }
    rows.push({ setup, methods: methods.map((method) => method.name), none, steered, costs });
  }
  onNews({ type: "phase", phase: "summing up" });
  const result: LidResult = {
    ...{
      ...steeringFacts(prepared, units.count, trainer),
      experiment: "steer-lid",
      prompt: identificationPrompt("{text}"),
    },
    ...{ candidates: candidatesOf(names, rows), metric, cells },
    gate_rates: await gateRatesOf(prepared, held.others, trainer),
  };
  return {
    ...{ result, rows: encodeLidRows(prepared.texts, labels, rows) },
    files: (await trainer.files()).set(USED_TEXTS, usedTexts(prepared)),
  };
}

/** Tokenises what is asked and what the side effects are measured on. */
async function hold(
  ready: Ready,
  names: readonly string[],
): Promise<{ prompts: Map<string, Held>; others: Map<string, Held> }> {
  const prompts = new Map<string, Held>();
  const follows = await longestName(ready, names);
  for (const [language, texts] of ready.texts.steered) {
    const name = `prompts:${language}`;
    const asked = texts.map(({ id, text }) => ({ id, text: identificationPrompt(text) }));
    prompts.set(language, { name, lengths: await tokenizePrompts(ready, name, asked, follows) });
  }
  return { prompts, others: await holdOthers(ready) };
}

/** The candidates; names with the same −log p of the first token behind every prompt begin with the same token. */
function candidatesOf(
  names: ReadonlyMap<string, string>,
  rows: readonly LidRow[],
): LidResult["candidates"] {
  const behind = rows[0]?.none.first[0] ?? [];
  const tokens = rows[0]?.none.tokens ?? [];
  const languages = [...names.keys()];
  return languages.map((language, at) => ({
    ...{ language, name: names.get(language) as string, tokens: tokens[at] ?? 0 },
    same_start: languages.filter(
      (_, other) => other !== at && behind.every((row) => row[other] === row[at]),
    ),
  }));
}

import { z } from "zod";
import type { EngineJobs } from "../../engine/engine-jobs.js";
import { Bootstrap, estimateOf } from "../../reduce/bootstrap.js";
import { GATED_CORPUS } from "../../runs/files.js";
import type { FinishedRun } from "../../runs/read.js";
import type { OpenExperiment } from "../ablation/ablate-run.js";
import { Estimate } from "../ablation/ablation-result.js";
import type { ExperimentNews } from "../ablation/measure.js";
import { GateTrainer, holdLearned } from "./learned-gates.js";
import { measureNames } from "./lid-measure.js";
import { labelOf } from "./names.js";
import { openPrepared, prepare, type TrainedOn, vectorMaker } from "./prepare.js";
import { type Follows, longestName, newTokens, tokenizePrompts } from "./prompt-lengths.js";
import { clipped, continuationPrompt, identificationPrompt } from "./prompts.js";
import { ALONE } from "./side-effects.js";
import { underSetup } from "./steered-setups.js";
import { SteeringFacts, steeringFacts } from "./steering-facts.js";
import type { Setup, SteeringRequest } from "./steering-request.js";
import { unitsOf } from "./steering-texts.js";
import { sampledMean } from "./summarise-lid.js";
import { USED_TEXTS, usedTexts } from "./used-texts.js";
import { written } from "./written.js";

/** `result.json` of `vscore steer baseline`, and what it prints with --json. */
export const BaselineResult = SteeringFacts.extend({
  experiment: z.literal("steer-baseline"),
  source: z.string(),
  target: z.string(),
  layer: z.int(),
  alpha: z.number(),
  max_new_tokens: z.int(),
  detector: z.string(),
  /** The text that is continued: its id, and what is asked. */
  text: z.string(),
  prompt: z.string(),
  /** As it is, with the vector everywhere, and gated; one layer each. */
  methods: z.array(
    z.strictObject({
      method: z.string(),
      continuation: z.string(),
      tokens: z.int(),
      /** As a FLORES+ code (null: none), and how sure the detector is. */
      label: z.string().nullable(),
      score: z.number(),
      /** −log p of the first token of the target's name behind the identification prompt, over all texts of the source; nats. */
      ce_first: Estimate,
    }),
  ),
});
export type BaselineResult = z.infer<typeof BaselineResult>;

/** Keeps a folder out of what people share. */
const IGNORE_ALL = "*\n";

/** Words by which a continuation's language is told. */
const WORDS_FOR_LID = 20;

/**
 * One text continued three times: by the model as it is, with the vector added behind one layer, and with it gated.
 *
 * @param request of one setup
 * @throws VscoreError (request) for languages, layers and texts that are not there
 */
export async function baseline(
  run: FinishedRun,
  request: SteeringRequest,
  maxNewTokens: number,
  trained: TrainedOn,
  jobs: EngineJobs,
  open: OpenExperiment,
  onNews: (news: ExperimentNews) => void,
): Promise<{ result: BaselineResult; files: Map<string, string> }> {
  const [setup] = request.setups as [Setup];
  const ready = await prepare(run, request, trained, jobs, onNews);
  const { source, target, layer, alpha } = setup;
  const own = ready.texts.steered.get(source) ?? [];
  const [first] = own as [(typeof own)[number]];
  const prompt = { id: first.id, text: continuationPrompt(first.text, labelOf(target)) };
  const asked = own.map(({ id, text }) => ({ id, text: identificationPrompt(text) }));
  const label = [labelOf(target)];
  const hold = async (name: string, prompts: readonly (typeof prompt)[], follows: Follows) => ({
    name,
    lengths: await tokenizePrompts(ready, name, prompts, follows),
  });
  const held = {
    prompt: await hold("prompt", [prompt], newTokens(maxNewTokens)),
    names: await hold("names", asked, await longestName(ready, label)),
  };
  const learned = await holdLearned(ready);
  const prepared = await openPrepared(ready, open, { maxNewTokens });
  const trainer = new GateTrainer(prepared, learned);
  const bank = await vectorMaker(prepared)(setup);
  const { methods, under } = await underSetup(prepared, setup, bank, trainer);
  onNews({ type: "phase", phase: `${source} into ${target}` });
  const all = { maxNewTokens };
  const rows = [
    ...(await written(prepared, "plain-one.json", held.prompt, all, ALONE)),
    ...(await written(prepared, "written-one.json", held.prompt, all, under)),
  ].map(([row]) => row as NonNullable<typeof row>);
  const losses = [
    ...(await measureNames(prepared, "names-none.safetensors", held.names, label, ALONE)).first,
    ...(await measureNames(prepared, "names.safetensors", held.names, label, under)).first,
  ];
  const { detected, detector } = await jobs.detect(
    rows.map(({ text }) => clipped(text, WORDS_FOR_LID)),
  );
  const units = unitsOf(prepared.texts);
  const bootstrap = new Bootstrap(units.count, request.seed);
  const result: BaselineResult = {
    ...{ ...steeringFacts(prepared, units.count, trainer), experiment: "steer-baseline" },
    ...{ source, target, layer, alpha, max_new_tokens: maxNewTokens, detector },
    ...{ text: first.id, prompt: prompt.text },
    methods: methods.map(({ name }, at) => {
      const { text, tokens } = rows[at] as NonNullable<(typeof rows)[number]>;
      const ce = (losses[at] ?? []).map((row) => row[0] as number);
      return {
        ...{ method: name, continuation: text, tokens: tokens.length },
        ...{ label: detected[at]?.code ?? null, score: detected[at]?.score ?? 0 },
        ce_first: estimateOf(sampledMean(ce, units.unitOf(own), bootstrap), units.count),
      };
    }),
  };
  const files = new Map([[USED_TEXTS, usedTexts(prepared)]]);
  // The prompt holds a text.
  if (prepared.texts.corpus === GATED_CORPUS) files.set(".gitignore", IGNORE_ALL);
  return { result, files };
}

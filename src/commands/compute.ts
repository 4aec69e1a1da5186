import { resolve } from "node:path";
import { computeHoldout, type Split } from "../compute/compute-holdout.js";
import { computeRun } from "../compute/compute-run.js";
import { checkCorpus } from "../compute/gather-texts.js";
import { type ResolvedConfig, readConfigFile, resolveConfig } from "../config/resolve.js";
import type { PartialConfig, RunConfig } from "../config/schema.js";
import { isLocalCorpus } from "../corpora/local-corpora.js";
import type { RayRequest } from "../engine/engine-jobs.js";
import { OneEngine } from "../engine/one-engine.js";
import { requestError } from "../errors.js";
import type { Part } from "../parts.js";
import { isFinishedPart } from "../runs/part-file.js";
import { openRun } from "../runs/read.js";
import { siteOf, wholeConfig } from "../runs/site.js";
import { topFeatures } from "../runs/top-features.js";
import { runArgument } from "../shell-word.js";
import { duration, showProgress } from "../views/progress.js";
import { askedPart, folderOfPart, tellPart } from "./compute-part.js";
import { describePlan } from "./compute-plan.js";
import { madeLines } from "./made-lines.js";
import { asJson, type Output } from "./output.js";
import { refuseDevice } from "./ray-options.js";

export interface ComputeOptions {
  flags: PartialConfig;
  config?: string | undefined;
  dryRun: boolean;
  json: boolean;
  resume: boolean;
  overwrite: boolean;
  /** Another split of the corpus, on which the features are looked at once more. */
  holdout?: Split | undefined;
  /** One part of the run, to be put together with the others later. */
  shard?: Part | undefined;
  /** Bytes of its device that it may take; else what there is. */
  maxMemory?: number | undefined;
  /** A Ray cluster whose workers have the model; null: this machine does. */
  ray?: RayRequest | null;
  stallTimeout: number;
  selfCheck: boolean;
}

/** `vscore compute`: makes a run, or says what it would do. */
export async function compute(
  options: ComputeOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const { config, given, part } = resolveRequest(options);
  const splitGiven = given.has("split");
  if (options.holdout !== undefined) refuseHoldout(config, splitGiven, options.holdout);
  const { json, maxMemory, ray = null } = options;
  if (ray !== null) refuseDevice(config, ray);
  if (options.dryRun)
    return describePlan(
      config,
      { part, splitGiven, resume: options.resume, maxMemory, ray, json },
      output,
    );
  const progress = showProgress({
    isTerminal: output.isTerminal,
    columns: output.columns,
    write: output.raw,
  });
  const { resume, overwrite, stallTimeout, selfCheck } = options;
  const engine = new OneEngine(stallTimeout);
  const common = { engine, signal, onNews: progress.news, ray };
  const request = {
    ...common,
    config,
    splitGiven,
    resume,
    overwrite,
    selfCheck,
    maxMemory: maxMemory ?? null,
  };
  if (part !== null) {
    const wasFinished = resume && isFinishedPart(config.out_dir);
    await computeRun({ ...request, part })
      .finally(() => engine.close())
      .finally(progress.stop);
    return tellPart(config.out_dir, wasFinished, options.json, output);
  }
  const { run, finished } = await computeRun(request)
    .then(async (run) => {
      const finished = openRun(resolve(run.folder));
      if (options.holdout === undefined) return { run, finished };
      await computeHoldout(finished, options.holdout, { ...common, overwrite: false });
      return { run, finished: openRun(resolve(run.folder)) };
    })
    .finally(() => engine.close())
    .finally(progress.stop);
  if (options.json) {
    output.data(
      asJson({
        schema_version: 1,
        run: run.folder,
        meta: finished.meta,
        top: topFeatures(finished, { topK: 5 }),
      }),
    );
    return;
  }
  if (run.meta === null) output.note(`${run.folder} was finished already; nothing was left to do.`);
  else output.note(`Finished in ${duration(run.meta.duration_s)}.`);
  output.result(madeLines(finished, output.room).join("\n"));
  output.result(
    `\nRun: ${run.folder}\n${nextCommands(runArgument(config.out_dir), finished.meta.languages).join("\n")}`,
  );
}

/** Held-out texts are others than those that rank. @throws VscoreError (request) before anything is computed */
function refuseHoldout(config: RunConfig, splitGiven: boolean, holdout: Split): void {
  const split = checkCorpus(config, splitGiven)?.split ?? null;
  const own = isLocalCorpus(config.corpus) ? split : config.split;
  if (own === null)
    throw requestError(
      `--holdout ${holdout}: ${config.corpus} has no splits. Expected a corpus with dev and devtest. Leave it out: the halves of the texts take turns then.`,
    );
  if (isLocalCorpus(config.corpus)) checkCorpus({ ...config, split: holdout }, true);
  if (own === holdout)
    throw requestError(
      `--holdout ${holdout}: the run ranks its features on that split. Expected the other one. Give it, or another --split.`,
    );
}

/** Flags over a config file; with --resume, over the config of the run that goes on. */
function resolveRequest(options: ComputeOptions): ResolvedConfig & { part: Part | null } {
  const base = options.config === undefined ? {} : readConfigFile(options.config);
  const named = options.flags.out_dir ?? base.out_dir;
  const part = askedPart(options, named);
  const folder = typeof named === "string" ? folderOfPart(named, options) : named;
  const { config, given } = resolveOver(base, folder, options);
  return { config: { ...config, out_dir: folderOfPart(config.out_dir, options) }, given, part };
}

/** @param base what a config file says @param folder where a run is that may go on */
function resolveOver(
  base: PartialConfig,
  folder: unknown,
  { flags, resume }: ComputeOptions,
): ResolvedConfig {
  if (
    resume &&
    typeof folder === "string" &&
    siteOf(folder) !== "free" &&
    siteOf(folder) !== "other"
  ) {
    const stored = wholeConfig(folder);
    if (stored === null && (flags.model ?? base.model) === undefined) {
      throw requestError(
        `${folder}/config.json is damaged, so what the run was asked for is not known. Give its options again beside --resume (--model …): what was finished is kept where it fits them.`,
      );
    }
    const { out_dir: _, ...begun } = stored ?? { out_dir: folder };
    const resolved = resolveConfig({ ...base, ...flags }, begun);
    // What the run already has was not asked for now; its split is null where the corpus has none.
    return { ...resolved, given: new Set(Object.keys({ ...base, ...flags })) };
  }
  return resolveConfig(flags, base);
}

function nextCommands(run: string, languages: readonly string[]): string[] {
  const some = languages.slice(0, Math.min(3, languages.length - 1));
  return [
    "Next:",
    `  npx vscore show ${run} --language ${languages[0]} --top-k 10`,
    `  npx vscore export csv ${run} --top-k 5`,
    some.length > 1
      ? `  npx vscore rescore ${run} --languages ${some.join(",")}`
      : "  npx vscore runs",
  ];
}

import { resolve } from "node:path";
import { nearestLanguages } from "../config/languages.js";
import { EngineJobs } from "../engine/engine-jobs.js";
import { findInterpreter } from "../engine/interpreter.js";
import { PythonEngine } from "../engine/python-engine.js";
import { requestError } from "../errors.js";
import type { Examples } from "../runs/examples-file.js";
import { RUN_FILES } from "../runs/files.js";
import type { Meta } from "../runs/meta.js";
import { type FinishedRun, openExamples, openSums } from "../runs/read.js";
import { encodeScores, encodeStatistics } from "../runs/score-files.js";
import { RunStore, siteOf, storedConfig } from "../runs/store.js";
import { scoreLayers } from "../scoring.js";
import { countsOf } from "./describe-run.js";

export interface RescoreRequest {
  run: FinishedRun;
  languages: readonly string[];
  outDir: string;
  overwrite: boolean;
  signal: AbortSignal;
}

/**
 * A new run over some of a run's languages, re-reduced from its sums: no model is loaded. Over all of its languages the
 * scores are the same bytes.
 */
export async function rescoreRun({
  run,
  languages,
  outDir,
  overwrite,
  signal,
}: RescoreRequest): Promise<Meta> {
  const started = new Date();
  refuseLanguages(run, languages);
  const site = siteOf(outDir);
  if (resolve(outDir) === resolve(run.folder))
    throw requestError("--out-dir is the run itself. Choose another folder.");
  if (site === "other")
    throw requestError(
      `--out-dir ${outDir} holds files that are not a run. Choose another folder.`,
    );
  if (site !== "free" && !overwrite)
    throw requestError(
      `--out-dir ${outDir} holds a run. Replace it with --overwrite, or choose another folder.`,
    );
  const sums = languages.map((language) => openSums(run, language));
  const config = { ...storedConfig(run.folder), languages: [...languages], out_dir: outDir };
  const { statistics, rankings } = scoreLayers(sums, config.layers, config);
  const engine = await PythonEngine.start(await findInterpreter());
  let store: RunStore | undefined;
  try {
    store = await RunStore.create(outDir, config);
    const scores = store.path(RUN_FILES.scores);
    await engine.logTo(store.path(RUN_FILES.engineLog));
    const jobs = new EngineJobs(engine, signal, () => undefined);
    for (const language of sums) await store.writeSums(language);
    await store.write(RUN_FILES.statistics, encodeStatistics(statistics));
    await store.write(RUN_FILES.scores, encodeScores(rankings));
    await store.writeBy(RUN_FILES.torchScores, (aside) =>
      jobs.writeTorch(scores, aside, config.layers),
    );
    const examples = openExamples(run);
    if (examples !== null)
      await store.write(
        RUN_FILES.examples,
        `${JSON.stringify(withinLanguages(examples, languages))}\n`,
      );
    const finished = new Date();
    const meta: Meta = {
      ...run.meta,
      languages: [...languages],
      ...countsOf(sums, new Map(Object.entries(run.meta.texts_truncated))),
      started: started.toISOString(),
      finished: finished.toISOString(),
      duration_s: (finished.getTime() - started.getTime()) / 1000,
      resumed: 0,
      rescored_from: run.name,
    };
    await store.finish(meta);
    return meta;
  } catch (error) {
    await store?.discard();
    throw error;
  } finally {
    await engine.close();
    await store?.release();
  }
}

/** The contexts that are in these languages, of the features that have any left. */
function withinLanguages(examples: Examples, languages: readonly string[]): Examples {
  const features = examples.features
    .map((feature) => ({
      ...feature,
      contexts: feature.contexts.filter(({ language }) => languages.includes(language)),
    }))
    .filter(({ contexts }) => contexts.length > 0);
  return { ...examples, features };
}

function refuseLanguages(run: FinishedRun, languages: readonly string[]): void {
  const known = run.meta.languages;
  for (const [at, language] of languages.entries()) {
    if (languages.indexOf(language) !== at)
      throw requestError(`--languages: ${language} is there twice. Name each language once.`);
    if (known.includes(language)) continue;
    const near = nearestLanguages(language, known);
    const hint =
      near.length > 0 ? `Did you mean ${near.join(" or ")}?` : `It has: ${known.join(", ")}.`;
    throw requestError(`--languages: the run ${run.name} has no ${language}. ${hint}`);
  }
  if (languages.length < 2)
    throw requestError(
      `--languages: found ${languages.length}, expected at least 2: a v-score compares one with the others.`,
    );
}

import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { nearestLanguages } from "../config/languages.js";
import { EngineJobs } from "../engine/engine-jobs.js";
import { findInterpreter } from "../engine/interpreter.js";
import { PythonEngine } from "../engine/python-engine.js";
import { requestError } from "../errors.js";
import { bestFeatures } from "../reduce/examples.js";
import type { Ranking } from "../reduce/v-score.js";
import type { Examples } from "../runs/examples-file.js";
import { fidelityText, ofLanguages } from "../runs/fidelity-file.js";
import { INNER_RUNS, RUN_FILES } from "../runs/files.js";
import type { Meta } from "../runs/meta.js";
import { type FinishedRun, openExamples, openSums, openWithoutHoldout } from "../runs/read.js";
import { configOfRun } from "../runs/run-config.js";
import { type Site, siteOf } from "../runs/site.js";
import { RunStore } from "../runs/store.js";
import { countsOf } from "./describe-run.js";
import { writeEvidence, writeScores } from "./write-scores.js";

export interface RescoreRequest {
  run: FinishedRun;
  languages: readonly string[];
  outDir: string;
  overwrite: boolean;
  signal: AbortSignal;
}

/**
 * A new run over some of a run's languages, re-reduced from its sums: no model is loaded. Over all of its languages the
 * scores are the same bytes. What the run keeps of held-out texts, and its controls, are re-reduced with it.
 */
export async function rescoreRun({
  run,
  languages,
  outDir,
  overwrite,
  signal,
}: RescoreRequest): Promise<Meta> {
  refuseLanguages(run, languages);
  const site = siteOf(outDir);
  if (existsSync(outDir) && realpathSync(outDir) === realpathSync(run.folder))
    throw requestError("--out-dir is the run itself. Choose another folder.");
  if (site === "other")
    throw requestError(
      `--out-dir ${outDir} holds files that are not a run. Choose another folder.`,
    );
  if (site !== "free" && !overwrite)
    throw requestError(
      `--out-dir ${outDir} holds a run. Replace it with --overwrite, or choose another folder.`,
    );
  // Before anything is begun: one that is damaged is no reason to leave half of a run.
  const inner = innerRuns(run);
  const engine = await PythonEngine.start(await findInterpreter());
  try {
    const jobs = new EngineJobs(engine, signal, () => undefined);
    return await rescoreInto(outDir, { run, languages, site, inner }, engine, jobs);
  } finally {
    await engine.close();
  }
}

/** The finished runs that a run keeps, by their place in its folder. */
const innerRuns = (run: FinishedRun): [place: string, FinishedRun][] =>
  INNER_RUNS.filter((place) => existsSync(join(run.folder, place, RUN_FILES.meta))).map((place) => [
    place,
    openWithoutHoldout(join(run.folder, place)),
  ]);

interface Rescored {
  run: FinishedRun;
  languages: readonly string[];
  site: Site;
  inner: readonly [place: string, FinishedRun][];
}

async function rescoreInto(
  outDir: string,
  { run, languages, site, inner }: Rescored,
  engine: PythonEngine,
  jobs: EngineJobs,
): Promise<Meta> {
  const started = new Date();
  const sums = languages.map((language) => openSums(run, language));
  const config = { ...configOfRun(run), languages: [...languages], out_dir: outDir };
  let store: RunStore | undefined;
  try {
    store = await RunStore.create(outDir, config, site);
    await engine.logTo(store.path(RUN_FILES.engineLog));
    for (const language of sums) await store.writeSums(language);
    const { layers, pool, threads } = config;
    const of = { layers, pool, threads, sharesIds: run.meta.shares_ids };
    const scored = await writeScores(sums, of, store, jobs);
    await writeEvidence(sums, of, scored, store, jobs.signal);
    const best = new Map(
      layers.map((layer) => [layer, bestFeatures(scored.rankings.get(layer) as Ranking)]),
    );
    if (run.fidelity !== null)
      await store.write(RUN_FILES.fidelity, fidelityText(ofLanguages(run.fidelity, languages)));
    const examples = openExamples(run);
    const kept = examples === null ? null : stillAmongBest(examples, languages, best);
    if (kept !== null) await store.write(RUN_FILES.examples, `${JSON.stringify(kept)}\n`);
    for (const [place, within] of inner) {
      // Where it is from is told from the outermost run on.
      const named = { ...within, name: `${run.name}/${place}` };
      const request: Rescored = { run: named, languages, site: "free", inner: [] };
      await rescoreInto(join(outDir, place), request, engine, jobs);
    }
    const finished = new Date();
    const meta: Meta = {
      ...run.meta,
      languages: [...languages],
      ...countsOf(sums, new Map(Object.entries(run.meta.texts_truncated))),
      started: started.toISOString(),
      finished: finished.toISOString(),
      seconds: {},
      duration_s: (finished.getTime() - started.getTime()) / 1000,
      resumed: 0,
      rescored_from: run.name,
      merged_from: null,
      warnings: [...run.meta.warnings, ...lackingExamples(kept, best)],
    };
    await store.finish(meta);
    return meta;
  } catch (error) {
    await store?.discard();
    throw error;
  } finally {
    await store?.release();
  }
}

/** What is left of the contexts: those in these languages, of the features that are among the best of the new ranking. */
function stillAmongBest(
  examples: Examples,
  languages: readonly string[],
  best: ReadonlyMap<number, ReadonlySet<number>>,
): Examples {
  const features = examples.features
    .filter(({ layer, feature }) => best.get(layer)?.has(feature))
    .map(({ contexts, ...feature }) => ({
      ...feature,
      contexts: contexts.filter(({ language }) => languages.includes(language)),
    }))
    .filter(({ contexts }) => contexts.length > 0);
  return { ...examples, features };
}

/** Contexts need the model; those of features that only now are among the best are not to be had here. */
function lackingExamples(
  kept: Examples | null,
  best: ReadonlyMap<number, ReadonlySet<number>>,
): string[] {
  const wanted = [...best.values()].reduce((sum, { size }) => sum + size, 0);
  const found = kept?.features.length ?? 0;
  if (found === wanted) return [];
  return [
    `examples.json has contexts for ${found} of the ${wanted} top features: those of the run that was rescored`,
  ];
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

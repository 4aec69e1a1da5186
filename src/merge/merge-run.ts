import { realpathSync } from "node:fs";
import { basename, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { examplesOf } from "../compute/collect-examples.js";
import { describeRun } from "../compute/describe-run.js";
import { keptExamples } from "../compute/kept-examples.js";
import { siteWords } from "../compute/part-site.js";
import { ProgressMeter } from "../compute/progress-meter.js";
import { writeEvidence, writeScores } from "../compute/write-scores.js";
import { differingKeys } from "../config/differing-keys.js";
import type { RunConfig } from "../config/schema.js";
import { EngineJobs } from "../engine/engine-jobs.js";
import { OneEngine } from "../engine/one-engine.js";
import { requestError } from "../errors.js";
import { refuseUnwritable } from "../runs/atomic-write.js";
import { type Fidelity, fidelityText } from "../runs/fidelity-file.js";
import { RUN_FILES } from "../runs/files.js";
import type { Meta, RunNews } from "../runs/meta.js";
import { openRun } from "../runs/read.js";
import { type Site, siteOf, storedConfig } from "../runs/site.js";
import { RunStore } from "../runs/store.js";
import type { LanguageSums } from "../runs/sums-file.js";
import { silenceWarnings } from "../scoring.js";
import type { PartSet } from "./part-set.js";
import { type ReadAnew, readAnew } from "./read-anew.js";
import { fidelityOf, languageOf, strongestOf } from "./stored-parts.js";

export interface MergeRequest {
  parts: PartSet;
  outDir: string;
  overwrite: boolean;
  /** Whether a run that these parts made already is left alone. */
  resume: boolean;
  /** Whether to read the texts once more, to show those in which features are strongest. */
  examples: boolean;
  stallTimeout?: number;
  signal: AbortSignal;
  onNews: (news: RunNews) => void;
}

/**
 * The run that its parts make: to the byte that of one process, but for times and for what says that it was put together.
 *
 * @returns null where they made it already @throws VscoreError; then there is nothing of it
 */
export async function mergeRun(request: MergeRequest): Promise<Meta | null> {
  const { parts, outDir, signal } = request;
  const site = siteOf(outDir);
  if (request.resume && site === "finished") {
    if (isMadeOf(outDir, parts)) return null;
    throw requestError(
      `--resume: ${outDir} holds a run that was not made of these parts as they are now. Replace it with --overwrite, or choose another --out-dir.`,
    );
  }
  refuseSite(request, site);
  refuseUnwritable(outDir);
  const config: RunConfig = { ...parts[0].config, out_dir: outDir };
  // Before anything is begun, and one at a time: those of many languages do not fit in memory.
  for (const language of config.languages) {
    const sums = languageOf(parts, language);
    if (request.examples) strongestOf(parts, sums);
  }
  const fidelities = parts.map((part) => fidelityOf(part, config));
  const engines = new OneEngine(request.stallTimeout);
  try {
    const engine = await engines.start();
    const meter = new ProgressMeter(request.onNews);
    const jobs = new EngineJobs(engine, signal, (progress) => meter.engineProgress(progress));
    const anew = request.examples ? await readAnew(parts, config, jobs, request.onNews) : null;
    const store = await RunStore.create(outDir, config, site);
    try {
      await engine.logTo(store.path(RUN_FILES.engineLog));
      const of = { config, fidelities, anew };
      return await new Merging(request, store, jobs).complete(of);
    } catch (error) {
      await store.discard();
      throw error;
    } finally {
      await store.release();
    }
  } finally {
    await engines.close();
  }
}

interface Merged {
  config: RunConfig;
  /** By part. */
  fidelities: readonly (Fidelity | null)[];
  anew: ReadAnew | null;
}

class Merging {
  private readonly warnings = new Set<string>();
  private readonly started = performance.now();

  constructor(
    private readonly request: MergeRequest,
    private readonly store: RunStore,
    private readonly jobs: EngineJobs,
  ) {}

  async complete({ config, fidelities, anew }: Merged): Promise<Meta> {
    const { store, jobs } = this;
    const { parts } = this.request;
    const all = parts.map(({ finished }) => finished);
    const { loaded, corpus_revision, shares_ids, ...facts } = parts[0].finished;
    await this.tell({ type: "started", pid: process.pid, resumed: false });
    const { revision: model_revision } = loaded.model;
    await this.tell({ type: "loaded", model_revision, corpus_revision });
    const work = {
      texts: sumOf(all, ({ texts }) => texts),
      tokens: sumOf(all, ({ tokens }) => tokens),
    };
    await this.tell({ type: "planned", languages: config.languages.length, ...work });
    for (const warning of all.flatMap(({ warnings }) => warnings)) await this.warn(warning);
    for (const warning of partWarnings(parts, fidelities)) await this.warn(warning);
    const [fidelity] = fidelities;
    if (fidelity) await store.write(RUN_FILES.fidelity, fidelityText(fidelity));
    await this.tell({ type: "phase", phase: `putting ${parts.length} parts together` });
    const languages: LanguageSums[] = [];
    for (const language of config.languages) {
      languages.push(await store.fileSums(languageOf(parts, language)));
      await store.append({ type: "language_finished", language, kept: true });
    }
    await this.tell({ type: "phase", phase: "scoring" });
    const { layers, pool, threads } = config;
    const of = { layers, pool, threads, sharesIds: shares_ids };
    const scored = await writeScores(languages, of, store, jobs);
    for (const warning of silenceWarnings(scored.silent)) await this.warn(warning);
    await writeEvidence(languages, of, scored, store, jobs.signal, (layer) =>
      this.tell({ type: "phase", phase: `testing layer ${layer}` }),
    );
    if (anew === null)
      await this.warn(
        "no examples.json: merged with --no-examples (npx vscore feature RUN LAYER:FEATURE --contexts reads a feature's)",
      );
    else {
      await this.tell({ type: "phase", phase: "collecting examples" });
      const examples = await keptExamples(
        config,
        examplesOf(layers, scored.rankings, languages),
        languages,
        anew.texts,
        jobs,
        (sums) => strongestOf(parts, sums),
      );
      await store.write(RUN_FILES.examples, `${JSON.stringify(examples)}\n`);
    }
    const meta = describeRun({
      ...{ config, loaded, languages, corpusRevision: corpus_revision, sharesIds: shares_ids },
      truncated: new Map(Object.entries(facts.texts_truncated)),
      ...{ lettersChanged: facts.letters_changed, wordsMoved: facts.words_moved },
      precision: facts.precision,
      cluster: null,
      batchTokens: Math.min(...all.map(({ batch_tokens }) => batch_tokens)),
      started: new Date(Math.min(...all.map(({ started }) => Date.parse(started)))),
      finished: new Date(),
      seconds:
        sumOf(all, ({ duration_s }) => duration_s) + (performance.now() - this.started) / 1000,
      secondsByPart: secondsOf(all.map(({ seconds }) => seconds)),
      resumed: sumOf(all, ({ resumed }) => resumed),
      mergedFrom: parts.map(({ folder }) => basename(folder)),
      warnings: [...this.warnings],
    });
    await this.tell({ type: "finished", duration_s: meta.duration_s });
    await store.finish(meta);
    return meta;
  }

  private async tell(news: RunNews): Promise<void> {
    await this.store.append(news);
    this.request.onNews(news);
  }

  private async warn(message: string): Promise<void> {
    if (this.warnings.has(message)) return;
    this.warnings.add(message);
    await this.tell({ type: "warning", message });
  }
}

/** What all parts together spent their time on. */
function secondsOf(parts: readonly Record<string, number>[]): Record<string, number> {
  const spent: Record<string, number> = {};
  for (const [part, seconds] of parts.flatMap((each) => Object.entries(each)))
    spent[part] = Math.round(((spent[part] ?? 0) + seconds) * 1000) / 1000;
  return spent;
}

function sumOf<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((sum, value) => sum + of(value), 0);
}

/** What a reader must know of parts that went differently. */
export function partWarnings(parts: PartSet, fidelities: readonly (Fidelity | null)[]): string[] {
  const budgets = new Map<number, number[]>();
  for (const { shard, finished } of parts)
    budgets.set(finished.batch_tokens, [...(budgets.get(finished.batch_tokens) ?? []), shard.part]);
  const texts = fidelities.map((fidelity) => (fidelity === null ? "" : fidelityText(fidelity)));
  const others = parts.filter((_, at) => texts[at] !== texts[0]).map(({ shard }) => shard.part);
  return [
    ...(budgets.size > 1
      ? [
          `parts of the run ran out of memory, so their last digits may be others than those of a run in one piece: ${[...budgets].map(([budget, those]) => `${those.length === 1 ? "part" : "parts"} ${those.join(", ")} in batches of up to ${budget} tokens`).join("; ")}`,
        ]
      : []),
    ...(others.length > 0
      ? [
          `how well the dictionaries rebuild the languages came out otherwise in ${others.length === 1 ? "part" : "parts"} ${others.join(", ")} than in part 1, whose numbers these are`,
        ]
      : []),
  ];
}

/** Whether a finished run is what its parts, as they are now, were put together to. */
function isMadeOf(outDir: string, parts: PartSet): boolean {
  const { meta } = openRun(resolve(outDir));
  const last = Math.max(...parts.map(({ finished }) => Date.parse(finished.finished)));
  return (
    isDeepStrictEqual(
      meta.merged_from,
      parts.map(({ folder }) => basename(folder)),
    ) &&
    differingKeys(storedConfig(outDir), parts[0].config, ["out_dir"]).length === 0 &&
    last <= Date.parse(meta.finished)
  );
}

function refuseSite({ parts, outDir, overwrite }: MergeRequest, site: Site): void {
  if (site === "free") return;
  if (site === "other")
    throw requestError(
      `--out-dir ${outDir} holds files that are not a run. Choose another folder; nothing was changed.`,
    );
  const own = parts.find(({ folder }) => realpathSync(folder) === realpathSync(outDir));
  if (own !== undefined)
    throw requestError(`--out-dir ${outDir} is one of the parts. Choose another folder.`);
  if (!overwrite)
    throw requestError(
      `--out-dir ${outDir} holds ${siteWords(site, outDir)}. ${site === "finished" ? "If these parts made it, leave it alone with --resume; replace" : "Replace"} it with --overwrite, or choose another --out-dir.`,
    );
}

import type { RunConfig } from "../config/schema.js";
import type { AheadShard, Cluster, EngineJobs, Loaded } from "../engine/engine-jobs.js";
import { type CorpusText, shortHash } from "../plan.js";
import { storedEvents } from "../runs/events.js";
import { fidelityText, notRebuiltWarnings } from "../runs/fidelity-file.js";
import { RUN_FILES } from "../runs/files.js";
import type { Meta, RunEvent, RunNews } from "../runs/meta.js";
import type { RunStore } from "../runs/store.js";
import type { LanguageSums, Provenance, TextFact } from "../runs/sums-file.js";
import { silenceWarnings } from "../scoring.js";
import type { CheckedFidelity } from "./checked-fidelity.js";
import type { CheckedPrecision } from "./checked-precision.js";
import { examplesOf } from "./collect-examples.js";
import { type ControlledTexts, controlProvenance } from "./control-texts.js";
import { describeRun } from "./describe-run.js";
import {
  batchesOf,
  type ExtractNews,
  type ExtractRequest,
  extractLanguage,
  type SumsShelf,
} from "./extract-language.js";
import type { GatheredTexts } from "./gather-texts.js";
import { lastCluster } from "./gather-workers.js";
import { keptExamples } from "./kept-examples.js";
import type { PhaseClock } from "./phase-clock.js";
import type { ProgressMeter } from "./progress-meter.js";
import { provenanceOf, refuseOtherProvenance } from "./provenance.js";
import { randomiseDictionaries } from "./randomise-dictionaries.js";
import { type TokenizedLanguage, textWarnings } from "./tokenize-texts.js";
import { writeEvidence, writeScores } from "./write-scores.js";

/** What a run is completed from: its folder is open and its texts are with the engine. */
export interface RunParts {
  config: RunConfig;
  store: RunStore;
  jobs: EngineJobs;
  loaded: Loaded;
  gathered: GatheredTexts;
  /** The gathered texts as the run's control has them read. */
  read: ControlledTexts;
  tokenized: ReadonlyMap<string, TokenizedLanguage>;
  /** How well the dictionaries rebuild the languages; null where they are to be random ones. */
  checked: CheckedFidelity | null;
  /** How far its precision is from float32; null where it is float32. */
  precision: CheckedPrecision | null;
  /** Whose workers have the model; null where it is this machine. */
  cluster: Cluster | null;
  meter: ProgressMeter;
  clock: PhaseClock;
  onNews: (news: RunNews) => void;
  started: Date;
  /** The same moment on a clock that does not jump (`performance.now()`). */
  startedAt: number;
}

/** A run under way: language after language, then scores, examples, `meta.json`. */
export class OpenRun {
  protected readonly warnings = new Set<string>();
  protected budget: number;

  constructor(protected readonly parts: RunParts) {
    this.budget = parts.config.batch_tokens;
  }

  /** What it has to read. */
  protected work(): { languages: number; texts: number; tokens: number } {
    const tokenized = [...this.parts.tokenized.values()];
    const texts = tokenized.reduce((sum, { tokens }) => sum + tokens.length, 0);
    const tokens = tokenized.reduce((sum, { tokens }) => sum + total(tokens), 0);
    return { languages: this.parts.config.languages.length, texts, tokens };
  }

  /** Tells what it is about to do. @returns what was told before it was interrupted, if it was */
  protected async begin(resumed: boolean): Promise<RunEvent[]> {
    const earlier = storedEvents(this.parts.store.folder);
    // After an out-of-memory halving the run keeps to the smaller budget, also when it is taken up again.
    for (const event of earlier)
      if (event.type === "batch_tokens_halved") this.budget = event.batch_tokens;
    const work = this.work();
    await this.tell({ type: "started", pid: process.pid, resumed });
    const { cluster } = this.parts;
    if (cluster !== null) await this.tell({ type: "workers_ready", ...cluster });
    await this.tell({
      type: "loaded",
      model_revision: this.parts.loaded.model.revision,
      corpus_revision: this.parts.gathered.revision,
    });
    await this.tell({ type: "planned", ...work });
    const known = textWarnings(this.parts.tokenized, this.parts.loaded.model.max_positions);
    const { loaded, gathered, checked, precision, store } = this.parts;
    if (precision !== null) {
      const { revision: corpus_revision } = gathered;
      const of = { corpus_revision, device_name: loaded.device_name };
      const { precision: found, dtype } = precision;
      await this.tell({ type: "precision_checked", ...of, precision: found, dtype });
    }
    if (checked !== null) await store.write(RUN_FILES.fidelity, fidelityText(checked.fidelity));
    const misfits =
      checked === null ? [] : [...notRebuiltWarnings(checked.fidelity), ...checked.misfits];
    const rounded = precision?.warnings ?? [];
    for (const warning of [
      ...[...loaded.warnings, ...gathered.warnings, ...known],
      ...[...rounded, ...misfits],
    ])
      await this.warn(warning);
    // What was told before the run was interrupted holds of its result too.
    for (const event of earlier) if (event.type === "warning") this.warnings.add(event.message);
    this.parts.meter.begin(work.texts, work.tokens, (news) => this.parts.store.append(news));
    if (this.parts.config.control === "random-dictionary") await this.randomise();
    return earlier;
  }

  async complete(resumed: boolean): Promise<Meta> {
    const earlier = await this.begin(resumed);
    const languages: LanguageSums[] = [];
    for (const language of this.parts.config.languages)
      languages.push(await this.language(language));

    await this.tell({ type: "phase", phase: "scoring" });
    const { config, jobs, store } = this.parts;
    const { layers, pool, threads } = config;
    const of = { layers, pool, threads, sharesIds: this.parts.gathered.sharesIds };
    const scored = await writeScores(languages, of, store, jobs);
    for (const warning of silenceWarnings(scored.silent)) await this.warn(warning);
    await writeEvidence(languages, of, scored, store, jobs.signal, (layer) =>
      this.tell({ type: "phase", phase: `testing layer ${layer}` }),
    );
    this.parts.clock.end("score");
    await this.tell({ type: "phase", phase: "collecting examples" });
    const examples = await keptExamples(
      config,
      examplesOf(layers, scored.rankings, languages),
      languages,
      this.parts.read.languages,
      jobs,
      (sums) => [store.keptStrongest(sums)],
    );
    await store.write(RUN_FILES.examples, `${JSON.stringify(examples)}\n`);
    this.parts.clock.end("examples");

    const meta = describeRun({
      config: this.parts.config,
      loaded: this.parts.loaded,
      languages,
      corpusRevision: this.parts.gathered.revision,
      sharesIds: this.parts.gathered.sharesIds,
      truncated: new Map(
        [...this.parts.tokenized].map(([code, { truncated }]) => [code, truncated]),
      ),
      lettersChanged: this.parts.read.lettersChanged,
      wordsMoved: this.parts.read.wordsMoved,
      precision: this.parts.precision?.precision ?? null,
      batchTokens: this.budget,
      cluster: this.parts.cluster ?? lastCluster(earlier),
      ...this.times(earlier),
      secondsByPart: this.parts.clock.seconds(),
      warnings: [...this.warnings],
    });
    await this.tell({ type: "finished", duration_s: meta.duration_s });
    await this.parts.store.finish(meta);
    return meta;
  }

  /** When it was begun, when it ended, and how long it was at work, over all attempts. */
  protected times(earlier: readonly RunEvent[]) {
    const begun = earlier.find((event) => event.type === "started");
    return {
      started: begun === undefined ? this.parts.started : new Date(begun.at),
      finished: new Date(),
      seconds: activeSeconds(earlier) + (performance.now() - this.parts.startedAt) / 1000,
      resumed: earlier.filter((event) => event.type === "started").length,
    };
  }

  private async randomise(): Promise<void> {
    const { config, tokenized, jobs } = this.parts;
    await this.tell({ type: "phase", phase: "calibrating random dictionaries" });
    const halved = (budget: number) =>
      this.warn(`out of memory: batches of the calibration are of ${budget} tokens at most`);
    await this.warn(await randomiseDictionaries(config, tokenized, jobs, halved));
  }

  /** A language's texts, and what decides the bytes of their sums. */
  protected madeOf(language: string): { texts: TextFact[]; provenance: Provenance } {
    const texts = (this.parts.gathered.languages.get(language) ?? []).map(textFacts);
    const { config, gathered, read } = this.parts;
    const ofControl = controlProvenance(config, language, gathered.languages, read.languages);
    return { texts, provenance: provenanceOf(config, this.parts.loaded, texts, ofControl) };
  }

  /** One language's sums: those that are there already, if they were made alike, else new ones. */
  private async language(language: string): Promise<LanguageSums> {
    const { texts, provenance } = this.madeOf(language);
    const { tokens, counted: expected } = this.parts.tokenized.get(language) as TokenizedLanguage;
    const kept = this.parts.store.readSums(language);
    if (kept !== undefined) {
      refuseOtherProvenance(kept, provenance, this.parts.store.folder);
      // Without what its examples need, a language is not finished.
      if (this.parts.store.readStrongest({ language, provenance }) !== undefined) {
        await this.keep(language, texts.length, total(tokens));
        return kept;
      }
    }
    const { store, jobs, clock, meter } = this.parts;
    meter.beginLanguage(language);
    const shelf = await store.beginTexts(language);
    try {
      const request = this.extraction(language, tokens, shelf);
      const found = await extractLanguage(request, jobs, this.news(language));
      const { layers, strongest, counted, budget } = found;
      this.budget = budget;
      refuseOddCounts(language, counted, expected, [...tokens.keys()]);
      clock.end("extract");
      await store.writeStrongest({ language, provenance }, strongest);
      const made = { language, provenance, texts, counted, tokens, layers };
      const sums = await store.fileSums(made, () => shelf.clear());
      clock.end("write");
      meter.endLanguage();
      await this.tell({ type: "language_finished", language, kept: false });
      return sums;
    } finally {
      shelf.close();
    }
  }

  protected extraction(language: string, tokens: Uint32Array, shelf: SumsShelf): ExtractRequest {
    const widths = new Map(
      this.parts.loaded.dictionaries.map(({ layer, d_sae }) => [layer, d_sae]),
    );
    const ahead = (budget: number) => this.ahead(language, budget);
    const { config } = this.parts;
    return { config, language, tokens, widths, budget: this.budget, shelf, ahead };
  }

  /** Which of a language's texts it reads. */
  protected textsIn(language: string): number[] {
    return [...(this.parts.tokenized.get(language)?.tokens.keys() ?? [])];
  }

  /** Batches of the languages after one, so many that no worker waits for the last batch of another. */
  private ahead(language: string, budget: number): AheadShard[] {
    const { config, cluster, store, tokenized } = this.parts;
    const most = 2 * (cluster?.workers ?? 0);
    const found: AheadShard[] = [];
    for (const later of config.languages.slice(config.languages.indexOf(language) + 1)) {
      if (found.length >= most) break;
      const { tokens } = tokenized.get(later) as TokenizedLanguage;
      if (store.hasSums(later)) continue;
      const batches = batchesOf(this.textsIn(later), tokens, budget);
      found.push(...batches.map((batch) => ({ ...batch, language: later })));
    }
    return found.slice(0, most);
  }

  /** What an extraction tells. */
  protected news(language: string): ExtractNews {
    return {
      onBatch: (texts, tokens) => this.parts.meter.advance(texts, tokens, { kept: false }),
      onSeconds: (part, seconds) => this.parts.clock.add(part, seconds),
      onHalved: async (budget) => {
        this.parts.meter.restartLanguage();
        await this.halved(language, budget);
      },
    };
  }

  /** Tells that a language was there already. */
  protected async keep(language: string, texts: number, tokens: number): Promise<void> {
    this.parts.meter.beginLanguage(language);
    this.parts.meter.advance(texts, tokens, { kept: true });
    this.parts.meter.endLanguage();
    await this.tell({ type: "language_finished", language, kept: true });
  }

  protected async tell(news: RunNews): Promise<void> {
    await this.parts.meter.settle();
    await this.parts.store.append(news);
    this.parts.onNews(news);
  }

  private async halved(language: string, batch_tokens: number): Promise<void> {
    await this.tell({ type: "batch_tokens_halved", language, batch_tokens });
    await this.warn(`out of memory: the token budget of a batch is now ${batch_tokens}`);
  }

  private async warn(message: string): Promise<void> {
    this.warnings.add(message);
    await this.tell({ type: "warning", message });
  }
}

/** What a run's sums say of a text. */
export const textFacts = ({ id, text, document }: CorpusText): TextFact => ({
  ...{ id, sha256: shortHash(text) },
  ...(document === undefined ? {} : { document }),
});

export const total = (counts: Uint32Array): number => counts.reduce((sum, n) => sum + n, 0);

/** @throws Error where a text has come with other tokens than it was tokenised into */
export function refuseOddCounts(
  language: string,
  counted: Uint32Array,
  expected: Uint32Array,
  texts: readonly number[],
): void {
  const odd = texts.find((text) => counted[text] !== expected[text]);
  if (odd === undefined) return;
  throw new Error(
    `text ${odd} of ${language}: ${counted[odd]} tokens counted, ${expected[odd]} expected from its tokenization`,
  );
}

/** How long the attempts so far took, the time between them left out. */
export function activeSeconds(events: readonly RunEvent[]): number {
  let seconds = 0;
  let last: number | undefined;
  for (const event of events) {
    const at = Date.parse(event.at);
    // A clock that was set back takes nothing away.
    if (last !== undefined && event.type !== "started") seconds += Math.max(0, at - last) / 1000;
    if (last !== undefined || event.type === "started") last = at;
  }
  return seconds;
}

import type { RunConfig } from "../config/schema.js";
import type { EngineJobs, Loaded } from "../engine/engine-jobs.js";
import { shortHash } from "../plan.js";
import { bestFeatures, chooseExamples } from "../reduce/examples.js";
import type { Ranking } from "../reduce/v-score.js";
import { storedEvents } from "../runs/events.js";
import { fidelityText, notRebuiltWarnings } from "../runs/fidelity-file.js";
import { RUN_FILES } from "../runs/files.js";
import type { Meta, RunEvent, RunNews } from "../runs/meta.js";
import type { RunStore } from "../runs/store.js";
import type { LanguageSums } from "../runs/sums-file.js";
import type { CheckedFidelity } from "./checked-fidelity.js";
import { collectExamples } from "./collect-examples.js";
import { type ControlledTexts, controlProvenance } from "./control-texts.js";
import { describeRun } from "./describe-run.js";
import { extractLanguage } from "./extract-language.js";
import type { GatheredTexts } from "./gather-texts.js";
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
  meter: ProgressMeter;
  onNews: (news: RunNews) => void;
  started: Date;
  /** The same moment on a clock that does not jump (`performance.now()`). */
  startedAt: number;
}

/** A run under way: language after language, then scores, examples, `meta.json`. */
export class OpenRun {
  private readonly warnings = new Set<string>();
  private budget: number;

  constructor(private readonly parts: RunParts) {
    this.budget = parts.config.batch_tokens;
  }

  async complete(resumed: boolean): Promise<Meta> {
    const earlier = storedEvents(this.parts.store.folder);
    // After an out-of-memory halving the run keeps to the smaller budget, also when it is taken up again.
    for (const event of earlier)
      if (event.type === "batch_tokens_halved") this.budget = event.batch_tokens;
    const tokenized = [...this.parts.tokenized.values()];
    const texts = tokenized.reduce((sum, { tokens }) => sum + tokens.length, 0);
    const tokens = tokenized.reduce((sum, { tokens }) => sum + total(tokens), 0);
    await this.tell({ type: "started", pid: process.pid, resumed });
    await this.tell({
      type: "loaded",
      model_revision: this.parts.loaded.model.revision,
      corpus_revision: this.parts.gathered.revision,
    });
    await this.tell({
      type: "planned",
      languages: this.parts.config.languages.length,
      texts,
      tokens,
    });
    const known = textWarnings(this.parts.tokenized, this.parts.loaded.model.max_positions);
    const { loaded, gathered, checked, store } = this.parts;
    if (checked !== null) await store.write(RUN_FILES.fidelity, fidelityText(checked.fidelity));
    const misfits =
      checked === null ? [] : [...notRebuiltWarnings(checked.fidelity), ...checked.misfits];
    for (const warning of [...loaded.warnings, ...gathered.warnings, ...known, ...misfits])
      await this.warn(warning);
    // What was told before the run was interrupted holds of its result too.
    for (const event of earlier) if (event.type === "warning") this.warnings.add(event.message);
    this.parts.meter.begin(texts, tokens, (news) => this.parts.store.append(news));
    if (this.parts.config.control === "random-dictionary") await this.randomise();
    const languages: LanguageSums[] = [];
    for (const language of this.parts.config.languages)
      languages.push(await this.language(language));

    await this.tell({ type: "phase", phase: "scoring" });
    const { config, jobs } = this.parts;
    const { layers, pool, threads } = config;
    const of = { layers, pool, threads, sharesIds: this.parts.gathered.sharesIds };
    const scored = await writeScores(languages, of, store, jobs);
    for (const layer of scored.silent)
      await this.warn(
        `layer ${layer}: no feature fires on any counted token; its scores are all 0 and rank nothing`,
      );
    await writeEvidence(languages, of, scored, store, jobs.signal, (layer) =>
      this.tell({ type: "phase", phase: `testing layer ${layer}` }),
    );
    await this.tell({ type: "phase", phase: "collecting examples" });
    const choices = config.layers.flatMap((layer) =>
      chooseExamples(layer, bestFeatures(scored.rankings.get(layer) as Ranking), languages),
    );
    const examples = await collectExamples(
      config,
      choices,
      languages,
      this.parts.read.languages,
      jobs,
      { budget: this.budget, onHalved: (budget) => this.halved("examples", budget) },
    );
    await store.write(RUN_FILES.examples, `${JSON.stringify(examples)}\n`);

    const finished = new Date();
    const begun = earlier.find((event) => event.type === "started");
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
      batchTokens: this.budget,
      started: begun === undefined ? this.parts.started : new Date(begun.at),
      finished,
      seconds: activeSeconds(earlier) + (performance.now() - this.parts.startedAt) / 1000,
      resumed: earlier.filter((event) => event.type === "started").length,
      warnings: [...this.warnings],
    });
    await this.tell({ type: "finished", duration_s: meta.duration_s });
    await this.parts.store.finish(meta);
    return meta;
  }

  private async randomise(): Promise<void> {
    const { config, tokenized, jobs } = this.parts;
    await this.tell({ type: "phase", phase: "calibrating random dictionaries" });
    const halved = (budget: number) =>
      this.warn(`out of memory: batches of the calibration are of ${budget} tokens at most`);
    await this.warn(await randomiseDictionaries(config, tokenized, jobs, halved));
  }

  /** One language's sums: those that are there already, if they were made alike, else new ones. */
  private async language(language: string): Promise<LanguageSums> {
    const texts = (this.parts.gathered.languages.get(language) ?? []).map(
      ({ id, text, document }) => ({
        ...{ id, sha256: shortHash(text) },
        ...(document === undefined ? {} : { document }),
      }),
    );
    const { tokens, counted: expected } = this.parts.tokenized.get(language) as TokenizedLanguage;
    const { config, gathered, read } = this.parts;
    const ofControl = controlProvenance(config, language, gathered.languages, read.languages);
    const provenance = provenanceOf(config, this.parts.loaded, texts, ofControl);
    const kept = this.parts.store.readSums(language);
    if (kept !== undefined) {
      refuseOtherProvenance(kept, provenance, this.parts.store.folder);
      this.parts.meter.beginLanguage(language);
      this.parts.meter.advance(texts.length, total(tokens), { kept: true });
      this.parts.meter.endLanguage();
      await this.tell({ type: "language_finished", language, kept: true });
      return kept;
    }
    this.parts.meter.beginLanguage(language);
    const widths = new Map(
      this.parts.loaded.dictionaries.map(({ layer, d_sae }) => [layer, d_sae]),
    );
    const { layers, counted, budget } = await extractLanguage(
      { config: this.parts.config, language, tokens, widths, budget: this.budget },
      this.parts.jobs,
      {
        onBatch: (texts, tokens) => this.parts.meter.advance(texts, tokens, { kept: false }),
        onHalved: async (budget) => {
          this.parts.meter.restartLanguage();
          await this.halved(language, budget);
        },
      },
    );
    this.budget = budget;
    const odd = counted.findIndex((n, text) => n !== expected[text]);
    if (odd >= 0) {
      throw new Error(
        `text ${odd} of ${language}: ${counted[odd]} tokens counted, ${expected[odd]} expected from its tokenization`,
      );
    }
    await this.parts.store.writeSums({ language, provenance, texts, counted, tokens, layers });
    // From here on they are in the file alone: those of many languages do not fit in memory.
    const sums = this.parts.store.readSums(language);
    if (sums === undefined)
      throw new Error(`the sums of ${language} were written, and are not whole in their file`);
    this.parts.meter.endLanguage();
    await this.tell({ type: "language_finished", language, kept: false });
    return sums;
  }

  private async tell(news: RunNews): Promise<void> {
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

const total = (counts: Uint32Array): number => counts.reduce((sum, n) => sum + n, 0);

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

import type { RunConfig } from "../config/schema.js";
import type { EngineJobs, Loaded } from "../engine/engine-jobs.js";
import { textHash } from "../plan.js";
import { RUN_FILES } from "../runs/files.js";
import type { Meta, RunNews } from "../runs/meta.js";
import { encodeScores, encodeStatistics } from "../runs/score-files.js";
import { type RunStore, storedEvents } from "../runs/store.js";
import type { LanguageSums } from "../runs/sums-file.js";
import { refuseUncounted, scoreLayers } from "../scoring.js";
import { collectExamples } from "./collect-examples.js";
import { describeRun } from "./describe-run.js";
import { extractLanguage } from "./extract-language.js";
import type { GatheredTexts } from "./gather-texts.js";
import type { ProgressMeter } from "./progress-meter.js";
import { provenanceOf, refuseOtherProvenance } from "./provenance.js";

/** Lengths of every language's texts, in tokens, and how many of them were cut to the model's context. */
export interface Tokenized {
  tokens: ReadonlyMap<string, Uint32Array>;
  truncated: ReadonlyMap<string, number>;
}

/** A run whose folder is open and whose texts are with the engine. */
export class OpenRun {
  private readonly warnings: string[] = [];
  private budget: number;

  constructor(
    private readonly config: RunConfig,
    private readonly store: RunStore,
    private readonly jobs: EngineJobs,
    private readonly loaded: Loaded,
    private readonly gathered: GatheredTexts,
    private readonly tokenized: Tokenized,
    private readonly meter: ProgressMeter,
    private readonly onNews: (news: RunNews) => void,
    private readonly started: Date,
  ) {
    this.budget = config.batch_tokens;
  }

  async complete(resumed: boolean): Promise<Meta> {
    const earlier = storedEvents(this.store.folder);
    // After an out-of-memory halving the run keeps to the smaller budget, also when it is taken up again.
    for (const event of earlier)
      if (event.type === "batch_tokens_halved") this.budget = event.batch_tokens;
    const lengths = [...this.tokenized.tokens.values()];
    const texts = lengths.reduce((sum, of) => sum + of.length, 0);
    const tokens = lengths.reduce((sum, of) => sum + total(of), 0);
    await this.tell({ type: "started", pid: process.pid, resumed });
    await this.tell({
      type: "planned",
      languages: this.config.languages.length,
      texts,
      tokens,
    });
    for (const warning of this.gathered.warnings) await this.warn(warning);
    for (const [language, n] of this.tokenized.truncated) {
      if (n > 0)
        await this.warn(
          `${language}: ${n} texts are longer than the model's context and were cut to ${this.loaded.model.max_positions} tokens`,
        );
    }
    this.meter.begin(texts, tokens, (news) => this.store.append(news));
    const languages: LanguageSums[] = [];
    for (const language of this.config.languages) languages.push(await this.language(language));

    await this.tell({ type: "phase", phase: "scoring" });
    const { statistics, rankings } = scoreLayers(languages, this.config.layers, this.config);
    await this.store.write(RUN_FILES.statistics, encodeStatistics(statistics));
    await this.store.write(RUN_FILES.scores, encodeScores(rankings));
    await this.store.writeBy(RUN_FILES.torchScores, (aside) =>
      this.jobs.writeTorch(this.store.path(RUN_FILES.scores), aside, this.config.layers),
    );
    await this.tell({ type: "phase", phase: "collecting examples" });
    const examples = await collectExamples(
      this.config,
      rankings,
      languages,
      this.gathered.languages,
      this.jobs,
    );
    await this.store.write(RUN_FILES.examples, `${JSON.stringify(examples)}\n`);

    const finished = new Date();
    const begun = earlier.find((event) => event.type === "started");
    const meta = describeRun({
      config: this.config,
      loaded: this.loaded,
      languages,
      corpusRevision: this.gathered.revision,
      truncated: this.tokenized.truncated,
      batchTokens: this.budget,
      started: begun === undefined ? this.started : new Date(begun.at),
      finished,
      resumed: earlier.filter((event) => event.type === "started").length,
      warnings: this.warnings,
    });
    await this.tell({ type: "finished", duration_s: meta.duration_s });
    await this.store.finish(meta);
    return meta;
  }

  /** One language's sums: those that are there already, if they were made alike, else new ones. */
  private async language(language: string): Promise<LanguageSums> {
    const texts = (this.gathered.languages.get(language) ?? []).map(({ id, text }) => ({
      id,
      sha256: textHash(text).slice(0, 16),
    }));
    const tokens = this.tokenized.tokens.get(language) as Uint32Array;
    const provenance = provenanceOf(this.config, this.loaded, texts);
    const kept = this.store.readSums(language);
    if (kept !== undefined) {
      refuseOtherProvenance(kept, provenance, this.store.folder);
      this.meter.advance(texts.length, total(tokens), { kept: true });
      await this.tell({ type: "language_finished", language, kept: true });
      return kept;
    }
    this.meter.beginLanguage(language);
    const widths = new Map(this.loaded.dictionaries.map(({ layer, d_sae }) => [layer, d_sae]));
    const { layers, counted, budget } = await extractLanguage(
      { config: this.config, language, tokens, widths, budget: this.budget },
      this.jobs,
      {
        onBatch: (texts, tokens) => this.meter.advance(texts, tokens, { kept: false }),
        onHalved: async (batch_tokens) => {
          this.meter.restartLanguage();
          await this.tell({ type: "batch_tokens_halved", language, batch_tokens });
          await this.warn(`out of memory: the token budget of a batch is now ${batch_tokens}`);
        },
      },
    );
    this.budget = budget;
    refuseUncounted(language, counted);
    const skipped = counted.filter((n) => n === 0).length;
    if (skipped > 0)
      await this.warn(`${language}: ${skipped} texts have no token that counts and are left out`);
    const sums: LanguageSums = { language, provenance, texts, counted, tokens, layers };
    await this.store.writeSums(sums);
    await this.tell({ type: "language_finished", language, kept: false });
    return sums;
  }

  private async tell(news: RunNews): Promise<void> {
    await this.meter.settle();
    await this.store.append(news);
    this.onNews(news);
  }

  private async warn(message: string): Promise<void> {
    this.warnings.push(message);
    await this.tell({ type: "warning", message });
  }
}

const total = (counts: Uint32Array): number => counts.reduce((sum, n) => sum + n, 0);

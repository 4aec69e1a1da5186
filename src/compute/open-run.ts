import type { RunConfig } from "../config/schema.js";
import type { EngineJobs, Loaded } from "../engine/engine-jobs.js";
import { textHash } from "../plan.js";
import { RUN_FILES } from "../runs/files.js";
import type { Meta, RunEvent, RunNews } from "../runs/meta.js";
import { encodeScores, encodeStatistics } from "../runs/score-files.js";
import { storedEvents } from "../runs/site.js";
import type { RunStore } from "../runs/store.js";
import type { LanguageSums } from "../runs/sums-file.js";
import { scoreLayers } from "../scoring.js";
import { collectExamples } from "./collect-examples.js";
import { describeRun } from "./describe-run.js";
import { extractLanguage } from "./extract-language.js";
import type { GatheredTexts } from "./gather-texts.js";
import type { ProgressMeter } from "./progress-meter.js";
import { provenanceOf, refuseOtherProvenance } from "./provenance.js";
import { type TokenizedLanguage, textWarnings } from "./tokenize-texts.js";

/** A run whose folder is open and whose texts are with the engine. */
export class OpenRun {
  private readonly warnings = new Set<string>();
  private budget: number;

  constructor(
    private readonly config: RunConfig,
    private readonly store: RunStore,
    private readonly jobs: EngineJobs,
    private readonly loaded: Loaded,
    private readonly gathered: GatheredTexts,
    private readonly tokenized: ReadonlyMap<string, TokenizedLanguage>,
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
    const tokenized = [...this.tokenized.values()];
    const texts = tokenized.reduce((sum, { tokens }) => sum + tokens.length, 0);
    const tokens = tokenized.reduce((sum, { tokens }) => sum + total(tokens), 0);
    await this.tell({ type: "started", pid: process.pid, resumed });
    await this.tell({
      type: "planned",
      languages: this.config.languages.length,
      texts,
      tokens,
    });
    const known = textWarnings(this.tokenized, this.loaded.model.max_positions);
    for (const warning of [...this.gathered.warnings, ...known]) await this.warn(warning);
    // What was told before the run was interrupted holds of its result too.
    for (const event of earlier) if (event.type === "warning") this.warnings.add(event.message);
    this.meter.begin(texts, tokens, (news) => this.store.append(news));
    const languages: LanguageSums[] = [];
    for (const language of this.config.languages) languages.push(await this.language(language));

    await this.tell({ type: "phase", phase: "scoring" });
    const { statistics, rankings } = scoreLayers(languages, this.config.layers, this.config);
    await this.store.write(
      RUN_FILES.statistics,
      encodeStatistics(statistics, this.config.languages),
    );
    await this.store.write(RUN_FILES.scores, encodeScores(rankings, this.config.languages));
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
      { budget: this.budget, onHalved: (budget) => this.halved("examples", budget) },
    );
    await this.store.write(RUN_FILES.examples, `${JSON.stringify(examples)}\n`);

    const finished = new Date();
    const begun = earlier.find((event) => event.type === "started");
    const meta = describeRun({
      config: this.config,
      loaded: this.loaded,
      languages,
      corpusRevision: this.gathered.revision,
      truncated: new Map([...this.tokenized].map(([code, { truncated }]) => [code, truncated])),
      batchTokens: this.budget,
      started: begun === undefined ? this.started : new Date(begun.at),
      finished,
      seconds: activeSeconds(earlier) + (finished.getTime() - this.started.getTime()) / 1000,
      resumed: earlier.filter((event) => event.type === "started").length,
      warnings: [...this.warnings],
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
    const { tokens, counted: expected } = this.tokenized.get(language) as TokenizedLanguage;
    const provenance = provenanceOf(this.config, this.loaded, texts);
    const kept = this.store.readSums(language);
    if (kept !== undefined) {
      refuseOtherProvenance(kept, provenance, this.store.folder);
      this.meter.beginLanguage(language);
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
        onHalved: async (budget) => {
          this.meter.restartLanguage();
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
  let begun: number | undefined;
  let last = 0;
  for (const event of events) {
    const at = Date.parse(event.at);
    if (event.type === "started") {
      if (begun !== undefined) seconds += (last - begun) / 1000;
      begun = at;
    }
    last = at;
  }
  return begun === undefined ? 0 : seconds + Math.max(0, (last - begun) / 1000);
}

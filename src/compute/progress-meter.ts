import type { WorkerNews } from "../engine/engine-jobs.js";
import type { EngineProgress } from "../engine/frames.js";
import type { RunNews } from "../runs/meta.js";

/** Between two progress lines of `events.ndjson`. */
const EVENT_INTERVAL_MS = 1000;

const gigabytes = (bytes: number): string =>
  bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;

/** Counts texts and tokens of a run and tells how fast they go. */
export class ProgressMeter {
  private language = "";
  private texts = 0;
  private tokens = 0;
  private allTexts = 0;
  private allTokens = 0;
  /** Tokens that went through the model since `since`; kept ones took no time. */
  private worked = 0;
  private since = performance.now();
  private ofLanguage = { texts: 0, tokens: 0 };
  private memory: number | null = null;
  private lastStored = 0;
  private pending: Promise<unknown> = Promise.resolve();
  private store: (news: RunNews) => Promise<void> = async () => undefined;

  constructor(
    private readonly onNews: (news: RunNews) => void,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  begin(texts: number, tokens: number, store: (news: RunNews) => Promise<void>): void {
    this.allTexts = texts;
    this.allTokens = tokens;
    this.since = this.clock();
    this.store = store;
  }

  beginLanguage(language: string): void {
    this.language = language;
    this.ofLanguage = { texts: 0, tokens: 0 };
  }

  advance(texts: number, tokens: number, { kept }: { kept: boolean }): void {
    this.texts += texts;
    this.tokens += tokens;
    if (!kept) {
      this.worked += tokens;
      this.ofLanguage = {
        texts: this.ofLanguage.texts + texts,
        tokens: this.ofLanguage.tokens + tokens,
      };
    }
    this.report();
  }

  /** A finished language is a place to which the run comes back: its share is stored whatever the clock says. */
  endLanguage(): void {
    this.lastStored = Number.NEGATIVE_INFINITY;
    this.report();
  }

  /** The language begins again: what was counted of it no longer counts. */
  restartLanguage(): void {
    this.texts -= this.ofLanguage.texts;
    this.tokens -= this.ofLanguage.tokens;
    this.ofLanguage = { texts: 0, tokens: 0 };
  }

  engineProgress(progress: EngineProgress): void {
    this.memory = progress.device_memory_bytes;
    if (progress.phase === "Ray's workers") {
      const found = `${progress.done} of ${progress.total}`;
      this.onNews({ type: "phase", phase: `waiting for ${progress.phase} (${found})` });
    } else if (progress.phase === "download") {
      this.onNews({ type: "phase", phase: `downloading, ${gigabytes(progress.done)} so far` });
    } else if (this.allTokens === 0 && progress.phase !== "extract") {
      const count = progress.total > 1 ? ` (${progress.done} of ${progress.total})` : "";
      this.onNews({ type: "phase", phase: `loading ${progress.phase}${count}` });
    }
  }

  workerNews(event: WorkerNews): void {
    this.onNews(event);
    this.pending = this.pending.then(() => this.store(event));
    this.pending.catch(() => undefined);
  }

  /** Waits for what is still being written. */
  async settle(): Promise<void> {
    await this.pending;
  }

  private report(): void {
    const now = this.clock();
    const seconds = (now - this.since) / 1000;
    const speed = seconds > 0 ? this.worked / seconds : 0;
    const news: RunNews = {
      type: "progress",
      language: this.language,
      texts_done: this.texts,
      texts: this.allTexts,
      tokens_done: this.tokens,
      tokens: this.allTokens,
      tokens_per_s: Math.round(speed),
      eta_s: speed > 0 ? Math.round((this.allTokens - this.tokens) / speed) : null,
      device_memory_bytes: this.memory,
    };
    this.onNews(news);
    if (now - this.lastStored < EVENT_INTERVAL_MS) return;
    this.lastStored = now;
    this.pending = this.pending.then(() => this.store(news));
    this.pending.catch(() => undefined);
  }
}

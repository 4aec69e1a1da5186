import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { projectRoot } from "../config/paths.js";
import {
  KINDS,
  type Kind,
  type Layer,
  type LayerRunner,
  type Pieces,
  type Results,
} from "./layer-work.js";
import { inSharedMemory } from "./shared-memory.js";

/** What a thread is given: the same to all. */
export interface Assignment {
  layer: Layer;
  pieces: [Kind, Pieces[Kind][number]][];
  /** The first piece that no thread has taken. */
  next: Int32Array<SharedArrayBuffer>;
}

export type Answer = { at: number; result: unknown } | { at: number; error: unknown };

/** More hardly help, and each takes memory. */
const MOST = 8;
/** Of what they make, nearly all is soon done with: with more room for it they take a quarter more memory, and no less time. */
const LIMITS = { maxYoungGenerationSizeMb: 8 };
/** What `scripts/build.mjs` makes of `worker.ts`. */
const BUILT = join(projectRoot, "dist", "evidence-worker.mjs");

/** As many threads as there are cores, and as the run may take. @param most null: no limit */
export const threadCount = (most: number | null): number =>
  Math.min(MOST, availableParallelism(), most ?? MOST);

/** Threads among which the pieces of a layer's work are shared out. This one stays free, for progress and Ctrl-C. */
export class EvidenceThreads implements LayerRunner {
  private readonly workers: Worker[];
  /** Ends what is under way. */
  private fail: (reason: unknown) => void = () => undefined;
  /** Why nothing more can be done: a thread ended, or the signal came. */
  private failure: { reason: unknown } | undefined;
  private take: (answer: Answer) => void = () => undefined;

  /** @param signal ends what is under way @param file the worker's code */
  constructor(
    count: number,
    private readonly signal?: AbortSignal,
    file: string = BUILT,
  ) {
    this.workers = Array.from(
      { length: count },
      () => new Worker(file, { resourceLimits: LIMITS }),
    );
    for (const worker of this.workers) {
      worker.on("message", (answer: Answer) => this.take(answer));
      worker.on("error", (error) => this.end(error));
      worker.on("exit", (code) =>
        this.end(new Error(`a thread that gathers evidence ended (exit code ${code})`)),
      );
    }
    if (signal?.aborted) this.cancel();
    signal?.addEventListener("abort", this.cancel);
  }

  prepare<T>(part: T): T {
    return inSharedMemory(part);
  }

  async run(layer: Layer, asked: Pieces): Promise<Results> {
    const pieces = KINDS.flatMap((kind) =>
      asked[kind].map((piece): Assignment["pieces"][number] => [kind, piece]),
    );
    const next = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const results = new Array<unknown>(pieces.length);
    await new Promise<void>((resolve, reject) => {
      if (this.failure !== undefined) return reject(this.failure.reason);
      this.fail = reject;
      let left = pieces.length;
      if (left === 0) return resolve();
      this.take = (answer) => {
        if ("error" in answer) return reject(answer.error);
        results[answer.at] = answer.result;
        left -= 1;
        if (left === 0) resolve();
      };
      for (const worker of this.workers)
        worker.postMessage({ layer, pieces, next } satisfies Assignment);
    });
    return Object.fromEntries(
      KINDS.map((kind) => [kind, results.filter((_, at) => pieces[at]?.[0] === kind)]),
    ) as Results;
  }

  /** Ends all threads, also those that are at work. */
  async close(): Promise<void> {
    this.signal?.removeEventListener("abort", this.cancel);
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private readonly cancel = () => this.end(this.signal?.reason);

  private end(reason: unknown): void {
    this.failure ??= { reason };
    this.fail(reason);
  }
}

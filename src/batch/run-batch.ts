import { execa } from "execa";
import { z } from "zod";
import type { RayRequest } from "../engine/engine-jobs.js";
import { EXIT_CODES } from "../errors.js";
import type { PlannedRun } from "./plan-batch.js";

export type RunState =
  | "done"
  | "finished before"
  | "failed"
  | "killed"
  | "cancelled"
  | "not started";

/** How one run of a batch ended. */
export interface BatchResult {
  name: string;
  out_dir: string;
  state: RunState;
  /** Of its process; null where it was not started. One that was killed counts as unforeseen. */
  exit_code: number | null;
  seconds: number;
  warnings: number;
  /** What went wrong, in the run's own last words. */
  message: string | null;
}

export interface BatchOptions {
  /** The command line of vscore itself: an interpreter and a script. */
  command: readonly [string, ...string[]];
  keepGoing: boolean;
  /** Of each run; its own default where left out. */
  stallTimeout?: number | undefined;
  /** False: dictionaries that do not rebuild what they read stop no run. */
  selfCheck?: boolean;
  /** A Ray cluster for every run; null: this machine. */
  ray?: RayRequest | null;
  signal: AbortSignal;
  onBegin: (run: PlannedRun, number: number) => void;
  /** What a run says of its progress. */
  onText: (text: string) => void;
}

/**
 * Runs one after the other, each in a process of its own, so that a crash takes no other with it. Each goes on where it
 * stopped; what is finished stays. Stops at the first that fails unless `keepGoing`, and at a cancellation.
 */
export async function runBatch(
  runs: readonly PlannedRun[],
  options: BatchOptions,
): Promise<BatchResult[]> {
  const results: BatchResult[] = [];
  let isStopped = false;
  for (const [number, run] of runs.entries()) {
    isStopped ||= options.signal.aborted;
    if (isStopped) {
      results.push({ ...facts(run), state: "not started", exit_code: null, message: null });
      continue;
    }
    options.onBegin(run, number);
    const result = await runOne(run, options);
    results.push(result);
    isStopped = result.state === "cancelled" || (result.exit_code !== 0 && !options.keepGoing);
  }
  return results;
}

/** Worst first. */
const BADNESS = [1, 3, 4, 2, 130, 0];

/** A batch ends like the worst of its runs; where all is well but some were not started, it was cancelled. */
export function worstExit(results: readonly BatchResult[]): number {
  const codes = new Set(results.map(({ exit_code }) => exit_code ?? EXIT_CODES.cancelled));
  const isForeseen = [...codes].every((code) => BADNESS.includes(code));
  return isForeseen ? (BADNESS.find((code) => codes.has(code)) ?? 0) : EXIT_CODES.bug;
}

const facts = ({ name, config }: PlannedRun) => ({
  name,
  out_dir: config.out_dir,
  seconds: 0,
  warnings: 0,
});

/** What a run prints as JSON: its result, or why there is none. */
const Told = z.union([
  z.object({ meta: z.object({ warnings: z.array(z.string()) }) }),
  z.object({ error: z.object({ message: z.string() }) }),
]);

async function runOne(run: PlannedRun, options: BatchOptions): Promise<BatchResult> {
  const began = performance.now();
  const [interpreter, ...script] = options.command;
  const args = ["compute", "--config", "-", "--resume", "--json"];
  if (options.stallTimeout !== undefined)
    args.push("--stall-timeout", String(options.stallTimeout));
  if (options.selfCheck === false) args.push("--no-self-check");
  if (options.ray) args.push(...rayArguments(options.ray));
  const child = execa(interpreter, [...script, ...args], {
    input: JSON.stringify(run.asked),
    reject: false,
    // Its own process group: Ctrl-C reaches it through us, once.
    detached: true,
    buffer: { stderr: false },
  });
  let tail = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    tail = `${tail}${text}`.slice(-4000);
    options.onText(text);
  });
  const interrupt = () => child.kill("SIGINT");
  const end = () => child.kill("SIGKILL");
  options.signal.addEventListener("abort", interrupt, { once: true });
  process.once("exit", end);
  const { exitCode, signal, stdout, originalMessage } = await child;
  options.signal.removeEventListener("abort", interrupt);
  process.removeListener("exit", end);
  const told = toldIn(stdout);
  return {
    ...facts(run),
    ...outcome(exitCode, signal, run, options.signal.aborted),
    seconds: (performance.now() - began) / 1000,
    warnings: told !== null && "meta" in told ? told.meta.warnings.length : 0,
    message:
      exitCode === 0
        ? null
        : signal === undefined
          ? (whatWentWrong(told, tail) ?? originalMessage ?? null)
          : `killed by ${signal}`,
  };
}

function rayArguments({ address, workers, gpus_per_worker: gpus }: RayRequest): string[] {
  return [
    ...["--engine", "ray", "--ray-address", address],
    ...(workers === null ? [] : ["--workers", String(workers)]),
    ...(gpus === null ? [] : ["--gpus-per-worker", String(gpus)]),
  ];
}

function outcome(
  exitCode: number | undefined,
  signal: string | undefined,
  { site }: PlannedRun,
  isCancelled: boolean,
): Pick<BatchResult, "state" | "exit_code"> {
  // It may not have been listening yet.
  if (signal === "SIGINT" && isCancelled)
    return { state: "cancelled", exit_code: EXIT_CODES.cancelled };
  if (signal !== undefined) return { state: "killed", exit_code: EXIT_CODES.bug };
  if (exitCode === EXIT_CODES.cancelled) return { state: "cancelled", exit_code: exitCode };
  if (exitCode !== 0) return { state: "failed", exit_code: exitCode ?? EXIT_CODES.bug };
  return { state: site === "finished" ? "finished before" : "done", exit_code: 0 };
}

function toldIn(stdout: string): z.infer<typeof Told> | null {
  try {
    return Told.parse(JSON.parse(stdout));
  } catch {
    return null;
  }
}

/** The first line of an error says what was found; one that could not be told leaves its last words. */
function whatWentWrong(told: z.infer<typeof Told> | null, tail: string): string | undefined {
  const lines = (text: string) => text.split("\n").filter((line) => line.trim() !== "");
  return told !== null && "error" in told ? lines(told.error.message)[0] : lines(tail).at(-1);
}

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { z } from "zod";
import { pythonRoot } from "../config/paths.js";
import { type ErrorKind, VscoreError } from "../errors.js";
import { FrameSocket } from "./activation-stream.js";
import type { EngineFailure, Frame } from "./frames.js";
import type { Interpreter } from "./interpreter.js";

const PROTOCOL = 1;

/**
 * A download tells of itself every two seconds and a batch takes seconds, but a large model's weights from a slow disk may
 * be silent for minutes.
 */
export const STALL_TIMEOUT_S = 900;
/** Node takes a longer one for none at all. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What pythonia hands out for `vscore_engine.jobs`: every function takes and returns JSON text. */
interface JobsModule {
  open_engine(request: string): Promise<string>;
  log_to(request: string): Promise<string>;
  start(request: string): Promise<string>;
  cancel(request: string): Promise<string>;
}

interface Pythonia {
  python: { (module: string): Promise<JobsModule>; exit(): void; setFastMode(on: boolean): void };
  com: { proc: ChildProcess | null };
}

const Reply = z.union([
  z.strictObject({ ok: z.unknown() }),
  z.strictObject({
    error: z.object({ kind: z.string(), message: z.string(), traceback: z.string().default("") }),
  }),
]);

const KINDS: Record<string, ErrorKind> = {
  request: "request",
  environment: "environment",
  source: "source",
  cancelled: "cancelled",
  out_of_memory: "environment",
};

/**
 * The Python child. Control goes through pythonia, data comes back over the socket; every long operation is a job that ends
 * with an `end` or an `error` frame. The only module that knows pythonia.
 */
export class PythonEngine {
  private jobs!: JobsModule;
  private readonly incoming: AsyncGenerator<Frame, void, void>;
  /** Rejects when Python ends, with what to tell of it. */
  readonly died: Promise<never>;
  private lastJob = 0;
  private closing = false;
  private death: VscoreError | undefined;
  /** Whether an error names the log. */
  private isLogNeeded = false;
  /** Fails the pull that waits now, if one does. */
  private interrupt: (reason: unknown) => void = () => undefined;
  /** What Python did last, by its own words. */
  private lastPhase = "";

  private constructor(
    private readonly pythonia: Pythonia,
    private readonly child: ChildProcess,
    private readonly socket: FrameSocket,
    private log: string,
    private readonly stallTimeout: number,
  ) {
    this.incoming = socket.frames();
    this.died = new Promise((_, reject) => {
      child.once("exit", (code, signal) => {
        this.death ??= this.deathNotice(signal ?? `exit code ${code}`);
        if (!this.closing) this.isLogNeeded = true;
        reject(this.death);
        this.interrupt(this.death);
      });
    });
    this.died.catch(() => undefined);
  }

  /**
   * Starts Python and connects to it. Nothing heavy is imported yet.
   *
   * @param stallTimeout seconds without a sign of life after which Python is taken for hung and ended; 0: never
   */
  static async start(
    interpreter: Interpreter,
    stallTimeout = STALL_TIMEOUT_S,
  ): Promise<PythonEngine> {
    const socket = await FrameSocket.open();
    // pythonia spawns Python while it is imported, from these variables.
    process.env.PYTHON_BIN = interpreter.path;
    process.env.PYTHONPATH = [pythonRoot, process.env.PYTHONPATH].filter(Boolean).join(":");
    process.env.PYTHONDONTWRITEBYTECODE ??= "1";
    const { default: pythonia } = (await import("pythonia")) as unknown as { default: Pythonia };
    const child = pythonia.com.proc;
    if (child === null)
      throw new Error("the engine of this process was closed; a process starts it once");
    const log = join(socket.folder, "engine.log");
    const engine = new PythonEngine(pythonia, child, socket, log, stallTimeout);
    try {
      pythonia.python.setFastMode(true);
      engine.jobs = await engine.whileAlive(pythonia.python("vscore_engine.jobs"));
      await engine.control("open_engine", {
        protocol: PROTOCOL,
        log: engine.log,
        socket: socket.path,
        parent_pid: process.pid,
      });
      return engine;
    } catch (error) {
      await engine.close();
      throw error;
    }
  }

  /**
   * Runs one job and yields what it sends, progress and results included, up to its end.
   *
   * @throws VscoreError worded by the engine; a bug if Python dies, or the stream stops short of the job's end.
   */
  async *run(
    job: string,
    parameters: Record<string, unknown>,
    signal?: AbortSignal,
  ): AsyncGenerator<Frame, void, void> {
    const id = ++this.lastJob;
    await this.control("start", { id, job, ...parameters });
    let frames = 0;
    for (;;) {
      const frame = await this.pull(job, signal);
      if (frame.job !== id)
        throw new Error(`a frame of job ${frame.job} came while job ${id} (${job}) was running`);
      if (frame.kind === "error") throw this.failed(frame.failure);
      if (frame.kind === "end") {
        if (frame.frames === frames) return;
        throw new Error(
          `the engine says it sent ${frame.frames} frames of job ${job}, ${frames} arrived`,
        );
      }
      frames += 1;
      if (frame.kind === "progress") this.lastPhase = frame.progress.phase;
      yield frame;
    }
  }

  /** From now on what Python prints goes to `path`. */
  async logTo(path: string): Promise<void> {
    await this.control("log_to", { log: path });
    this.log = path;
    // Python is connected: nothing needs the folder any more, and a killed process would leave it behind.
    await this.socket.removeFolder();
  }

  /** Ends Python at once, whatever it is doing. */
  async close(): Promise<void> {
    if (this.closing) return;
    this.closing = true;
    const wasDead = this.death !== undefined;
    const exited = wasDead ? Promise.resolve() : once(this.child, "exit");
    // Before pythonia asks it to end: libraries may have a last word to a polite signal, and say it into the log.
    this.child.kill("SIGKILL");
    try {
      this.pythonia.python.exit();
    } catch {
      // Its channel may be closed already.
    }
    await exited;
    // The log that an error names must stay, wherever it is.
    await this.socket.close({
      keepFolder: this.isLogNeeded && this.log.startsWith(this.socket.folder),
    });
  }

  /**
   * The next frame. One promise a pull: raced against a promise that outlives them all, every frame would be kept in memory
   * for as long as that one lives.
   */
  private async pull(job: string, signal: AbortSignal | undefined): Promise<Frame> {
    const onAbort = () => this.interrupt(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    // Runs only while a frame is waited for: a slow reader is no fault of Python's. Timers know no clock that jumps.
    const patience = this.onStall(`in the job ${job}`);
    try {
      const next = await new Promise<IteratorResult<Frame, void>>((resolve, reject) => {
        this.interrupt = reject;
        if (signal?.aborted) onAbort();
        this.incoming
          .next()
          .then(resolve, (error: unknown) => this.brokenStream(error).then(reject));
      });
      if (!next.done) return next.value;
      throw await this.brokenStream(
        new Error(`the data stream closed before the end of job ${job}; see ${this.log}`),
      );
    } finally {
      clearTimeout(patience);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /** Ends a Python that gives no sign of life for too long. */
  private onStall(where: string): NodeJS.Timeout | undefined {
    if (this.stallTimeout === 0) return undefined;
    return setTimeout(
      () => {
        const last = this.lastPhase === "" ? "" : ` (it was last at: ${this.lastPhase})`;
        this.isLogNeeded = true;
        this.death = new VscoreError(
          "bug",
          `Python has given no sign of life for ${this.stallTimeout} s ${where}${last}, so it was ended. What was finished is kept: the same command with --resume goes on. If the machine is only slow, raise --stall-timeout. Its last words are in ${this.log}`,
        );
        this.child.kill("SIGKILL");
        this.interrupt(this.death);
      },
      Math.min(this.stallTimeout * 1000, LONGEST_TIMER_MS),
    );
  }

  private async control(name: keyof JobsModule, request: object): Promise<unknown> {
    const reply = Reply.parse(
      JSON.parse(await this.whileAlive(this.jobs[name](JSON.stringify(request)))),
    );
    if ("error" in reply) throw this.failed({ facts: {}, ...reply.error });
    return reply.ok;
  }

  private async whileAlive<T>(call: Promise<T>): Promise<T> {
    const patience = this.onStall("in answering a call");
    try {
      return await Promise.race([call, this.died]);
    } catch (error) {
      // pythonia leaves `message` empty and puts the Python traceback into `stack`.
      if (error instanceof Error && !(error instanceof VscoreError) && error.message === "") {
        throw new VscoreError("bug", `Python: ${error.stack?.trim().split("\n").at(-1)}`, {
          cause: error,
        });
      }
      throw error;
    } finally {
      clearTimeout(patience);
    }
  }

  private deathNotice(how: string): VscoreError {
    return new VscoreError(
      "bug",
      `Python ended in the middle of its work (${how}). It was expected to stay until the end. Run the same command again. Its last words are in ${this.log}`,
      { facts: { mayGoOn: true } },
    );
  }

  /** Why the stream broke: because Python died (which is noticed a moment later), or for the reason given. */
  private async brokenStream(reason: unknown): Promise<unknown> {
    const patience = new Promise<undefined>((resolve) => {
      setTimeout(resolve, 2000, undefined).unref();
    });
    await Promise.race([this.died.catch(() => undefined), patience]);
    return this.death ?? reason;
  }

  /** A failure in the engine's own words; a fault of ours with its traceback. */
  private failed({ kind: engineKind, message, traceback, facts }: EngineFailure): VscoreError {
    const kind = KINDS[engineKind] ?? "bug";
    if (engineKind !== "bug") return new VscoreError(kind, message, { engineKind, facts });
    this.isLogNeeded = true;
    const whole = `${message}\n${traceback}\nSee ${this.log}`;
    return new VscoreError(kind, whole, { engineKind, facts });
  }
}

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
  private readonly died: Promise<never>;
  private lastJob = 0;
  private closing = false;

  private constructor(
    private readonly pythonia: Pythonia,
    private readonly child: ChildProcess,
    private readonly socket: FrameSocket,
    private log: string,
  ) {
    this.incoming = socket.frames();
    this.died = new Promise((_, reject) => {
      child.once("exit", (code, signal) => reject(this.deathNotice(signal ?? `exit code ${code}`)));
    });
    this.died.catch(() => undefined);
  }

  /** Starts Python and connects to it. Nothing heavy is imported yet. */
  static async start(interpreter: Interpreter): Promise<PythonEngine> {
    const socket = await FrameSocket.open();
    // pythonia spawns Python while it is imported, from these variables.
    process.env.PYTHON_BIN = interpreter.path;
    process.env.PYTHONPATH = [pythonRoot, process.env.PYTHONPATH].filter(Boolean).join(":");
    process.env.PYTHONDONTWRITEBYTECODE ??= "1";
    const { default: pythonia } = (await import("pythonia")) as unknown as { default: Pythonia };
    const child = pythonia.com.proc;
    if (child === null)
      throw new Error("the engine of this process was closed; a process starts it once");
    const engine = new PythonEngine(pythonia, child, socket, join(socket.folder, "engine.log"));
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
    const aborted = abortion(signal);
    await this.control("start", { id, job, ...parameters });
    let frames = 0;
    try {
      for (;;) {
        const next = await Promise.race([this.incoming.next(), this.died, aborted.promise]);
        if (next.done) throw await this.shortStream(job);
        const frame = next.value;
        if (frame.job !== id)
          throw new Error(`a frame of job ${frame.job} came while job ${id} (${job}) was running`);
        if (frame.kind === "error") throw wordFailure(frame.failure, this.log);
        if (frame.kind === "end") {
          if (frame.frames !== frames) {
            throw new Error(
              `the engine says it sent ${frame.frames} frames of job ${job}, ${frames} arrived`,
            );
          }
          return;
        }
        frames += 1;
        yield frame;
      }
    } finally {
      aborted.release();
    }
  }

  /** From now on what Python prints goes to `path`. */
  async logTo(path: string): Promise<void> {
    await this.control("log_to", { log: path });
    this.log = path;
  }

  /** Ends Python at once, whatever it is doing. */
  async close(): Promise<void> {
    if (this.closing) return;
    this.closing = true;
    const gone = this.child.exitCode !== null || this.child.signalCode !== null;
    const exited = gone ? Promise.resolve() : once(this.child, "exit");
    try {
      this.pythonia.python.exit();
    } catch {
      // Its channel may be closed already; the child is ended below all the same.
    }
    this.child.kill("SIGKILL");
    await exited;
    await this.socket.close({
      keepFolder: this.crashed && this.log.startsWith(this.socket.folder),
    });
  }

  private crashed = false;

  private async control(name: keyof JobsModule, request: object): Promise<unknown> {
    const reply = Reply.parse(
      JSON.parse(await this.whileAlive(this.jobs[name](JSON.stringify(request)))),
    );
    if ("error" in reply) throw wordFailure({ facts: {}, ...reply.error }, this.log);
    return reply.ok;
  }

  private async whileAlive<T>(call: Promise<T>): Promise<T> {
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
    }
  }

  private deathNotice(how: string): VscoreError {
    if (!this.closing) this.crashed = true;
    return new VscoreError(
      "bug",
      `Python ended in the middle of its work (${how}). What was finished is kept: the same command with --resume goes on. Its last words are in ${this.log}`,
    );
  }

  /** The stream closed without an end: because Python died (then say so), or because it lost its way. */
  private async shortStream(job: string): Promise<Error> {
    const patience = new Promise<undefined>((resolve) =>
      setTimeout(resolve, 2000, undefined).unref(),
    );
    const death = await Promise.race([this.died.catch((error: Error) => error), patience]);
    return (
      death ?? new Error(`the data stream closed before the end of job ${job}; see ${this.log}`)
    );
  }
}

function wordFailure(failure: EngineFailure, log: string): VscoreError {
  const kind = KINDS[failure.kind] ?? "bug";
  const where =
    kind === "bug" && failure.kind === "bug" ? `\n${failure.traceback}\nSee ${log}` : "";
  return new VscoreError(kind, failure.message + where, {
    engineKind: failure.kind,
    facts: failure.facts,
  });
}

function abortion(signal: AbortSignal | undefined): {
  promise: Promise<never>;
  release: () => void;
} {
  let release = () => {};
  const promise = new Promise<never>((_, reject) => {
    if (signal === undefined) return;
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    release = () => signal.removeEventListener("abort", onAbort);
  });
  promise.catch(() => undefined);
  return { promise, release };
}

import { findInterpreter, type Interpreter } from "./interpreter.js";
import { PythonEngine, STALL_TIMEOUT_S } from "./python-engine.js";

/** The engine of this process, started when it is first needed: a process starts it once. */
export class OneEngine {
  private engine: PythonEngine | undefined;
  private interpreter: Interpreter | undefined;

  /** @param stallTimeout seconds without a sign of life after which Python is taken for hung and ended; 0: never */
  constructor(readonly stallTimeout: number = STALL_TIMEOUT_S) {}

  /** @throws VscoreError (environment) where there is no Python that it can be */
  async find(): Promise<Interpreter> {
    this.interpreter ??= await findInterpreter();
    return this.interpreter;
  }

  async start(): Promise<PythonEngine> {
    this.engine ??= await PythonEngine.start(await this.find(), this.stallTimeout);
    return this.engine;
  }

  async close(): Promise<void> {
    await this.engine?.close();
  }
}

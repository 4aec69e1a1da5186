import { findInterpreter, type Interpreter } from "./interpreter.js";
import { PythonEngine } from "./python-engine.js";

/** The engine of this process, started when it is first needed: a process starts it once. */
export class OneEngine {
  private engine: PythonEngine | undefined;
  private interpreter: Interpreter | undefined;

  constructor(private readonly stallTimeout?: number) {}

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

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createWriteStream, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { environmentError } from "../errors.js";
import { isAlive, startOf } from "../process-alive.js";
import { explain, makeFolder, writeWhole } from "../runs/atomic-write.js";
import { shellWord } from "../shell-word.js";

/** A process of ours that was started in the background to work on a run's folder. */
const Launch = z.strictObject({
  id: z.string(),
  at: z.string(),
  host: z.string(),
  pid: z.int().positive(),
  /** When the process began: its number may be another's by now. Linux only. */
  started: z.string().nullable().default(null),
  /** Where the run goes. */
  folder: z.string(),
  /** Arguments of vscore. */
  args: z.array(z.string()),
});
export type Launch = z.infer<typeof Launch>;

export interface LaunchState extends Launch {
  isAlive: boolean;
  /** What it said last: a phase, progress, or why it ended. */
  lastWords: string;
}

/** How much of a log is looked at for its last words. */
const TAIL = 4000;
const DAY_MS = 24 * 3600 * 1000;

/**
 * Background processes, kept where every later process of this user finds them: a run has no folder of its own before its
 * sources are there, and what went wrong until then would be lost with the window that started it.
 */
export class Launches {
  constructor(private readonly folder = standardFolder()) {}

  /** Starts `vscore ARGS`, which lives on when this process and its terminal are gone. */
  async start(
    command: readonly [string, ...string[]],
    args: readonly string[],
    folder: string,
  ): Promise<Launch> {
    await makeFolder(this.folder).catch((error: unknown) => {
      throw explain(error, this.folder);
    });
    // What runs are called and where they lie is nobody else's business.
    await chmod(this.folder, 0o700);
    const id = `${Date.now()}-${randomBytes(3).toString("hex")}`;
    const log = createWriteStream(this.log(id), { flags: "a", mode: 0o600 });
    await once(log, "open").catch((error: unknown) => {
      throw explain(error, this.log(id));
    });
    const [interpreter, ...script] = command;
    const told = { id, folder, args: [...args], host: hostname(), at: new Date().toISOString() };
    const remember = async (pid: number): Promise<Launch> => {
      // At once: of a process that has ended nothing is told any more.
      const launch = { ...told, pid, started: startOf(pid) };
      await writeWhole(this.file(id), JSON.stringify(launch));
      return launch;
    };
    try {
      // Before anything is started: what could not be remembered would be lost to every later window.
      await remember(process.pid);
      const child = execa(interpreter, [...script, ...args], {
        stdio: ["ignore", log, log],
        detached: true,
        cleanup: false,
        reject: false,
        env: { NO_COLOR: "1" },
      });
      const { pid } = child;
      if (pid === undefined) {
        this.forget(id);
        throw environmentError(
          `${interpreter} could not be started: ${(await child).shortMessage?.split("\n").at(-1)}. Start the run from a shell: npx vscore ${args.map(shellWord).join(" ")}`,
        );
      }
      child.nodeChildProcess.unref();
      return await remember(pid);
    } finally {
      log.close();
    }
  }

  /** All that are remembered, latest first. */
  list(): LaunchState[] {
    return this.names().flatMap((id) => {
      const launch = this.read(id);
      return launch === null ? [] : [{ ...launch, ...this.stateOf(launch) }];
    });
  }

  /** What a process printed, from its end; null once it is forgotten. */
  words(id: string): string | null {
    try {
      return readFileSync(this.log(id), "utf8").slice(-TAIL);
    } catch {
      return null;
    }
  }

  forget(id: string): void {
    rmSync(this.file(id), { force: true });
    rmSync(this.log(id), { force: true });
  }

  /** Forgets those that ended more than a day ago, and earlier ones for the same folder. */
  tidy(): void {
    const seen = new Set<string>();
    for (const launch of this.list()) {
      const ended = !launch.isAlive && Date.now() - this.lastTouched(launch.id) > DAY_MS;
      if (ended || (seen.has(launch.folder) && !launch.isAlive)) this.forget(launch.id);
      seen.add(launch.folder);
    }
  }

  private names(): string[] {
    try {
      return readdirSync(this.folder)
        .filter((name) => name.endsWith(".json"))
        .map((name) => name.slice(0, -".json".length))
        .sort()
        .reverse();
    } catch {
      return [];
    }
  }

  private read(id: string): Launch | null {
    try {
      return Launch.parse(JSON.parse(readFileSync(this.file(id), "utf8")));
    } catch {
      return null;
    }
  }

  private stateOf({ id, host, pid, started }: Launch): Pick<LaunchState, "isAlive" | "lastWords"> {
    const lines = (this.words(id) ?? "").split("\n").filter((line) => line.trim() !== "");
    return { isAlive: host !== hostname() || isAlive(pid, started), lastWords: lines.at(-1) ?? "" };
  }

  private lastTouched(id: string): number {
    return statSync(this.log(id), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  }

  private file(id: string): string {
    return join(this.folder, `${id}.json`);
  }

  private log(id: string): string {
    return join(this.folder, `${id}.log`);
  }
}

const standardFolder = (): string =>
  join(process.env.XDG_STATE_HOME || join(homedir(), ".local", "state"), "vscore", "launches");

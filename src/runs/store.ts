import { existsSync, readdirSync, readFileSync } from "node:fs";
import { appendFile, readdir, rm, rmdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { isFolder } from "../config/paths.js";
import { parseStoredConfig } from "../config/resolve.js";
import type { RunConfig } from "../config/schema.js";
import { requestError } from "../errors.js";
import { explain, makeFolder, writeAside, writeWhole } from "./atomic-write.js";
import { RUN_FILES, sumsFile, UNFINISHED } from "./files.js";
import { LOCK, lockRun } from "./lock.js";
import { type Meta, RunEvent, type RunNews } from "./meta.js";
import { decodeSums, encodeSums, type LanguageSums } from "./sums-file.js";

/** What stands at an out-dir. */
export type Site = "free" | "unfinished" | "finished" | "other";

/** @throws VscoreError (request) where the path is a file, or lies below one */
export function siteOf(folder: string): Site {
  let existing = resolve(folder);
  while (!existsSync(existing)) existing = dirname(existing);
  if (!isFolder(existing)) {
    const what = existing === resolve(folder) ? "is a file" : `lies below the file ${existing}`;
    throw requestError(
      `--out-dir ${folder} ${what}. Expected a folder, or a path where nothing is yet.`,
    );
  }
  if (existing !== resolve(folder)) return "free";
  if (existsSync(join(folder, RUN_FILES.meta))) return "finished";
  if (existsSync(join(folder, RUN_FILES.config))) return "unfinished";
  const others = readdirSync(folder).filter((name) => name !== LOCK && !name.endsWith(UNFINISHED));
  return others.length === 0 ? "free" : "other";
}

/** The config that a run's folder holds. */
export function storedConfig(folder: string): RunConfig {
  const file = join(folder, RUN_FILES.config);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw requestError(
      `${file} is not JSON: the run cannot go on. Start it anew with --overwrite.`,
      error,
    );
  }
  return parseStoredConfig(value, file);
}

/** The events of a run so far; lines that are cut short or foreign are left out. */
export function storedEvents(folder: string): RunEvent[] {
  const file = join(folder, RUN_FILES.events);
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        const event = RunEvent.safeParse(JSON.parse(line));
        return event.success ? [event.data] : [];
      } catch {
        return [];
      }
    });
}

/** The one writer of a run's folder. Every file is written whole or not at all. */
export class RunStore {
  private constructor(
    readonly folder: string,
    /** The topmost folder that had to be made for the run's own; undefined where it was there. */
    private readonly made: string | undefined,
    private readonly unlock: () => Promise<void>,
  ) {}

  /** Begins a run in a new folder, or in place of one that is there. */
  static async create(folder: string, config: RunConfig): Promise<RunStore> {
    const store = await RunStore.take(folder);
    try {
      await store.clear();
      await writeWhole(store.path(RUN_FILES.config), `${JSON.stringify(config, null, 2)}\n`);
      if (config.corpus === "flores") {
        // Texts of a gated corpus are not for sharing; what is derived from them per text stays here too.
        await writeWhole(
          store.path(RUN_FILES.gitignore),
          `${RUN_FILES.sumsFolder}/\n${RUN_FILES.examples}\n`,
        );
      }
      return store;
    } catch (error) {
      await store.discard();
      throw error;
    }
  }

  /** Takes up a run that was interrupted. What was being written when it was is removed. */
  static async resume(folder: string): Promise<RunStore> {
    const store = await RunStore.take(folder);
    for (const at of [folder, store.path(RUN_FILES.sumsFolder)]) {
      for (const name of existsSync(at) ? await readdir(at) : []) {
        if (name.endsWith(UNFINISHED)) await rm(join(at, name));
      }
    }
    // Its last line may have been cut short: the next one begins on a line of its own.
    const events = store.path(RUN_FILES.events);
    if (existsSync(events) && !readFileSync(events, "utf8").endsWith("\n")) {
      await appendFile(events, "\n");
    }
    return store;
  }

  private static async take(folder: string): Promise<RunStore> {
    const whole = resolve(folder);
    const made = await makeFolder(whole).catch((error: unknown) => {
      throw explain(error, folder);
    });
    return new RunStore(whole, made, await lockRun(whole));
  }

  path(file: string): string {
    return join(this.folder, file);
  }

  async append(news: RunNews): Promise<void> {
    const line = `${JSON.stringify({ at: new Date().toISOString(), ...news })}\n`;
    await appendFile(this.path(RUN_FILES.events), line).catch((error: unknown) => {
      throw explain(error, this.path(RUN_FILES.events));
    });
  }

  async writeSums(sums: LanguageSums): Promise<void> {
    await writeWhole(this.path(sumsFile(sums.language)), encodeSums(sums));
  }

  /** A language's finished sums; undefined where there are none, or none that are whole. */
  readSums(language: string): LanguageSums | undefined {
    const file = this.path(sumsFile(language));
    if (!existsSync(file)) return undefined;
    try {
      return decodeSums(readFileSync(file));
    } catch {
      return undefined;
    }
  }

  /** Whether any language is finished. */
  hasCheckpoint(): boolean {
    const folder = this.path(RUN_FILES.sumsFolder);
    return existsSync(folder) && readdirSync(folder).some((name) => !name.endsWith(UNFINISHED));
  }

  async write(file: string, content: string | Uint8Array): Promise<void> {
    await writeWhole(this.path(file), content);
  }

  /** For a file that the engine writes: it gets the path to write to. */
  async writeBy(file: string, fill: (aside: string) => Promise<void>): Promise<void> {
    await writeAside(this.path(file), fill);
  }

  /** Writes `meta.json`: with it the run is whole. */
  async finish(meta: Meta): Promise<void> {
    await writeWhole(this.path(RUN_FILES.meta), `${JSON.stringify(meta, null, 2)}\n`);
  }

  /** Gives the folder back. */
  async release(): Promise<void> {
    await this.unlock();
  }

  /** Takes back what `create` made, as if the run had never begun; for failures before anything was finished. */
  async discard(): Promise<void> {
    await this.clear();
    await this.unlock();
    if (this.made === undefined) return;
    for (let at = this.folder; at.length >= this.made.length; at = dirname(at)) {
      await rmdir(at).catch(() => undefined);
    }
  }

  /** Removes a run's own files, nothing else; `meta.json` first, so that what is left never looks whole. */
  private async clear(): Promise<void> {
    const own = [
      RUN_FILES.meta,
      ...Object.values(RUN_FILES).filter((name) => name !== RUN_FILES.meta),
    ];
    for (const name of own) await rm(this.path(name), { recursive: true, force: true });
  }
}

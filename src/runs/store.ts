import { existsSync, readdirSync, readFileSync } from "node:fs";
import { appendFile, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { RunConfig } from "../config/schema.js";
import { requestError } from "../errors.js";
import type { Part } from "../parts.js";
import type { TextSum } from "../reduce/joined-texts.js";
import { shellWord } from "../shell-word.js";
import { explain, makeFolder, writeAside, writeWhole } from "./atomic-write.js";
import { Fidelity, misfitOfFidelity } from "./fidelity-file.js";
import {
  GATED_CORPUS,
  GATED_IGNORE,
  INNER_RUNS,
  isWrittenAside,
  RUN_FILES,
  strongestFile,
  sumsFile,
} from "./files.js";
import { lockHolder, lockRun } from "./lock.js";
import type { Meta, RunNews } from "./meta.js";
import {
  bringBack,
  ownFiles,
  putAside,
  removeAside,
  removeOwnFiles,
  removeScaffold,
} from "./own-files.js";
import type { PartFacts, PartFile } from "./part-file.js";
import { decodePartSums, type PartSums, writePartSumsFile } from "./part-sums-file.js";
import { SealedWriter } from "./sealed-writer.js";
import { type Site, siteOf } from "./site.js";
import {
  type KeptOf,
  type LanguageStrongest,
  storedStrongest,
  writeStrongestFile,
} from "./strongest-file.js";
import { type LanguageSums, openSumsFile, writeSumsFile } from "./sums-file.js";
import { TextsOnDisk } from "./texts-on-disk.js";

/** The one writer of a run's folder. Every file is written whole or not at all. */
export class RunStore {
  private constructor(
    readonly folder: string,
    /** The topmost folder that had to be made for the run's own; undefined where it was there. */
    private readonly made: string | undefined,
    private readonly unlock: () => Promise<void>,
  ) {}

  /**
   * Begins a run in a new folder, or in place of one that is there: that one is put aside until this one is finished, and
   * comes back if this one is discarded.
   *
   * @param site what was there when it was decided to begin @param part which part of a run it is; null for a run @throws VscoreError (request) where that has changed since
   */
  static async create(
    folder: string,
    config: RunConfig,
    site?: Site,
    part: Part | null = null,
  ): Promise<RunStore> {
    const store = await RunStore.take(folder);
    const found = siteOf(folder);
    if (site !== undefined && found !== site) {
      await store.release();
      throw requestError(
        `${folder} appeared in the meantime: another process has made a run there. Choose another --out-dir, or look at it with: npx vscore show ${shellWord(folder)}`,
      );
    }
    try {
      refuseBusyInnerRuns(folder);
      if (found !== "free") await putAside(store.folder, { isFinished: found === "finished" });
      // Before anything that a run has too.
      if (part !== null) await store.writePart(part, null);
      await store.writeConfig(config);
      if (config.corpus === GATED_CORPUS)
        await writeWhole(store.path(RUN_FILES.gitignore), GATED_IGNORE);
      return store;
    } catch (error) {
      await store.discard();
      throw error;
    }
  }

  /** Takes up a run that was interrupted. What was being written when it was is removed. */
  static async resume(folder: string): Promise<RunStore> {
    const store = await RunStore.take(folder);
    try {
      const aside = ownFiles(store.folder).filter((name) => isWrittenAside(basename(name)));
      for (const name of aside) await rm(store.path(name));
      // Its last line may have been cut short: the next one begins on a line of its own.
      const events = store.path(RUN_FILES.events);
      if (existsSync(events) && !readFileSync(events, "utf8").endsWith("\n")) {
        await appendFile(events, "\n");
      }
      return store;
    } catch (error) {
      await store.release();
      throw explain(error, folder);
    }
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

  async writeConfig(config: RunConfig): Promise<void> {
    await writeWhole(this.path(RUN_FILES.config), `${JSON.stringify(config, null, 2)}\n`);
  }

  async append(news: RunNews): Promise<void> {
    const line = `${JSON.stringify({ at: new Date().toISOString(), ...news })}\n`;
    await appendFile(this.path(RUN_FILES.events), line).catch((error: unknown) => {
      throw explain(error, this.path(RUN_FILES.events));
    });
  }

  /** What a language's examples need; to be there before its sums are. */
  async writeStrongest(of: KeptOf, strongest: LanguageStrongest): Promise<void> {
    await writeStrongestFile(await this.place(strongestFile(of.language)), strongest, of);
  }

  /** What was kept of a language for the run's examples; undefined where there is nothing, or nothing that is whole. */
  readStrongest(of: KeptOf): LanguageStrongest | undefined {
    return storedStrongest(this.folder, of);
  }

  /** The same of a language that is finished. */
  keptStrongest(of: KeptOf): LanguageStrongest {
    const strongest = this.readStrongest(of);
    if (strongest !== undefined) return strongest;
    throw new Error(`what was kept of ${of.language} for the examples is gone from ${this.folder}`);
  }

  /** A language's sums: with them it is finished. */
  async writeSums(sums: LanguageSums, onRead?: () => void): Promise<void> {
    await writeSumsFile(await this.place(sumsFile(sums.language)), sums, onRead);
  }

  /**
   * Writes them; from then on they are in the file alone, for those of many languages do not fit in memory.
   *
   * @param onRead told once they are no longer needed where they were
   */
  async fileSums(sums: LanguageSums, onRead?: () => void): Promise<LanguageSums> {
    await this.writeSums(sums, onRead);
    const filed = this.readSums(sums.language);
    if (filed !== undefined) return filed;
    throw new Error(`the sums of ${sums.language} were written, and are not whole in their file`);
  }

  /** Whether a language's sums are there: finished, if not necessarily made alike. */
  hasSums(language: string): boolean {
    return existsSync(this.path(sumsFile(language)));
  }

  /** A language's finished sums, which stay in their file; undefined where there are none, or none that are whole. */
  readSums(language: string): LanguageSums | undefined {
    const file = this.path(sumsFile(language));
    if (!existsSync(file)) return undefined;
    try {
      return openSumsFile(file);
    } catch {
      return undefined;
    }
  }

  async writePartSums(sums: PartSums<Iterable<TextSum>>, onRead?: () => void): Promise<void> {
    await writePartSumsFile(await this.place(sumsFile(sums.language)), sums, onRead);
  }

  /** For the sums of a language's texts while they come. */
  async beginTexts(language: string): Promise<TextsOnDisk> {
    return new TextsOnDisk(await this.place(sumsFile(language)));
  }

  /** Where a file goes; its folder is there then. @throws VscoreError (environment) where it cannot be made */
  private async place(file: string): Promise<string> {
    const path = this.path(file);
    await makeFolder(dirname(path)).catch((error: unknown) => {
      throw explain(error, path);
    });
    return path;
  }

  /** The same of a part of a run. */
  readPartSums(language: string): PartSums | undefined {
    const file = this.path(sumsFile(language));
    if (!existsSync(file)) return undefined;
    try {
      return decodePartSums(readFileSync(file));
    } catch {
      return undefined;
    }
  }

  /** How well the dictionaries rebuild the languages, where that is there and whole. */
  readFidelity(of: Parameters<typeof misfitOfFidelity>[1]): Fidelity | undefined {
    const file = this.path(RUN_FILES.fidelity);
    if (!existsSync(file)) return undefined;
    try {
      const found = Fidelity.parse(JSON.parse(readFileSync(file, "utf8")));
      return misfitOfFidelity(found, of) === null ? found : undefined;
    } catch {
      return undefined;
    }
  }

  /** Whether any language is finished. */
  hasCheckpoint(): boolean {
    const folder = this.path(RUN_FILES.sumsFolder);
    return existsSync(folder) && readdirSync(folder).some((name) => !isWrittenAside(name));
  }

  async write(file: string, content: string | Uint8Array): Promise<void> {
    await writeWhole(this.path(file), content);
  }

  /** For a sealed file that is too large to be in memory as a whole. */
  beginSealed(file: string): SealedWriter {
    return new SealedWriter(this.path(file));
  }

  /** For a file that the engine writes: it gets the path to write to. */
  async writeBy(file: string, fill: (aside: string) => Promise<void>): Promise<void> {
    await writeAside(this.path(file), fill);
  }

  /** Writes `meta.json`: with it the run is whole, and the one that it replaces goes. */
  async finish(meta: Meta): Promise<void> {
    await writeWhole(this.path(RUN_FILES.meta), `${JSON.stringify(meta, null, 2)}\n`);
    // The run is whole: what cannot be removed of its scaffold, or of the one before, is removed with the next.
    await removeScaffold(this.folder).catch(() => undefined);
    await removeAside(this.folder).catch(() => undefined);
  }

  /** Says which part of a run this is and, with what it has, that it is whole. */
  async writePart(shard: Part, finished: PartFacts | null): Promise<void> {
    const file: PartFile = { schema_version: 1, shard, finished };
    await writeWhole(this.path(RUN_FILES.part), `${JSON.stringify(file, null, 2)}\n`);
    if (finished !== null) await removeAside(this.folder).catch(() => undefined);
  }

  /** Gives the folder back. */
  async release(): Promise<void> {
    await this.unlock();
  }

  /** Takes back what `create` made, as if the run had never begun; for failures before anything was finished. */
  async discard(): Promise<void> {
    await removeOwnFiles(this.folder);
    await bringBack(this.folder);
    await this.unlock();
    if (this.made === undefined) return;
    for (let at = this.folder; at.length >= this.made.length; at = dirname(at)) {
      await rmdir(at).catch(() => undefined);
    }
  }
}

/** @throws VscoreError (request) while another process is at work on a run's held-out texts, or on a control */
export function refuseBusyInnerRuns(folder: string): void {
  for (const inner of INNER_RUNS) {
    const holder = lockHolder(join(folder, inner));
    if (holder !== null)
      throw requestError(
        `The process ${holder.pid} is at work on ${inner} of the run in ${folder}. Expected nobody. Wait for it, or stop it.`,
      );
  }
}

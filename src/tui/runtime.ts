import { execa } from "execa";
import { compareRuns } from "../comparison/compare-runs.js";
import { runDifferences } from "../comparison/run-differences.js";
import { VscoreError } from "../errors.js";
import { Launches } from "../launches/launches.js";
import { deleteRun } from "../runs/delete-run.js";
import { EventsTail } from "../runs/events.js";
import { RunsWatch } from "../runs/list.js";
import { isHere, lockHolder } from "../runs/lock.js";
import { comparisonLines } from "../views/comparison-table.js";
import { differenceLines } from "../views/run-differences-table.js";
import { type App, topOf } from "./app.js";
import { LabProcess } from "./lab-process.js";
import type { Effect, News } from "./model.js";
import { logEnd, openFolder } from "./open-folder.js";
import { languagesOf, planOf } from "./plan-lines.js";
import { foldersElsewhere, rowsOf } from "./rows.js";

const TICK_MS = 1000;

/** Everything that the screens ask for and that takes the outside: processes, files, the clock. */
export class Runtime {
  private readonly watch: RunsWatch;
  private readonly launches = new Launches();
  private lab: LabProcess | null = null;
  private timer: NodeJS.Timeout | undefined;
  private followed: { folder: string; tail: EventsTail } | null = null;

  constructor(
    /** The command line of vscore itself. */
    private readonly command: readonly [string, ...string[]],
    private readonly below: string,
    private readonly tell: (news: News) => void,
    private readonly quit: () => void,
  ) {
    this.watch = new RunsWatch(below);
  }

  /** Begins to list the runs and to follow the one that is shown. */
  start(app: () => App): void {
    this.launches.tidy();
    const tick = () => {
      this.guarded(() => {
        this.tell({ type: "ticked", now: Date.now() });
        this.list();
        const top = topOf(app());
        if (top.kind === "live") this.follow(top.folder);
      });
      this.timer = setTimeout(tick, TICK_MS);
    };
    setImmediate(tick);
  }

  close(): void {
    clearTimeout(this.timer);
    this.lab?.end();
  }

  perform(effect: Effect): void {
    this.guarded(() => this.begin(effect));
  }

  /** A failure of one effect is told; the screens stay. */
  private guarded(work: () => void | Promise<void>): void {
    const wrong = (error: unknown) =>
      this.tell({ type: "told", tone: "wrong", text: wordsOf(error) });
    try {
      Promise.resolve(work()).catch(wrong);
    } catch (error) {
      wrong(error);
    }
  }

  private async begin(effect: Effect): Promise<void> {
    switch (effect.type) {
      case "quit":
        return this.quit();
      case "suspend":
        process.kill(process.pid, "SIGTSTP");
        return;
      case "open_run":
        return this.open(effect.folder);
      case "compare":
        return this.compare(effect);
      case "launch":
        await this.launches.start(this.command, effect.args, effect.folder);
        this.list();
        return this.tell({ type: "launched", folder: effect.folder });
      case "list_languages":
        return this.tell({
          type: "languages_listed",
          corpus: effect.corpus,
          codes: languagesOf(effect),
        });
      case "look_at":
        return this.tell({ type: "looked_at", place: effect.place });
      case "stop":
        return this.stop(effect.folder);
      case "forget_launch":
        this.launches.forget(effect.id);
        return this.list();
      case "delete_run":
        return this.delete(effect.folder);
      case "export_csv":
        return this.export(effect);
      case "report":
        return this.report(effect.folder);
      case "open_link":
        return this.openLink(effect.url);
      case "plan":
        return this.tell({ type: "planned", ...planOf(effect.asked) });
      case "start_lab":
        this.lab?.end();
        this.lab = new LabProcess(this.command, effect, (news) => this.tell({ type: "lab", news }));
        return;
      case "ask_lab":
        return this.lab?.ask(effect.text);
      case "end_lab":
        this.lab?.end();
        this.lab = null;
    }
  }

  private list(): void {
    const launches = this.launches.list();
    const elsewhere = foldersElsewhere(launches, this.below);
    this.tell({ type: "listed", rows: rowsOf(this.watch.list(elsewhere), launches) });
  }

  private follow(folder: string): void {
    if (this.followed?.folder !== folder) this.followed = { folder, tail: new EventsTail(folder) };
    const events = this.followed.tail.read();
    this.tell({ type: "followed", folder, events, log: logEnd(folder) });
  }

  private async open(folder: string): Promise<void> {
    try {
      this.tell({ type: "run_opened", folder, ...(await openFolder(this.command, folder)) });
    } catch (error) {
      this.tell({ type: "run_refused", folder, message: wordsOf(error) });
    }
  }

  private async compare({ first, second, topK }: Effect & { type: "compare" }): Promise<void> {
    try {
      const [a, b] = [
        await openFolder(this.command, first),
        await openFolder(this.command, second),
      ];
      const lines = [
        ...differenceLines(runDifferences(a.run, b.run)),
        "",
        ...comparisonLines(topK, compareRuns(a.run, b.run, topK)),
      ];
      this.tell({ type: "compared", first, second, lines });
    } catch (error) {
      this.tell({ type: "comparison_refused", message: wordsOf(error) });
    }
  }

  private stop(folder: string): void {
    const launch = this.launches.list().find((each) => each.folder === folder && each.isAlive);
    const worker = lockHolder(folder) ?? (launch && { ...launch, namespace: null });
    if (worker === undefined) {
      this.told("info", "Nothing is at work there any more.");
    } else if (!isHere(worker)) {
      this.told(
        "wrong",
        `Process ${worker.pid} of ${worker.host} is at work there: stop it there.`,
      );
    } else {
      process.kill(worker.pid, "SIGINT");
      this.told("info", "Stopping it: finished languages are kept, the one under way begins anew.");
    }
  }

  private async delete(folder: string): Promise<void> {
    const isGone = await deleteRun(folder);
    this.told(
      "done",
      isGone ? `Deleted ${folder}` : `Deleted the run; ${folder} holds other files, which stay`,
    );
    this.list();
  }

  private async export({
    folder,
    topK,
    rankBy = "v",
  }: Effect & { type: "export_csv" }): Promise<void> {
    await this.made(folder, [
      "export",
      "csv",
      folder,
      "--top-k",
      String(topK),
      "--rank-by",
      rankBy,
    ]);
  }

  private async report(folder: string): Promise<void> {
    this.told("info", "Drawing the figures…");
    await this.made(folder, ["report", folder]);
  }

  /** Has vscore make something from a run, and tells its last words. */
  private async made(folder: string, args: readonly string[]): Promise<void> {
    const [interpreter, ...script] = this.command;
    const { exitCode, stdout, stderr } = await execa(interpreter, [...script, ...args], {
      ...({ reject: false, stdin: "ignore" } as const),
      env: { NO_COLOR: "1" },
    });
    const words = exitCode === 0 ? stdout : stderr;
    const file = /^(Wrote|Report:) .*$/m.exec(words)?.[0];
    this.told(exitCode === 0 ? "done" : "wrong", file ?? lastLine(words));
    await this.open(folder);
  }

  private openLink(url: string): void {
    const isMac = process.platform === "darwin";
    const hasScreen = isMac || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
    const instead = () => this.told("info", `No browser could be opened here: ${url}`);
    if (!hasScreen) {
      instead();
      return;
    }
    void execa(isMac ? "open" : "xdg-open", [url], {
      ...({ stdio: "ignore", detached: true, reject: false } as const),
    }).then(({ failed }) => failed && instead());
  }

  private told(tone: "done" | "wrong" | "info", text: string): void {
    this.tell({ type: "told", tone, text });
  }
}

const lastLine = (text: string): string =>
  text.split("\n").findLast((line) => line.trim() !== "") ?? "It ended without a word.";

function wordsOf(error: unknown): string {
  if (error instanceof VscoreError) return error.message;
  return error instanceof Error
    ? `Something unforeseen went wrong: ${error.message}`
    : String(error);
}

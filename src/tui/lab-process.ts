import { createInterface } from "node:readline";
import { execa } from "execa";
import { type ExploredText, ExploreLine } from "../explore/explored-text.js";
import type { Measure } from "../runs/rank-by.js";

/** What the process that explores texts tells. */
export type LabNews =
  | { type: "phase"; phase: string }
  | { type: "ready"; device: string; layers: number[]; warnings: string[] }
  | { type: "read"; result: ExploredText }
  | { type: "unread"; message: string }
  | { type: "ended"; message: string };

/**
 * A run's model, loaded in a process of its own (`vscore explore RUN - --json`): ending it frees the memory, and its death
 * takes nothing else with it.
 */
export class LabProcess {
  private readonly child: ReturnType<typeof start>;
  private isEnding = false;
  private isBusy = false;
  /** The text that is asked next; what was typed meanwhile replaces it. */
  private waiting: string | null = null;

  constructor(
    command: readonly [string, ...string[]],
    request: { folder: string; rankBy?: Measure },
    private readonly tell: (news: LabNews) => void,
  ) {
    this.child = start(command, request);
    let last = "";
    createInterface({ input: this.child.stderr }).on("line", (line) => {
      if (line.trim() !== "") last = line;
    });
    createInterface({ input: this.child.stdout }).on("line", (line) => this.heard(line));
    this.child.stdin.on("error", () => undefined);
    void this.child.then(({ exitCode, signal }) => {
      if (this.isEnding) return;
      const how = signal === undefined ? `exit ${exitCode}` : `killed by ${signal}`;
      tell({ type: "ended", message: last === "" ? `The engine ended (${how}).` : last });
    });
  }

  /** Asks for a text, or with "" for none any more; while another one is read, only the latest waits. */
  ask(text: string): void {
    this.waiting = text === "" ? null : text;
    this.next();
  }

  end(): void {
    this.isEnding = true;
    this.child.kill("SIGTERM");
  }

  private next(): void {
    if (this.isBusy || this.waiting === null) return;
    this.isBusy = true;
    this.child.stdin.write(`${JSON.stringify(this.waiting)}\n`);
    this.waiting = null;
  }

  private heard(line: string): void {
    const parsed = ExploreLine.safeParse(parseJson(line));
    if (!parsed.success) return;
    const news = parsed.data;
    if (news.type === "phase") this.tell(news);
    else if (news.type === "ready")
      this.tell({
        type: "ready",
        device: news.device,
        layers: news.layers,
        warnings: news.warnings,
      });
    else if (news.type === "failed") {
      this.isEnding = true;
      this.tell({ type: "ended", message: news.error.message });
    } else {
      this.isBusy = false;
      if (news.type === "error") this.tell({ type: "unread", message: news.message });
      else {
        const { type: _, ...result } = news;
        this.tell({ type: "read", result });
      }
      this.next();
    }
  }
}

const start = (
  [interpreter, ...script]: readonly [string, ...string[]],
  { folder, rankBy = "v" }: { folder: string; rankBy?: Measure },
) =>
  execa(interpreter, [...script, "explore", folder, "-", "--json", "--rank-by", rankBy], {
    ...({ stdin: "pipe", reject: false, buffer: false } as const),
    env: { NO_COLOR: "1" },
  });

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

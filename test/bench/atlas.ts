// What a run over all languages of FLORES+ takes, and what looking at it takes: time and peak memory, each step in a process of its own.
// Run: npm run bench -- atlas [--texts 100 --layers 6 …] [--keep FOLDER] [--json]
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { FLORES_PLUS } from "../../src/config/flores-plus.js";
import { projectRoot } from "../../src/config/paths.js";
import { readMadeUp, SIZE_DEFAULTS, sizeOf } from "./asked-size.js";
import { computeAtlas, lookAtAtlas } from "./atlas-run.js";

const WHOLE_NUMBERS = {
  languages: String(FLORES_PLUS.size),
  texts: "50",
  layers: "6",
  ...SIZE_DEFAULTS,
} as const;

const { number, given, apart, json } = readMadeUp(WHOLE_NUMBERS, ["keep"]);
const asked = sizeOf(number);

interface Step {
  step: string;
  seconds: number;
  /** Null of a part of a step. */
  peak_mb: number | null;
}

const since = (began: number): number => (performance.now() - began) / 1000;
const peak = (): number => Math.round(process.resourceUsage().maxRSS / 1024);

/** What is done in processes of its own, without the command line. */
const DO = {
  compute: async (folder: string): Promise<Step[]> => {
    const phases: Step[] = [];
    let began = performance.now();
    const first = began;
    let phase = "reading frames, writing sums";
    const end = () => {
      phases.push({ step: `  ${phase}`, seconds: since(began), peak_mb: null });
      began = performance.now();
    };
    await computeAtlas(folder, asked, {
      sharesIds: !apart,
      onNews: (news) => {
        if (news.type !== "phase") return;
        end();
        phase = news.phase;
      },
    });
    end();
    return [{ step: "compute", seconds: since(first), peak_mb: peak() }, ...phases];
  },
  tui: async (folder: string): Promise<Step[]> => {
    const began = performance.now();
    lookAtAtlas(folder, { columns: 80, rows: 24 });
    lookAtAtlas(folder, { columns: 160, rows: 50 });
    return [{ step: "terminal UI, all tabs", seconds: since(began), peak_mb: peak() }];
  },
};

function inProcess(name: keyof typeof DO, folder: string): Step[] {
  const file = process.argv[1] as string;
  const own = [file, ...process.argv.slice(2), "--do", name, "--folder", folder];
  const said = execFileSync(process.execPath, own, {
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
  });
  return JSON.parse(said) as Step[];
}

/** Leaves the peak of a command's own process behind. */
const TELLING_PEAK = `import { writeFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";
if (isMainThread) process.on("exit", () => writeFileSync(process.env.PEAK_FILE, String(process.resourceUsage().maxRSS)));`;

function command(folder: string, scratch: string, ...words: string[]): Step {
  const PEAK_FILE = join(scratch, "peak");
  const began = performance.now();
  const preload = `data:text/javascript,${encodeURIComponent(TELLING_PEAK)}`;
  const [verb, ...rest] = words.map((word) => (word === "RUN" ? folder : word));
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      "--no-warnings",
      "--import",
      preload,
      join(projectRoot, "dist", "vscore.cjs"),
      verb,
      ...rest,
    ].map(String),
    { env: { ...process.env, PEAK_FILE }, encoding: "utf8", maxBuffer: 2 ** 30 },
  );
  if (status !== 0) throw new Error(`${words.join(" ")} ended with ${status}: ${stderr}`);
  const peak_mb = Math.round(Number(readFileSync(PEAK_FILE, "utf8")) / 1024);
  return { step: words.join(" "), seconds: since(began), peak_mb };
}

function measure(): void {
  const scratch = mkdtempSync(join(tmpdir(), "vscore-bench-"));
  const folder = given.keep ?? join(scratch, "atlas");
  const steps: Step[] = [];
  // Each as soon as it is known: all together take minutes.
  const tell = (...made: Step[]) => {
    steps.push(...made);
    if (!json) for (const step of made) console.log(lineOf(step));
  };
  const view = (...words: string[]) => tell(command(folder, scratch, ...words));
  const { languages, texts, layers, features } = asked;
  if (!json) {
    console.log(`${languages} languages × ${texts} texts × ${features} features, ${layers} layers`);
    console.log(`${"step".padEnd(STEP)}  seconds  peak MB`);
  }
  try {
    // A run that was kept is looked at as it is.
    if (!existsSync(join(folder, "meta.json"))) tell(...inProcess("compute", folder));
    view("runs", dirname(folder));
    view("show", "RUN", "--top-k", "1");
    view("feature", "RUN", "0:0");
    view("compare", "RUN", "RUN");
    view("plot", "heatmap", "RUN");
    view("plot", "summary", "RUN");
    view("cluster", "RUN");
    view("report", "RUN");
    tell(...inProcess("tui", folder));
    const report_mb = statSync(join(folder, "report.html")).size / 1e6;
    const sums_mb = bytesIn(join(folder, "sums")) / 1e6;
    if (json) console.log(JSON.stringify({ asked, steps, report_mb, sums_mb }));
    else console.log(`report.html ${report_mb.toFixed(1)} MB, sums ${sums_mb.toFixed(0)} MB`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const bytesIn = (folder: string): number =>
  readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);

const STEP = 34;

function lineOf({ step, seconds, peak_mb }: Step): string {
  const memory = (peak_mb === null ? "" : String(peak_mb)).padStart(8);
  return `${step.slice(0, STEP).padEnd(STEP)} ${seconds.toFixed(1).padStart(8)} ${memory}`;
}

if (given.do === undefined) measure();
else console.log(JSON.stringify(await DO[given.do as keyof typeof DO](given.folder as string)));

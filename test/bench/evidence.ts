// How long the evidence of scores takes, and how much memory. Run: npm run bench -- evidence [--texts 1000 --layers 6 …] [--json]
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EvidenceThreads, threadCount } from "../../src/evidence/threads.js";
import { textHash } from "../../src/plan.js";
import { readMadeUp, SIZE_DEFAULTS, sizeOf } from "./asked-size.js";
import { makeRun, timeParts, timeWhole } from "./evidence-run.js";

const WHOLE_NUMBERS = {
  languages: "10",
  texts: "100",
  layers: "1",
  ...SIZE_DEFAULTS,
  threads: String(threadCount(null)),
} as const;

const { number, given, apart, json } = readMadeUp(WHOLE_NUMBERS);
const asked = sizeOf(number);
const how = { sharesIds: !apart };
const megabytes = () => Math.round(process.resourceUsage().maxRSS / 1024);

/** Each in a process of its own: its memory is then that of its work alone. */
const DO = {
  make: async (folder: string) => makeRun(folder, asked),
  parts: async (folder: string) => timeParts(folder, how),
  whole: async (folder: string) => {
    const threads = new EvidenceThreads(number("threads"));
    const { bytes, ...told } = await timeWhole(folder, how, threads);
    await threads.close();
    return { ...told, sha256: textHash(bytes), peak_mb: megabytes() };
  },
};

function inProcess<Name extends keyof typeof DO>(name: Name, folder: string) {
  const file = process.argv[1] as string;
  const own = [file, ...process.argv.slice(2), "--do", name, "--folder", folder];
  const said = execFileSync(process.execPath, own, {
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
  });
  return JSON.parse(said || "null") as Awaited<ReturnType<(typeof DO)[Name]>>;
}

function measure(): void {
  const folder = mkdtempSync(join(tmpdir(), "vscore-bench-"));
  try {
    inProcess("make", folder);
    const parts = inProcess("parts", folder);
    const whole = inProcess("whole", folder);
    const threads = number("threads");
    if (json) console.log(JSON.stringify({ asked, ...how, threads, parts, whole }));
    else for (const line of lines(parts, whole, threads)) console.log(line);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function* lines(
  parts: ReturnType<typeof timeParts>,
  whole: Awaited<ReturnType<typeof DO.whole>>,
  threads: number,
): Generator<string> {
  const { languages, texts, layers, features } = asked;
  yield `${languages} languages × ${texts} texts × ${features} features, ${layers} layers; ${parts.entries} sums in the first layer`;
  const row = (part: string, seconds: number) =>
    `  ${part.padEnd(16)}${seconds.toFixed(2).padStart(8)} s`;
  yield "One layer, part by part in one thread:";
  for (const [part, seconds] of Object.entries(parts.times))
    if (part !== "reading") yield row(part, seconds);
  yield `All layers, from files, in ${threads} threads:`;
  for (const [part, seconds] of Object.entries(whole.times)) yield row(part, seconds);
  yield row("  its CPU time", whole.cpu_s);
  yield row("  per layer", (whole.times.evidence as number) / layers);
  yield `  peak memory     ${String(whole.peak_mb).padStart(8)} MB, threads included; evidence ${whole.sha256.slice(0, 12)}`;
}

if (given.do === undefined) measure();
else {
  const made = await DO[given.do as keyof typeof DO](given.folder as string);
  console.log(JSON.stringify(made ?? null));
}

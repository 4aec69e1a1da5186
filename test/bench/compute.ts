// `vscore compute` beside plain PyTorch on the same model and texts. Run: npm run bench -- compute [--rounds 3 --texts 20 …] [--json]
// With --memory: its peak memory on a tenth of the texts and on all of them.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../src/config/paths.js";
import { tableLines } from "../../src/views/table.js";
import { readAsked } from "./asked-size.js";
import {
  LANGUAGES,
  type Loop,
  largestDifference,
  type Measured,
  MODEL_DEFAULTS,
  modelOf,
  prepare,
  runLoop,
  runVscore,
  type Size,
} from "./compute-bench.js";
import { seconds, spread, turned } from "./rounds.js";

/** Of the embedded manuals, which have more texts than the Declaration. */
const MEMORY_LANGUAGES = [...LANGUAGES.filter((code) => code !== "tha_Thai"), "deu_Latn"];

const { number, given, isOn, json } = readAsked(
  { ...MODEL_DEFAULTS, "seed-texts": "4", rounds: "3" },
  ["read", "texts"],
  ["memory"],
);
const model = modelOf(number, given.read);
const place = join(projectRoot, "dist", "bench", "stand-ins");
const scratch = mkdtempSync(join(tmpdir(), "vscore-bench-"));
const note = (text: string) => console.error(text);

try {
  if (isOn("memory")) await measureMemory();
  else await measureTime();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function measureTime(): Promise<void> {
  const texts = Number(given.texts ?? 20);
  const size: Size = { ...model, corpus: "udhr", languages: LANGUAGES, texts };
  note("preparing the model …");
  const bench = prepare(place, size);
  const few = prepare(place, { ...size, texts: Math.min(texts, number("seed-texts")) });
  const rounds: Record<Loop | "vscore", Measured>[] = [];
  const differences: Record<Loop, number> = { seed: 0, floor: 0, statistics: 0 };
  for (let round = 1; round <= number("rounds"); round++) {
    const measured: Partial<Record<Loop | "vscore", Measured>> = {};
    const run = join(scratch, "run");
    const means = (loop: Loop) => join(scratch, `${loop}.safetensors`);
    const order = turned(["floor", "vscore", "statistics", "seed"] as const, round - 1);
    for (const method of order) {
      note(`round ${round} of ${number("rounds")}: ${method} …`);
      measured[method] =
        method === "vscore"
          ? await runVscore(bench, run)
          : await runLoop(method, method === "seed" ? few : bench, means(method));
    }
    for (const loop of ["floor", "statistics"] as const)
      differences[loop] = Math.max(differences[loop], largestDifference(means(loop), run, size));
    note(`round ${round} of ${number("rounds")}: vscore on the texts of the seed method …`);
    await runVscore(few, join(scratch, "few"));
    const ofSeed = largestDifference(means("seed"), join(scratch, "few"), size);
    differences.seed = Math.max(differences.seed, ofSeed);
    rounds.push(measured as Record<Loop | "vscore", Measured>);
  }
  if (json) {
    console.log(JSON.stringify({ size, rounds, largest_difference: differences }));
    return;
  }
  console.log(timeTable(rounds, differences).join("\n"));
}

/** Seconds a thousand tokens, so that a method that reads fewer texts compares. */
function pace({ steady, tokens }: Measured): number {
  return (1000 * steady) / tokens;
}

function timeTable(
  rounds: readonly Record<Loop | "vscore", Measured>[],
  differences: Record<Loop, number>,
): string[] {
  const rows = (["seed", "statistics", "floor", "vscore"] as const).map((method) => {
    const all = rounds.map((round) => round[method]);
    const ratios = rounds.map((round) => pace(round[method]) / pace(round.vscore));
    return [
      method,
      spread(all.map(pace)),
      spread(ratios),
      spread(all.map((each) => each.steady)),
      spread(all.map((each) => each.whole)),
      Object.values(all.at(-1)?.peak ?? {})
        .map(megabytes)
        .join(" + "),
      method === "vscore" ? "" : differences[method].toExponential(1),
    ];
  });
  const columns = [
    { title: "method" },
    { title: "s / 1,000 tokens", align: "right" },
    { title: "× vscore", align: "right" },
    { title: "steady s", align: "right" },
    { title: "whole s", align: "right" },
    { title: "peak MB", align: "right" },
    { title: "largest |Δμ|", align: "right" },
  ] as const;
  const parts = rounds.flatMap(({ vscore }) => Object.keys(vscore.seconds));
  const split = [...new Set(parts)].map((part) => [
    part,
    spread(rounds.map(({ vscore }) => vscore.seconds[part] ?? 0)),
    spread(rounds.map(({ vscore }) => (100 * (vscore.seconds[part] ?? 0)) / vscore.whole)),
  ]);
  const ofParts = [
    { title: "of vscore" },
    { title: "s", align: "right" },
    { title: "% of whole", align: "right" },
  ] as const;
  return [
    ...tableLines(columns, rows),
    "",
    ...tableLines(ofParts, split),
    "",
    "Median [least to most] of the rounds. steady: what grows with the texts (of vscore: extract and write). model, encode, stream and reduce are within extract, reduce at the same time as the others.",
  ];
}

async function measureMemory(): Promise<void> {
  const most = Number(given.texts ?? 100);
  const size = { ...model, corpus: "manuals" as const, languages: MEMORY_LANGUAGES };
  const found: { texts: number; measured: Measured }[] = [];
  for (const texts of [Math.round(most / 10), most]) {
    note(`${texts * size.languages.length} texts …`);
    const bench = prepare(place, { ...size, texts });
    const measured = await runVscore(bench, join(scratch, "run"));
    found.push({ texts: texts * size.languages.length, measured });
  }
  if (json) {
    console.log(JSON.stringify(found));
    return;
  }
  const columns = [
    { title: "texts", align: "right" },
    { title: "tokens", align: "right" },
    { title: "node MB", align: "right" },
    { title: "python MB", align: "right" },
    { title: "whole s", align: "right" },
  ] as const;
  const rows = found.map(({ texts, measured: { tokens, peak, whole } }) => [
    ...[String(texts), String(tokens), megabytes(peak.node ?? 0), megabytes(peak.python ?? 0)],
    seconds(whole),
  ]);
  console.log(tableLines(columns, rows).join("\n"));
}

function megabytes(bytes: number): string {
  return String(Math.round(bytes / 1e6));
}

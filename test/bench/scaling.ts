// `vscore compute` with one worker and with more, of one thread each, on a Ray cluster of this machine; beside it the local engine with
// one thread. Run: npm run bench -- scaling [--workers 2 --rounds 3 --texts 20 …] [--json]
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../src/config/paths.js";
import { tableLines } from "../../src/views/table.js";
import { startCluster } from "../fixtures/local-cluster.js";
import { readAsked } from "./asked-size.js";
import {
  LANGUAGES,
  type Measured,
  MODEL_DEFAULTS,
  modelOf,
  prepare,
  runVscore,
} from "./compute-bench.js";
import { spread, turned } from "./rounds.js";

const { number, given, json } = readAsked(
  { ...MODEL_DEFAULTS, workers: "2", rounds: "3", texts: "20" },
  ["read"],
);
const scratch = mkdtempSync(join(tmpdir(), "vscore-bench-"));
const note = (text: string) => console.error(text);
/** Whose bytes must be the same, whoever made them. */
const FILES = ["v_scores.safetensors", "feature_stats.safetensors", "examples.json"];

note("preparing the model …");
const size = {
  ...modelOf(number, given.read),
  ...{ corpus: "udhr" as const, languages: LANGUAGES, texts: number("texts") },
};
const bench = prepare(join(projectRoot, "dist", "bench", "stand-ins"), size);
const cluster = await startCluster(number("workers"));
try {
  const ways: Record<string, readonly string[]> = {
    local: [],
    "1 worker": workers(1),
    [`${number("workers")} workers`]: workers(number("workers")),
  };
  const rounds: Record<string, Measured>[] = [];
  for (let round = 1; round <= number("rounds"); round++) {
    const measured: Record<string, Measured> = {};
    for (const way of turned(Object.keys(ways), round - 1)) {
      note(`round ${round} of ${number("rounds")}: ${way} …`);
      // Small batches: with a few large ones, some worker waits for the last one of another.
      const more = ["--threads", "1", "--batch-tokens", "512", ...(ways[way] ?? [])];
      measured[way] = await runVscore(bench, join(scratch, way), more);
    }
    rounds.push(measured);
  }
  const same = FILES.every((file) =>
    Object.keys(ways).every((way) => read(way, file).equals(read("local", file))),
  );
  if (json) console.log(JSON.stringify({ size, rounds, same_bytes: same }));
  else console.log(table(Object.keys(ways), rounds, same).join("\n"));
} finally {
  await cluster.close();
  rmSync(scratch, { recursive: true, force: true });
}

function workers(count: number): string[] {
  return ["--engine", "ray", "--ray-address", cluster.address, "--workers", String(count)];
}

function read(way: string, file: string): Buffer {
  return readFileSync(join(scratch, way, file));
}

function table(
  ways: readonly string[],
  rounds: readonly Record<string, Measured>[],
  same: boolean,
): string[] {
  const of = (way: string) => rounds.map((round) => round[way] as Measured);
  const rows = ways.map((way) => {
    const faster = rounds.map((round) => extract(round["1 worker"]) / extract(round[way]));
    return [
      way,
      spread(of(way).map(extract)),
      spread(faster),
      spread(of(way).map(({ whole }) => whole)),
    ];
  });
  const columns = [
    { title: "" },
    { title: "extract s", align: "right" },
    { title: "× as fast as 1 worker", align: "right" },
    { title: "whole s", align: "right" },
  ] as const;
  const tokens = of("local")[0]?.tokens ?? 0;
  return [
    ...tableLines(columns, rows),
    "",
    `${tokens} tokens. Median [least to most] of the rounds. Results are ${same ? "" : "NOT "}the same bytes.`,
  ];
}

function extract(measured: Measured | undefined): number {
  return measured?.seconds.extract ?? 0;
}

import { expect, test } from "vitest";
import {
  type BatchOptions,
  type BatchResult,
  runBatch,
  worstExit,
} from "../../src/batch/run-batch.js";
import { configOf } from "../fixtures/runs.js";

/** Stands in for vscore: reads the config that it is given, and ends as that run's name says. */
const STAND_IN = `
const fs = require("node:fs");
const config = JSON.parse(fs.readFileSync(0, "utf8"));
const how = config.out_dir.split("/").at(-1);
console.error("working on " + how);
if (how === "killed") process.kill(process.pid, "SIGKILL");
else if (how === "waits") process.on("SIGINT", () => process.exit(130)), setInterval(() => {}, 1000), console.error("ready");
else if (how === "told") {
  console.error("A stack\\n  at somewhere");
  console.log(JSON.stringify({ error: { kind: "bug", message: "First line.\\n  at somewhere" } }));
  process.exit(1);
} else if (how === "args") {
  console.log(JSON.stringify({ error: { message: process.argv.slice(1).join(" ") } }));
  process.exit(2);
} else if (how.startsWith("exit-")) { console.error("It went wrong.\\n"); process.exit(Number(how.slice(5))); }
else console.log(JSON.stringify({ args: process.argv.slice(1), meta: { warnings: ["one", "two"] } }));
`;

const planned = (name: string, site: "free" | "finished" = "free") => ({
  name,
  site,
  asked: { model: "demo", out_dir: `v_score_runs/${name}` },
  config: configOf({ out_dir: `v_score_runs/${name}` }),
});

async function run(
  names: string[],
  keepGoing = false,
  signal = new AbortController().signal,
  more: Partial<BatchOptions> = {},
) {
  const begun: string[] = [];
  const results = await runBatch(
    names.map((name) => planned(name)),
    {
      command: [process.execPath, "-e", STAND_IN, "--"],
      keepGoing,
      signal,
      onBegin: ({ name }) => begun.push(name),
      onText: () => undefined,
      ...more,
    },
  );
  return { begun, results, states: results.map(({ state }) => state) };
}

test("each run has a process of its own, and says how it ended", async () => {
  const { results } = await run(["fine", "told", "exit-4"], true);
  expect(results).toMatchObject([
    { name: "fine", state: "done", exit_code: 0, warnings: 2, message: null },
    { name: "told", state: "failed", exit_code: 1, warnings: 0, message: "First line." },
    { name: "exit-4", state: "failed", exit_code: 4, warnings: 0, message: "It went wrong." },
  ]);
  expect(results[0]?.seconds).toBeGreaterThan(0);
});

test("each run is told what goes for all", async () => {
  const argumentsOf = async (more: Partial<BatchOptions>) =>
    (await run(["args"], false, undefined, more)).results[0]?.message;
  expect(await argumentsOf({})).toBe("compute --config - --resume --json");
  expect(await argumentsOf({ ray: null, selfCheck: false, stallTimeout: 7 })).toBe(
    "compute --config - --resume --json --stall-timeout 7 --no-self-check",
  );
  const auto = { address: "auto", workers: null, gpus_per_worker: null };
  expect(await argumentsOf({ ray: auto })).toMatch(/--json --engine ray --ray-address auto$/);
  const given = { address: "h:1", workers: 4, gpus_per_worker: 0 };
  expect(await argumentsOf({ ray: given })).toMatch(
    /--engine ray --ray-address h:1 --workers 4 --gpus-per-worker 0$/,
  );
});

test("the first that fails is the last, unless told to go on", async () => {
  const names = ["fine", "exit-3", "killed", "also-fine"];
  const stopped = await run(names);
  expect(stopped.states).toEqual(["done", "failed", "not started", "not started"]);
  expect(stopped.begun).toEqual(["fine", "exit-3"]);
  const wentOn = await run(names, true);
  expect(wentOn.states).toEqual(["done", "failed", "killed", "done"]);
  expect(wentOn.results[2]).toMatchObject({ exit_code: 1, message: "killed by SIGKILL" });
});

test("what was finished before is said to be", async () => {
  const results = await runBatch([planned("fine", "finished")], {
    command: [process.execPath, "-e", STAND_IN, "--"],
    keepGoing: false,
    signal: new AbortController().signal,
    onBegin: () => undefined,
    onText: () => undefined,
  });
  expect(results[0]?.state).toBe("finished before");
});

test("a cancellation reaches the run, whose end is waited for, and starts no other", async () => {
  const cancelling = new AbortController();
  const heard: string[] = [];
  const results = await runBatch([planned("waits"), planned("fine")], {
    command: [process.execPath, "-e", STAND_IN, "--"],
    keepGoing: true,
    signal: cancelling.signal,
    onBegin: () => undefined,
    onText: (text) => {
      heard.push(text);
      if (heard.join("").includes("ready")) cancelling.abort();
    },
  });
  expect(results.map(({ state }) => state)).toEqual(["cancelled", "not started"]);
  expect(worstExit(results)).toBe(130);
});

test.each([
  [[0, 0], 0],
  [[0, null], 130],
  [[4, null], 4],
  [[0, 130], 130],
  [[130, 2], 2],
  [[2, 4], 4],
  [[4, 3], 3],
  [[3, 1], 1],
  [[0, 137], 1],
  [[null], 130],
])("a batch of %j ends with %i", (codes, worst) => {
  const results = codes.map((exit_code) => ({ exit_code }) as BatchResult);
  expect(worstExit(results)).toBe(worst);
});

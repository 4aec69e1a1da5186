import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { projectRoot } from "../../src/config/paths.js";
import { openRun } from "../../src/runs/read.js";
import { vscore, vscoreUntil } from "../fixtures/command.js";
import { hasRay, type LocalCluster, startCluster } from "../fixtures/local-cluster.js";
import { useSharedTempFolder } from "../fixtures/temp-folder.js";

const folder = useSharedTempFolder();
const out = (name: string) => join(folder(), name);
const demo = (name: string, ...more: string[]) => [
  ...["compute", "--model", "demo", "--languages", "eng_Latn,fra_Latn,tha_Thai", "--layers", "1,2"],
  // Small batches: there is always more to do when something happens.
  ...["--n-texts-per-lang", "20", "--batch-tokens", "128", "--threads", "1"],
  ...["--out-dir", out(name), ...more],
];
const ONE_FINISHED = /^eng_Latn finished/;

let cluster: LocalCluster | undefined;
const clusterOf = async (nodes: number, env: NodeJS.ProcessEnv = {}): Promise<LocalCluster> => {
  cluster = await startCluster(nodes, env);
  return cluster;
};
const onCluster = ({ address }: LocalCluster) => ["--engine", "ray", "--ray-address", address];

function expectSameBytes(name: string): void {
  const sums = readdirSync(join(out("local"), "sums")).map((file) => join("sums", file));
  for (const file of [
    ...["v_scores.pt", "v_scores.safetensors", "feature_stats.safetensors", "examples.json"],
    ...["evidence.safetensors", "fidelity.json", ...sums],
  ])
    expect(
      readFileSync(join(out(name), file)).equals(readFileSync(join(out("local"), file))),
      file,
    ).toBe(true);
}

describe.skipIf(!hasRay)("workers on a Ray cluster (needs Ray)", () => {
  beforeAll(async () => {
    expect((await vscore(...demo("local"))).exitCode).toBe(0);
  });

  afterEach(async () => {
    await cluster?.close();
    cluster = undefined;
  });

  it("a worker and a node that are killed take nothing with them, and the bytes are those of one machine", async () => {
    const nodes = await clusterOf(3);
    const kill = async () => {
      process.kill((await nodes.workers())[0] as number, "SIGKILL");
      await nodes.kill();
    };
    const ended = await vscoreUntil(ONE_FINISHED, kill, ...demo("ray", ...onCluster(nodes)));
    expect(ended.exitCode, ended.stderr).toBe(0);
    expectSameBytes("ray");
    const [ray, local] = [openRun(out("ray")).meta, openRun(out("local")).meta];
    expect(ray.cluster).toEqual({
      ...{
        address: expect.stringMatching(/:\d+$/),
        ray: expect.any(String),
        workers: 3,
        nodes: 3,
        gpus_per_worker: 0,
        threads: 1,
      },
    });
    expect(local.cluster).toBeNull();
    expect(ray.versions).toEqual(local.versions);
    expect(ray.warnings).toEqual(local.warnings);
    const events = readFileSync(join(out("ray"), "events.ndjson"), "utf8");
    const lost = events.split("\n").filter((line) => line.includes('"worker_lost"'));
    expect(lost.length).toBeGreaterThanOrEqual(1);
    expect(ended.stderr).toMatch(/worker \d \(.*\) was lost/);
    // Whoever was killed first told of it; nobody is left behind.
    expect(await nodes.workers()).toEqual([]);
  });

  it("a batch that takes three workers with it ends the run, is named, and the run goes on elsewhere", async () => {
    const faulty = join(projectRoot, "test", "fixtures", "faulty-python");
    const nodes = await clusterOf(2, { PYTHONPATH: faulty, VSCORE_TEST_FAULT: "die:220" });
    const ended = await vscore(...demo("thrice", ...onCluster(nodes)));
    expect(ended.stderr).toMatch(/Batch \d+ of fra_Latn \(1 text\) failed 3 times/);
    expect(ended.stderr).toContain("compute with --resume, goes on");
    expect(ended.exitCode).toBe(3);
    expect(existsSync(join(out("thrice"), "meta.json"))).toBe(false);
    const resumed = await vscore(...demo("thrice", "--resume"));
    expect(resumed.stderr).toContain("eng_Latn was finished before");
    expect(resumed.exitCode).toBe(0);
    expectSameBytes("thrice");
  });
});

describe("without a cluster", () => {
  it("says that nothing answers, and begins nothing", async () => {
    const ended = await vscore(...demo("none", "--engine", "ray", "--ray-address", "127.0.0.1:1"));
    expect(ended.stderr).toMatch(/No Ray cluster can be reached at 127\.0\.0\.1:1/);
    expect(ended.exitCode).toBe(3);
    expect(existsSync(out("none"))).toBe(false);
  });
});

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { engineOf, goneWithin, vscore, vscoreUntil } from "../fixtures/command.js";
import { useSharedTempFolder } from "../fixtures/temp-folder.js";

const folder = useSharedTempFolder();
// Small batches: there is always more to do when the first language is finished.
const request = [
  ...["compute", "--model", "demo", "--languages", "eng_Latn,fra_Latn,tha_Thai", "--layers", "1,2"],
  ...["--n-texts-per-lang", "20", "--batch-tokens", "128"],
  // What its comparison with float32 found is kept to as well.
  ...["--dtype", "bfloat16"],
];
const out = (name: string) => join(folder(), name);
const ONE_FINISHED = /^eng_Latn finished/;

function expectSameBytes(name: string): void {
  for (const file of [
    "v_scores.pt",
    "v_scores.safetensors",
    "feature_stats.safetensors",
    "examples.json",
  ]) {
    expect(
      readFileSync(join(out(name), file)).equals(readFileSync(join(out("undisturbed"), file))),
      file,
    ).toBe(true);
  }
}

const sums = (): string[] =>
  readdirSync(join(out("undisturbed"), "sums")).map((name) => join("sums", name));

function expectUnfinished(name: string): void {
  expect(existsSync(join(out(name), "meta.json"))).toBe(false);
  expect(readdirSync(join(out(name), "sums"))).toContain("eng_Latn.safetensors");
}

beforeAll(async () => {
  const ended = await vscore(...request, "--out-dir", out("undisturbed"));
  expect(ended.exitCode).toBe(0);
});

describe("a run that is interrupted", () => {
  it("by SIGKILL of Node takes Python with it, and ends with the same bytes once resumed", async () => {
    let engine = 0;
    const kill = async (pid: number) => {
      engine = await engineOf(pid);
      process.kill(pid, "SIGKILL");
    };
    await vscoreUntil(ONE_FINISHED, kill, ...request, "--out-dir", out("node"));
    expectUnfinished("node");
    expect(await goneWithin(engine, 10_000)).toBe(true);
    const resumed = await vscore("compute", "--resume", "--out-dir", out("node"));
    expect(resumed.stderr).toContain("eng_Latn was finished before");
    expect(resumed.exitCode).toBe(0);
    expectSameBytes("node");
  });

  it("by SIGKILL of Python says so at once, with the log's path, exit 1, and ends with the same bytes once resumed", async () => {
    const kill = async (pid: number) => process.kill(await engineOf(pid), "SIGKILL") && undefined;
    const ended = await vscoreUntil(ONE_FINISHED, kill, ...request, "--out-dir", out("python"));
    expect(ended.exitCode).toBe(1);
    expect(ended.stderr).toMatch(/Python ended .*SIGKILL.*engine\.log\..*--resume/);
    expectUnfinished("python");
    expect(existsSync(join(out("python"), "run.lock"))).toBe(false);
    const resumed = await vscore(...request, "--out-dir", out("python"), "--resume");
    expect(resumed.exitCode).toBe(0);
    expectSameBytes("python");
  });

  it("by Ctrl-C ends with 130, leaves no unfinished file, goes on as no other run, and ends with the same bytes once resumed", async () => {
    const interrupt = (pid: number) => void process.kill(pid, "SIGINT");
    const ended = await vscoreUntil(
      ONE_FINISHED,
      interrupt,
      ...request,
      "--out-dir",
      out("cancelled"),
    );
    expect(ended.exitCode).toBe(130);
    expectUnfinished("cancelled");
    const left = readdirSync(out("cancelled"), { recursive: true }).map(String);
    expect(left.filter((name) => name.endsWith(".unfinished"))).toEqual([]);
    const other = await vscore(
      ...request,
      "--out-dir",
      out("cancelled"),
      "--resume",
      "--pool",
      "text",
    );
    expect(other.exitCode).toBe(2);
    expect(other.stderr).toMatch(/--resume: .* begun with pool "token", asked for now is "text"/);
    const resumed = await vscore(...request, "--out-dir", out("cancelled"), "--resume");
    expect(resumed.exitCode).toBe(0);
    expectSameBytes("cancelled");
    const [meta, whole] = ["cancelled", "undisturbed"].map((name) =>
      JSON.parse(readFileSync(join(out(name), "meta.json"), "utf8")),
    );
    expect(meta.precision).toEqual(whole.precision);
    expect(meta.precision).toMatchObject({
      dtype: "bfloat16",
      layers: [{ layer: 1 }, { layer: 2 }],
    });
    expect(meta.warnings).toEqual(whole.warnings);
  });
});

describe("--resume", () => {
  it("begins a run where there is none, and says that a finished one is finished", async () => {
    const begun = await vscore(...request, "--out-dir", out("begun"), "--resume");
    expect(begun.exitCode).toBe(0);
    expectSameBytes("begun");
    const again = await vscore(...request, "--out-dir", out("begun"), "--resume");
    expect(again.exitCode).toBe(0);
    expect(again.stderr).toContain("finished already");
  });
});

describe("a run that is computed in parts", () => {
  it("is the run in one piece once they are merged, to the byte, and no run before", async () => {
    const part = (number: number) => `${out("parts")}.part-${number}-of-3`;
    const parts = await Promise.all(
      [1, 2, 3].map((number) =>
        vscore(...request, "--out-dir", out("parts"), "--shard", `${number}/3`),
      ),
    );
    expect(parts.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    const shown = await vscore("show", part(2));
    expect(shown.exitCode).toBe(2);
    expect(shown.stderr).toMatch(/is part 2 of 3 of a run\. .*npx vscore merge \S*parts$/m);
    const some = await vscore("merge", part(1), part(3));
    expect(some.exitCode).toBe(2);
    expect(some.stderr).toContain("one is missing: 2.");

    const merged = await vscore("merge", out("parts"), "--json");
    expect(merged.stderr).not.toContain("warning");
    expect(merged.exitCode).toBe(0);
    expectSameBytes("parts");
    for (const file of ["evidence.safetensors", "fidelity.json", ...sums()])
      expect(
        readFileSync(join(out("parts"), file)).equals(readFileSync(join(out("undisturbed"), file))),
        file,
      ).toBe(true);
    const told = (name: string, file: string) =>
      JSON.parse(readFileSync(join(out(name), file), "utf8"));
    const config = told("undisturbed", "config.json");
    expect(told("parts", "config.json")).toEqual({ ...config, out_dir: out("parts") });
    const { started, finished, duration_s, seconds, merged_from, ...meta } = told(
      "parts",
      "meta.json",
    );
    expect(told("undisturbed", "meta.json")).toMatchObject(meta);
    expect(Date.parse(started)).toBeLessThan(Date.parse(finished));
    expect(duration_s).toBeGreaterThan(0);
    expect(merged_from).toEqual([1, 2, 3].map((number) => basename(part(number))));
  });
});

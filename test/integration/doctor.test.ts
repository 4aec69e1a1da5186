import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { vscoreIn } from "../fixtures/command.js";
import { startHub, warmHome } from "../fixtures/hub-homes.js";
import type { LoopbackHub } from "../fixtures/loopback-hub.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const folder = useTempFolder();
const TOKEN = "hf_SecretSecretSecretSecretSecret";
let hub: LoopbackHub;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.stop());

describe("doctor", () => {
  it("finds this machine fit, says what is cached, asks the Hub nothing and tells no token", async () => {
    hub.forget();
    const { exitCode, stdout, stderr } = await vscoreIn(
      hub.env(warmHome(), TOKEN),
      "doctor",
      "--json",
    );
    expect(exitCode).toBe(0);
    const { failures, checks } = JSON.parse(stdout);
    expect(failures).toBe(0);
    const found = new Map(checks.map(({ name, found }: Record<string, string>) => [name, found]));
    expect(found.get("Hub token")).toMatch(/^from HF_TOKEN/);
    expect(found.get("cached: gemma-2b")).toBe("everything that it needs by default");
    expect(found.get("cached: qwen3-0.6b")).toBe("everything that it needs by default");
    expect(found.get("not cached")).toMatch(/^\d+ of \d+ presets$/);
    expect(stdout + stderr).not.toContain(TOKEN.slice(3, 12));
    expect(hub.requests).toEqual([]);
  });

  it("says what it can where there is no Python, and exits 3", async () => {
    const { exitCode, stdout } = await vscoreIn({ VSCORE_PYTHON: "/nowhere/python" }, "doctor");
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/^Node +ok/m);
    expect(stdout).toMatch(/^engine +FAILED .*\/nowhere\/python.* does not start/m);
  });
});

describe("prefetch", () => {
  it("fetches what a run needs, once; then such a run makes no request", async () => {
    const home = join(folder(), "hf");
    const options = ["--languages", "eng_Latn,fra_Latn", "--layers", "2"];
    const model = ["--model", "qwen3-0.6b", ...options];
    const first = await vscoreIn(hub.env(home), "prefetch", ...model, "--json");
    expect(first.exitCode).toBe(0);
    const told = JSON.parse(first.stdout);
    expect(told.fetched_bytes).toBeGreaterThan(2_000_000);
    expect(told.model_revision).toMatch(/^[0-9a-f]{40}$/);
    expect(told.languages).toEqual(["eng_Latn", "fra_Latn"]);
    const again = await vscoreIn(hub.env(home), "prefetch", ...model);
    expect(again.stdout).toContain("fetched       0.0 MB");
    hub.forget();
    const offline = { ...hub.env(home), HF_HUB_OFFLINE: "1" };
    const out = join(folder(), "out");
    const args = [
      "compute",
      ...model,
      "--n-texts-per-lang",
      "2",
      "--out-dir",
      out,
      "--no-self-check",
    ];
    expect((await vscoreIn(offline, ...args)).exitCode).toBe(0);
    expect(existsSync(join(out, "meta.json"))).toBe(true);
    expect(hub.requests).toEqual([]);
  });

  it("fails like a run where a source cannot be had", async () => {
    const offline = { ...hub.env(join(folder(), "empty")), HF_HUB_OFFLINE: "1" };
    const ended = await vscoreIn(offline, "prefetch", "--model", "qwen3-0.6b");
    expect(ended.exitCode).toBe(4);
    expect(ended.stderr).toContain("is not in the local cache");
  });
});

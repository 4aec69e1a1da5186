import { describe, expect, test } from "vitest";
import {
  type Check,
  deviceChecks,
  hubChecks,
  machineChecks,
  packageChecks,
  rayCheck,
  testedVersions,
} from "../../src/doctor/checks.js";
import type { EngineFacts } from "../../src/doctor/engine-facts.js";

const facts = (changes: Partial<EngineFacts> = {}): EngineFacts => ({
  python: "3.12.1",
  packages: { torch: "2.13.0+cpu", "sae-lens": "6.54.12", numpy: "2.4.6" },
  imports: { torch: null, sae_lens: null },
  ray: null,
  devices: [],
  cuda_build: null,
  hub: {
    ...{ cache: "/c", writable: true, free_bytes: 2 ** 40 },
    ...{ offline: false, own_endpoint: false, token: "HF_TOKEN" },
  },
  presets: [],
  ...changes,
});
const TESTED = testedVersions("# note\ntorch==2.13.0\nsae-lens==6.54.12\n");

/** The verdict, finding and advice of the one check with this name. */
const of = (checks: Check[], name: string) => checks.find((check) => check.name === name);

describe("packages", () => {
  test("in the tested versions are fine, whatever their build; others are not judged", () => {
    expect(packageChecks(facts(), TESTED).every(({ verdict }) => verdict === "ok")).toBe(true);
  });

  test.each<[string, Partial<EngineFacts>, string, string]>([
    ["missing", { packages: { torch: null } }, "failed", "npm run setup"],
    ["older", { packages: { torch: "2.9.1" } }, "failed", "pip install torch==2.13.0"],
    ["newer", { packages: { torch: "2.14.0" } }, "warning", "selfcheck"],
    [
      "broken",
      { packages: { torch: "2.13.0" }, imports: { torch: "OSError: libcuda", sae_lens: null } },
      "failed",
      "Install it again",
    ],
  ])("that are %s", (_, changes, verdict, advice) => {
    const check = of(packageChecks(facts(changes), TESTED), "torch");
    expect(check?.verdict).toBe(verdict);
    expect(check?.advice).toContain(advice);
  });
});

test.each([
  [null, "not there; for --engine ray alone"],
  ["2.60.0", "2.60.0"],
  ["2.61.1", "2.61.1, tested with 2.60.0"],
])("Ray %s is no fault", (ray, found) => {
  const check = rayCheck(facts({ ray }), testedVersions("ray==2.60.0\n"));
  expect(check.verdict).toBe("ok");
  expect(check.found).toContain(found);
});

describe("devices", () => {
  const card = {
    ...{ device: "cuda:0", name: "H100", capability: "9.0", bfloat16: true },
    ...{ free_bytes: 70 * 2 ** 30, total_bytes: 80 * 2 ** 30 },
  };

  test("none, with a build for none, is no fault; with a build for CUDA it is worth a look", () => {
    expect(deviceChecks(facts())).toMatchObject([{ verdict: "ok" }]);
    const [check] = deviceChecks(facts({ cuda_build: "13.0" }));
    expect(check?.verdict).toBe("warning");
    expect(check?.advice).toContain("CUDA_VISIBLE_DEVICES");
  });

  test("a card is told with its memory; one without bfloat16 with the dtype to take", () => {
    const old = { ...card, device: "cuda:1", name: "V100", capability: "7.0", bfloat16: false };
    const checks = deviceChecks(facts({ devices: [card, old] }));
    expect(of(checks, "cuda:0")).toMatchObject({
      verdict: "ok",
      found: "H100, 70.0 GiB of 80.0 GiB free, compute capability 9.0",
    });
    expect(of(checks, "cuda:1")?.advice).toContain("--dtype float32");
  });
});

describe("the Hub", () => {
  const hub = (
    changes: Partial<NonNullable<EngineFacts["hub"]>>,
    presets: EngineFacts["presets"] = [],
  ) =>
    hubChecks(
      facts({
        hub: { ...(facts().hub as NonNullable<EngineFacts["hub"]>), ...changes },
        presets,
      }),
    );

  test("without a token, or with a cache that cannot be written or is full", () => {
    expect(of(hub({ token: null }), "Hub token")?.advice).toContain("HF_TOKEN");
    expect(of(hub({ writable: false }), "Hub cache")).toMatchObject({ verdict: "failed" });
    expect(of(hub({ free_bytes: 2 ** 30 }), "Hub cache")?.advice).toContain("HF_HOME");
    expect(of(hub({ offline: true, own_endpoint: true }), "Hub")?.found).toBe(
      "offline: the cache alone is used; HF_ENDPOINT is set",
    );
  });

  test("presets: whole, in part, not at all", () => {
    const presets = ["a", "b", "c", "d"].map((name, at): EngineFacts["presets"][number] => ({
      name,
      model: [at < 2 ? 1 : 0, 1],
      dictionaries: [at === 0 ? 6 : at === 1 ? 2 : 0, 6],
      languages: [10, 10],
    }));
    const checks = hub({}, presets);
    expect(of(checks, "cached: a")?.found).toBe("everything that it needs by default");
    expect(of(checks, "cached: b")?.found).toBe("model, 2/6 dictionaries, 10/10 languages");
    expect(of(checks, "not cached")?.found).toBe("2 of 4 presets");
  });
});

test("the machine: an old Node and a full or read-only disk are told", () => {
  const place = { folder: "/r", free_bytes: 2 ** 40, writable: true };
  const machine = { node: "24.1.0", memory_bytes: 2 ** 34, runs: place, temporary: place };
  expect(machineChecks(machine).every(({ verdict }) => verdict === "ok")).toBe(true);
  expect(of(machineChecks({ ...machine, node: "20.9.0" }), "Node")?.verdict).toBe("failed");
  const full = machineChecks({ ...machine, runs: { ...place, free_bytes: 1000 } });
  expect(of(full, "runs")?.verdict).toBe("warning");
  const closed = machineChecks({ ...machine, temporary: { ...place, writable: false } });
  expect(of(closed, "temporary files")?.verdict).toBe("failed");
});

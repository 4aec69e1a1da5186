import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { addRayOptions, rayOf, refuseDevice } from "../../src/commands/ray-options.js";
import { failureOf } from "../fixtures/failure.js";
import { configOf } from "../fixtures/runs.js";

/** What of a cluster is asked for by these words. */
function asked(...words: string[]) {
  const command = new Command("compute").exitOverride().configureOutput({ writeErr: () => {} });
  addRayOptions(command);
  command.parse(words, { from: "user" });
  return rayOf(command.opts());
}

describe("workers on a cluster", () => {
  test("are there only where they are asked for", () => {
    expect(asked()).toBeNull();
    expect(asked("--engine", "local")).toBeNull();
    const nothing = { workers: null, gpus_per_worker: null };
    expect(asked("--engine", "ray")).toEqual({ address: "auto", ...nothing });
    expect(asked("--engine", "ray", "--ray-address", "head:6379", "--workers", "4")).toEqual({
      address: "head:6379",
      workers: 4,
      gpus_per_worker: null,
    });
    expect(asked("--engine", "ray", "--gpus-per-worker", "0.5")?.gpus_per_worker).toBe(0.5);
    expect(asked("--engine", "ray", "--gpus-per-worker", "0")?.gpus_per_worker).toBe(0);
    expect(asked("--engine", "ray", "--ray-address", "[fd00::1]:6379")?.address).toBe(
      "[fd00::1]:6379",
    );
  });

  test.each([
    [["--workers", "2"], /^--workers 2 without --engine ray: .*Add --engine ray/],
    [["--ray-address", "auto"], /^--ray-address auto without --engine ray/],
    [["--gpus-per-worker", "0"], /^--gpus-per-worker 0 without --engine ray/],
  ])("options without a cluster are refused: %j", (words, message) => {
    const failure = failureOf(() => asked(...words));
    expect(failure.message).toMatch(message);
    expect(failure.kind).toBe("request");
  });

  test.each([
    [["--ray-address", "ray://head:10001"], /does not stream\. Expected HOST:PORT/],
    [["--ray-address", "head"], /Expected HOST:PORT, or auto/],
    [["--ray-address", "http://head:6379"], /Expected HOST:PORT, or auto/],
    [["--gpus-per-worker", "2"], /a worker uses one GPU/],
    [["--gpus-per-worker", ""], /a number from 0 to 1/],
    [["--workers", "0"], /whole number ≥ 1/],
    [["--engine", "slurm"], /Allowed choices are local, ray/],
  ])("what they cannot be is refused: %j", (words, message) => {
    expect(() => asked("--engine", "ray", ...words)).toThrow(message);
  });

  test.each([
    ["cuda:1", null, /^--device cuda:1 with --engine ray: Ray decides/],
    ["mps", null, /^--device mps with --engine ray/],
    ["cpu", 0.5, /^--gpus-per-worker 0\.5 with --device cpu: no worker would use them/],
    ["cuda", 0, /^--gpus-per-worker 0 with --device cuda: no worker would have one/],
  ])("a device that no worker can be told to use is refused: %s, %s", (device, gpus, message) => {
    const request = { address: "auto", workers: null, gpus_per_worker: gpus };
    expect(failureOf(() => refuseDevice(configOf({ device }), request)).message).toMatch(message);
  });

  test.each([
    ["auto", null],
    ["auto", 1],
    ["cuda", null],
    ["cpu", null],
    ["cpu", 0],
  ])("%s with a share of %s may be", (device, gpus) => {
    refuseDevice(configOf({ device }), { address: "auto", workers: 2, gpus_per_worker: gpus });
  });
});

import { type Command, InvalidArgumentError, Option } from "commander";
import type { RunConfig } from "../config/schema.js";
import type { RayRequest } from "../engine/engine-jobs.js";
import { requestError } from "../errors.js";
import { whole } from "./options.js";

const DEFAULT_ADDRESS = "auto";

/** Adds the options that say who has the model: this machine, or workers on a cluster. */
export function addRayOptions(command: Command): void {
  command
    .addOption(
      new Option(
        "--engine <ENGINE>",
        "who has the model: local (this machine), or ray (workers on an existing Ray cluster)",
      )
        .choices(["local", "ray"])
        .default("local"),
    )
    .option(
      "--ray-address <HOST:PORT>",
      "the cluster, with --engine ray (default: $RAY_ADDRESS, or the one that runs on this machine)",
      addressOption,
    )
    .option(
      "--workers <N>",
      "with --engine ray (default: one for each GPU; without any, for each node)",
      whole(1),
    )
    .option(
      "--gpus-per-worker <SHARE>",
      "with --engine ray: 1, a share such as 0.5, or 0 (default: 1 where the cluster has any)",
      shareOption,
    );
}

/**
 * What of a cluster was asked for, from commander's values; null for this machine.
 *
 * @throws VscoreError (request) for options of a cluster without one
 */
export function rayOf(values: Record<string, unknown>): RayRequest | null {
  const { engine, rayAddress, workers, gpusPerWorker } = values;
  if (engine !== "ray") {
    const given = Object.entries({
      "--ray-address": rayAddress,
      "--workers": workers,
      "--gpus-per-worker": gpusPerWorker,
    }).find(([, value]) => value !== undefined);
    if (given === undefined) return null;
    throw requestError(
      `${given[0]} ${given[1]} without --engine ray: this machine alone has no workers. Expected both or neither. Add --engine ray, or leave it out.`,
    );
  }
  return {
    address: (rayAddress as string | undefined) ?? DEFAULT_ADDRESS,
    workers: (workers as number | undefined) ?? null,
    gpus_per_worker: (gpusPerWorker as number | undefined) ?? null,
  };
}

/** @throws VscoreError (request) for a device that a worker of a cluster cannot be told to use */
export function refuseDevice({ device }: RunConfig, { gpus_per_worker: gpus }: RayRequest): void {
  const expected = "Expected auto, cuda or cpu.";
  if (device === "mps" || device.startsWith("cuda:"))
    throw requestError(
      `--device ${device} with --engine ray: Ray decides which GPU is a worker's. ${expected} Give one of them.`,
    );
  if (device === "cpu" && gpus !== null && gpus > 0)
    throw requestError(
      `--gpus-per-worker ${gpus} with --device cpu: no worker would use them. ${expected} Leave one of the two out.`,
    );
  if (device === "cuda" && gpus === 0)
    throw requestError(
      "--gpus-per-worker 0 with --device cuda: no worker would have one. Expected a share of a GPU, such as 1. Leave one of the two out.",
    );
}

function addressOption(text: string): string {
  if (/^ray:\/\//i.test(text))
    throw new InvalidArgumentError(
      "Ray's client (ray://) does not stream. Expected HOST:PORT of the cluster's head (6379 by default), from a machine of the cluster.",
    );
  if (
    text === DEFAULT_ADDRESS ||
    /^[^\s:/]+:\d{1,5}$/.test(text) ||
    /^\[[\da-f:]+\]:\d{1,5}$/i.test(text)
  )
    return text;
  throw new InvalidArgumentError("Expected HOST:PORT, or auto.");
}

function shareOption(text: string): number {
  const share = Number(text);
  if (text.trim() !== "" && share >= 0 && share <= 1) return share;
  throw new InvalidArgumentError("Expected a number from 0 to 1: a worker uses one GPU.");
}

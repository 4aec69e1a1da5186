import { accessSync, constants, readFileSync, statfsSync } from "node:fs";
import { tmpdir, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { nearestExisting, pythonRoot } from "../config/paths.js";
import { dictionaryId, EMBEDDED, PRESETS, type Preset } from "../config/presets.js";
import {
  type Check,
  deviceChecks,
  hubChecks,
  type MachineFacts,
  machineChecks,
  packageChecks,
  rayCheck,
  testedVersions,
} from "../doctor/checks.js";
import { withEngine } from "../engine/with-engine.js";
import { EXIT_CODES, ReportedFailure, VscoreError } from "../errors.js";
import { RUNS_FOLDER } from "../runs/read.js";
import { tableLines } from "../views/table.js";
import { asJson, type Output } from "./output.js";

/**
 * `vscore doctor`: whether this machine can run vscore. Says as much as can be said where something is broken, asks the
 * network nothing, and never tells a token.
 *
 * @throws ReportedFailure (environment) where a check failed
 */
export async function doctor(
  { json }: { json: boolean },
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  output.note("Looking around; importing the libraries takes some seconds…");
  const checks = machineChecks(machineFacts());
  const began = performance.now();
  try {
    const facts = await withEngine(signal, (jobs) => jobs.doctor(presetsToLookFor()));
    const seconds = (performance.now() - began) / 1000;
    const testedIn = (file: string) => testedVersions(readFileSync(join(pythonRoot, file), "utf8"));
    checks.push(
      {
        name: "engine",
        verdict: "ok",
        found: `starts and answers (${seconds.toFixed(1)} s with the libraries)`,
        advice: null,
      },
      ...packageChecks(facts, testedIn("requirements.txt")),
      rayCheck(facts, testedIn("requirements-ray.txt")),
      ...deviceChecks(facts),
      ...hubChecks(facts),
    );
  } catch (error) {
    if (!(error instanceof VscoreError) || error.kind === "cancelled") throw error;
    checks.push({
      name: "engine",
      verdict: "failed",
      found: error.message,
      advice: "Then run doctor again for what depends on Python.",
    });
  }
  const failures = checks.filter(({ verdict }) => verdict === "failed").length;
  if (json) output.data(asJson({ schema_version: 1, failures, checks }));
  else output.result(linesOf(checks, failures).join("\n"));
  if (failures > 0) throw new ReportedFailure(EXIT_CODES.environment);
}

const SIGNS = { ok: "ok", warning: "warning", failed: "FAILED" } as const;

function linesOf(checks: readonly Check[], failures: number): string[] {
  const rows = checks.map(({ name, verdict, found }) => [name, SIGNS[verdict], found]);
  const byAdvice = Map.groupBy(
    checks.filter(({ advice }) => advice !== null),
    ({ advice }) => advice,
  );
  const advice = [...byAdvice].map(
    ([words, of]) => `${of.map(({ name }) => name).join(", ")}: ${words}`,
  );
  return [
    ...tableLines([{ title: "what" }, { title: "" }, { title: "found" }], rows),
    "",
    ...advice,
    ...(advice.length > 0 ? [""] : []),
    failures === 0
      ? "vscore can run here. Next, before a long run: npx vscore selfcheck --model NAME"
      : `${failures} ${failures === 1 ? "thing has" : "things have"} to be mended first.`,
  ];
}

function presetsToLookFor() {
  const presets: [string, Preset][] = Object.entries(PRESETS);
  return presets
    .filter(([, { fills }]) => !fills.model_id.startsWith(EMBEDDED))
    .map(([name, { fills }]) => ({
      name,
      model_id: fills.model_id,
      release: fills.sae_release,
      ids: fills.layers.map((layer) => dictionaryId(fills, layer)),
      languages: fills.languages,
      split: "dev",
    }));
}

function machineFacts(): MachineFacts {
  return {
    node: process.versions.node,
    memory_bytes: totalmem(),
    runs: placeAt(resolve(RUNS_FOLDER)),
    temporary: placeAt(tmpdir()),
  };
}

function placeAt(folder: string): MachineFacts["runs"] {
  const existing = nearestExisting(folder);
  const place = { folder, free_bytes: null as number | null, writable: true };
  try {
    const { bavail, bsize } = statfsSync(existing);
    place.free_bytes = bavail * bsize;
    accessSync(existing, constants.W_OK | constants.X_OK);
  } catch {
    place.writable = false;
  }
  return place;
}

import { rmSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { refuseUncontrollable } from "../../src/compute/compute-control.js";
import { openControl } from "../../src/runs/controls.js";
import { openRun } from "../../src/runs/read.js";
import { writeControlledRun } from "../fixtures/controlled-run.js";
import { failureOf } from "../fixtures/failure.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

describe("of what there are no controls", () => {
  test("of one that lies in a run, and of one that stands by itself", () => {
    writeControlledRun(at("run"), ["shuffled"]);
    const inner = openControl(openRun(at("run")), "shuffled");
    expect(failureOf(() => refuseUncontrollable(inner)).message).toMatch(/is itself a control/);
    const alone = { ...inner, folder: at("alone") };
    expect(failureOf(() => refuseUncontrollable(alone)).message).toMatch(
      /is itself a control \(shuffled\)\. Expected a run without one/,
    );
  });

  test("of one that lacks a language's sums, which are then named", () => {
    writeControlledRun(at("run"), []);
    expect(() => refuseUncontrollable(openRun(at("run")))).not.toThrow();
    rmSync(at("run", "sums", "fra_Latn.safetensors"));
    expect(failureOf(() => refuseUncontrollable(openRun(at("run")))).message).toMatch(
      /no per-text sums of fra_Latn \(sums\/fra_Latn\.safetensors\).*kept out of git\. Copy them/,
    );
  });
});

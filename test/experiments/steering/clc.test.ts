import { expect, it } from "vitest";
import { continueTexts } from "../../../src/experiments/steering/clc.js";
import type { SteeringRequest } from "../../../src/experiments/steering/steering-request.js";
import { rejectionOf } from "../../fixtures/failure.js";
import { FakeJobs } from "../../fixtures/fake-jobs.js";
import { metaOf, runOf } from "../../fixtures/runs.js";

/** A detector that knows English alone. */
class Monoglot extends FakeJobs {
  override detect() {
    return Promise.resolve({ detected: [], detector: "ear 1", known: ["eng_Latn"] });
  }
}

it("a target that the detector cannot tell is refused before anything is loaded", async () => {
  const run = runOf(metaOf({}), { 1: [[1], [-1]] });
  const setups = [{ source: "eng_Latn", target: "spa_Latn", layer: 1, alpha: 1 }];
  const asked = { prompt: "beginning", promptWords: 5, maxNewTokens: 4, wordsForLid: 5 } as const;
  const nothing = () => {
    throw new Error("nothing is opened");
  };
  const { message, kind } = await rejectionOf(
    continueTexts(
      ...([run, { setups } as SteeringRequest, asked] as const),
      ...([
        { trained: null, isTold: true, banks: null },
        new Monoglot({}),
        nothing,
        () => undefined,
      ] as const),
    ),
  );
  expect(message).toMatch(/ear 1 cannot tell spa_Latn\. Expected .* of the run: eng_Latn/);
  expect(kind).toBe("request");
});

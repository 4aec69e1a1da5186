import { describe, expect, it, test } from "vitest";
import { checkedFidelity } from "../../src/compute/checked-fidelity.js";
import type { RunConfig } from "../../src/config/schema.js";
import { rejectionOf } from "../fixtures/failure.js";
import { loadedOf } from "../fixtures/loaded.js";
import { RebuildingJobs } from "../fixtures/rebuilding-jobs.js";
import { configOf } from "../fixtures/runs.js";

const tokens = new Uint32Array(30).fill(4);
const texts = [...tokens.keys()].map((id) => ({ id: String(id), text: `text ${id}` }));
const codes = ["eng_Latn", "tha_Thai"];
const about = (changes: Partial<RunConfig> = {}) => ({
  config: configOf(changes),
  loaded: loadedOf(),
  of: { model_revision: null, texts_sha256: {} },
  languages: new Map(codes.map((code) => [code, texts])),
  tokenized: new Map(codes.map((code) => [code, { tokens, counted: tokens, truncated: 0 }])),
});
const jobsOf = (english: number, hooks: Record<string, number> = {}) =>
  new RebuildingJobs({ layers: [1], left: { eng_Latn: english, tha_Thai: 3 }, hooks });

describe("a dictionary that does not rebuild what it reads", () => {
  const refused = (hooks: Record<string, number>, changes: Partial<RunConfig> = {}) =>
    rejectionOf(checkedFidelity(about(changes), jobsOf(2.5, hooks), { refuses: true }));

  it("stops the run with what was measured, and the way to go on", async () => {
    const { kind, message } = await refused({});
    expect(kind).toBe("request");
    expect(message).toMatch(
      /^Model and dictionaries do not fit each other\. Layer 1: what it rebuilds is further off than a constant \(FVU 1\.25\) \(measured on 4 texts of eng_Latn, read at .*\)\. Expected an FVU well below 1\. Likely causes/,
    );
    expect(message).toMatch(/To go on all the same: --no-self-check$/);
  });

  test.each<[string, string, Partial<RunConfig>, string]>([
    ["blocks.1.hook_resid_post", "its block's output", {}, "Give --hook block-output."],
    [
      "blocks.1.hook_mlp_out",
      "another tensor",
      { sae_release: "gemma-scope-2b-pt-res" },
      "Choose the dictionary of the tensor",
    ],
    [
      "blocks.1.hook_mlp_out",
      "another tensor, of a folder",
      { sae_release: "./there" },
      "Correct hook_name in its cfg.json.",
    ],
    [
      "blocks.0.hook_resid_post",
      "another layer, of a folder",
      { sae_release: "./there" },
      "Correct hook_name in its cfg.json, and ask for layer 0.",
    ],
  ])("and fits %s (%s): that is said", async (name, _, changes, advice) => {
    const { message } = await refused({ other: 2, [name]: 0.4 }, changes);
    expect(message).toContain(
      `fits module of ${name} (${name}), FVU 0.20: likely it was trained there. ${advice}`,
    );
  });

  it("but rebuilds a neighbour's tensor clearly better stops it too", async () => {
    const name = "blocks.0.hook_resid_post";
    // FVU of what it reads: 0.35, which alone would be nothing to stop at.
    const { message } = await rejectionOf(
      checkedFidelity(about({ sae_release: "./there" }), jobsOf(0.7, { [name]: 0.4 }), {
        refuses: true,
      }),
    );
    expect(message).toContain(
      `Layer 1: it rebuilds another tensor better, module of ${name} (FVU 0.20)`,
    );
    expect(message).toContain("ask for layer 0.");
  });

  it("at several layers is told of the first, and which the others are", async () => {
    const left = { eng_Latn: 2.5, tha_Thai: 3 };
    const jobs = new RebuildingJobs({ layers: [1, 4, 5, 6, 9], left });
    const { message } = await rejectionOf(checkedFidelity(about(), jobs, { refuses: true }));
    expect(message).toContain("Layer 1: what it rebuilds");
    expect(message).toContain("; nor at layers 4-6, 9. Expected an FVU");
  });

  it("does not, where that was waived or another hook was asked for", async () => {
    const waived = checkedFidelity(about(), jobsOf(2.5), { refuses: false });
    const asked = about({ hook: "block-output" });
    const deliberate = checkedFidelity(asked, jobsOf(2.5), { refuses: true });
    expect(await waived).toEqual(await deliberate);
    expect((await waived).misfits).toEqual([
      expect.stringMatching(/^layer 1: model and dictionary do not fit each other: .*FVU 1\.25/),
    ]);
  });
});

it("numbers that are not finite are left to the reading, which knows their text", async () => {
  const left = { eng_Latn: 0.5, tha_Thai: 3 };
  const jobs = new RebuildingJobs({ layers: [1], left, notFinite: 1 });
  const { misfits } = await checkedFidelity(about(), jobs, { refuses: true });
  expect(misfits).toEqual([expect.stringContaining("8 tokens have numbers that are not finite")]);
});

it("without room for a search a run goes on, and one that fails says what it can", async () => {
  const jobs = (english: number) =>
    new RebuildingJobs({
      ...{ layers: [1], left: { eng_Latn: english, tha_Thai: 3 }, hasNoRoomToSearch: true },
    });
  expect((await checkedFidelity(about(), jobs(0.5), { refuses: true })).misfits).toEqual([]);
  const { message } = await rejectionOf(checkedFidelity(about(), jobs(2.5), { refuses: true }));
  expect(message).toContain("Likely causes");
});

it("a language that is not rebuilt does not stop the others", async () => {
  const { fidelity, misfits } = await checkedFidelity(about(), jobsOf(0.5), { refuses: true });
  expect(misfits).toEqual([]);
  expect(fidelity.layers[0]?.languages.tha_Thai?.error).toBe(12);
});

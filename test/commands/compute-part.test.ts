import { describe, expect, test } from "vitest";
import { compute } from "../../src/commands/compute.js";
import { askedPart, folderOfPart, tellPart } from "../../src/commands/compute-part.js";
import { failureOf, rejectionOf } from "../fixtures/failure.js";
import { collectingOutput } from "../fixtures/output.js";
import { factsOf, writePart } from "../fixtures/parts.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
const SHARD = { part: 2, of: 4 };
const asked = { flags: {}, resume: false };

describe("which part is asked for", () => {
  test("the one of --shard, in a folder beside the run's", () => {
    const one = { ...asked, shard: SHARD };
    expect(askedPart(one, at("run"))).toEqual(SHARD);
    expect(folderOfPart("runs/a", one)).toBe("runs/a.part-2-of-4");
    expect(folderOfPart("runs/a.part-2-of-4", one)).toBe("runs/a.part-2-of-4");
  });

  test("with --resume, the one that is there, where it is", () => {
    const folder = writePart(at("run"), { part: 3, of: 4 }, null, {}, at("moved"));
    const one = { ...asked, resume: true };
    expect(askedPart(one, folder)).toEqual({ part: 3, of: 4 });
    expect(folderOfPart(folder, one)).toBe(folder);
    expect(askedPart(asked, folder)).toBeNull();
    expect(askedPart(one, at("run"))).toBeNull();
    expect(askedPart(one, undefined)).toBeNull();
  });

  test("not together with --holdout, which needs a ranking", () => {
    const one = { ...asked, shard: SHARD, holdout: "devtest" };
    expect(failureOf(() => askedPart(one, at("run"))).message).toBe(
      "--holdout devtest with part 2 of 4 of a run: a part ranks no features. Expected a whole run. Leave it out, put the parts together with npx vscore merge, then: npx vscore holdout RUN",
    );
  });
});

describe("compute --shard", () => {
  const plan = async (json = false) => {
    const output = collectingOutput();
    const common = { json, dryRun: true, resume: false, overwrite: false, stallTimeout: 0 };
    const flags = { model: "demo", out_dir: at("run"), languages: ["eng_Latn", "spa_Latn"] };
    const { signal } = new AbortController();
    await compute({ ...common, flags, selfCheck: true, shard: SHARD }, output, signal);
    return output.results;
  };

  test("--dry-run says which part, and where it goes", async () => {
    expect(await plan()).toMatch(
      /^part {10}2 of 4, of which the estimate is; which texts shows once they are tokenised$/m,
    );
    expect(await plan()).toContain(`out-dir       ${at("run")}.part-2-of-4 (free)`);
    expect(JSON.parse(await plan(true))).toMatchObject({ shard: SHARD, out_dir_holds: "free" });
    writePart(at("run"), SHARD);
    expect(await plan()).toContain("(holds the finished part 2 of 4 of a run: compute asks for");
  });

  test("a part that is finished already is told as such, with what puts the parts together", async () => {
    const folder = writePart(at("run"), SHARD);
    const output = collectingOutput();
    tellPart(folder, true, false, output);
    expect(output.notes).toContain("was finished already; nothing was left to do.");
    expect(output.results).toMatch(
      /^Part 2 of 4: 2 texts \(8 tokens\) of 2 languages: eng_Latn, spa_Latn\n\nPart: .*run\.part-2-of-4\nOnce all 4 are finished, they are put together by:\n {2}npx vscore merge \S*\/run\n$/,
    );
  });

  test("--json tells what the part has", () => {
    const output = collectingOutput();
    const folder = writePart(at("run"), SHARD);
    tellPart(folder, false, true, output);
    const { loaded: _, provenance: _made, ...facts } = factsOf();
    expect(JSON.parse(output.results)).toEqual({
      ...{ schema_version: 1, part: folder, shard: SHARD, ...facts },
    });
    expect(output.notes).toBe("");
  });

  test("--resume of a folder that holds a run of another kind is refused before anything starts", async () => {
    const folder = writePart(at("run"), { part: 1, of: 4 }, null, {}, at("run.part-2-of-4"));
    const common = { json: false, dryRun: false, resume: true, overwrite: false, stallTimeout: 0 };
    const flags = { model: "demo", out_dir: folder };
    const { signal } = new AbortController();
    const options = { ...common, flags, selfCheck: true, shard: SHARD };
    const error = await rejectionOf(compute(options, collectingOutput(), signal));
    expect(error.message).toContain(
      "holds the unfinished part 1 of 4 of a run. Expected part 2 of 4",
    );
  });
});

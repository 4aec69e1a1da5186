import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { pythonRoot } from "../../src/config/paths.js";
import { vscore } from "../fixtures/command.js";
import { itExhaustively } from "../fixtures/exhaustive.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
const ASKED = [
  ...["compute", "--model", "demo", "--languages", "eng_Latn,fra_Latn,tha_Thai"],
  ...["--n-texts-per-lang", "6", "--threads", "1"],
];
const read = (run: string) => JSON.parse(readFileSync(at(run, "fidelity.json"), "utf8"));

/** Dictionaries of the demo in a folder, the one of layer 1 as that of layer 3. */
function misplaced(): string {
  const target = at("saes", "layer_3");
  cpSync(join(pythonRoot, "demo", "saes", "layer_1"), target, { recursive: true });
  const file = join(target, "cfg.json");
  writeFileSync(file, readFileSync(file, "utf8").replaceAll("blocks.1.", "blocks.3."));
  return at("saes");
}

describe("a dictionary that was trained on another layer", () => {
  it("stops the run before it begins, which names that layer and leaves nothing", async () => {
    const asked = [...ASKED, "--sae-release", misplaced(), "--layers", "3", "--out-dir", at("run")];
    const stopped = await vscore(...asked);
    expect(stopped.exitCode).toBe(2);
    expect(stopped.stderr).toMatch(
      /Layer 3: what it rebuilds is further off than a constant \(FVU 1\.\d\d\)/,
    );
    expect(stopped.stderr).toMatch(
      /fits model\.layers\.1 out \(blocks\.1\.hook_resid_post\), FVU 0\.\d\d: likely it was trained there/,
    );
    expect(existsSync(at("run"))).toBe(false);
    // Who insists gets it, and everywhere the word that it is not to be trusted.
    const made = await vscore(...asked, "--no-self-check");
    expect(made.exitCode).toBe(0);
    const shown = await vscore("show", at("run"), "--top-k", "1");
    expect(shown.stdout.match(/ unrebuilt/g)?.length).toBeGreaterThanOrEqual(3);
    expect(shown.stdout).toMatch(
      /warning: layer 3: its dictionary leaves more than it explains of/,
    );
    expect(shown.stdout).toMatch(/warning: layer 3: model and dictionary do not fit each other/);
    const csv = await vscore("export", "csv", at("run"), "--format", "full", "--output", "-");
    const [, row] = csv.stdout.trim().split("\n");
    expect(Number(row?.split(",").at(-4))).toBeGreaterThan(0.5);
  });
});

describe("how well the dictionaries rebuild a run's languages", () => {
  it("is kept with the run, goes along when it is rescored, and is measured once more with losses", async () => {
    expect((await vscore(...ASKED, "--layers", "1,2", "--out-dir", at("run"))).exitCode).toBe(0);
    const before = read("run");
    expect(before.texts).toEqual({ eng_Latn: 4, fra_Latn: 4, tha_Thai: 4 });
    const first = await vscore("fidelity", at("run"), "--json");
    const [{ languages }] = JSON.parse(first.stdout).layers;
    for (const of of languages) {
      expect(of).toMatchObject({ is_rebuilt: true, ce: null });
      expect(of.fvu).toBeGreaterThan(0.1);
      expect(of.fvu).toBeLessThan(0.4);
      // Four of the six texts were looked at.
      expect(of.l0_checked / of.l0).toBeGreaterThan(0.8);
      expect(of.l0_checked / of.l0).toBeLessThan(1.25);
    }
    const asked = ["--languages", "tha_Thai,eng_Latn", "--out-dir", at("less")];
    expect((await vscore("rescore", at("run"), ...asked)).exitCode).toBe(0);
    const { layers } = read("less");
    expect(Object.keys(layers[0].languages)).toEqual(["tha_Thai", "eng_Latn"]);
    expect(layers[0].languages.eng_Latn).toEqual(before.layers[0].languages.eng_Latn);

    const measured = await vscore("fidelity", at("run"), "--measure", "--n-texts", "3");
    expect(measured.stdout).toMatch(/^ +2 +tha_Thai +0\.\d{3} +[\d.]+ +[\d.]+ % +[89]\d\.\d %$/m);
    const { losses } = read("run").layers[1].languages.fra_Latn;
    expect(losses.texts).toBe(3);
    // What is rebuilt costs less than nothing in its place, and the model itself least.
    expect(losses.as_is).toBeLessThan(losses.rebuilt);
    expect(losses.rebuilt).toBeLessThan(losses.zero);
  });

  itExhaustively("is the same where the run is made anew", async () => {
    const asked = [...ASKED, "--layers", "1", "--out-dir", at("run")];
    expect((await vscore(...asked)).exitCode).toBe(0);
    const before = readFileSync(at("run", "fidelity.json"));
    writeFileSync(at("run", "fidelity.json"), "{");
    const broken = await vscore("show", at("run"));
    expect(broken.stderr).toMatch(/fidelity\.json is broken: it is not JSON\. Delete it/);
    expect((await vscore("fidelity", at("run"), "--layer", "9")).exitCode).toBe(2);
    expect((await vscore(...asked, "--overwrite")).exitCode).toBe(0);
    expect(readFileSync(at("run", "fidelity.json")).equals(before)).toBe(true);
  });
});

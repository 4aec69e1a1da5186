import { existsSync, readdirSync, readFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { vscore, vscoreUntil } from "../fixtures/command.js";
import { copyDemo } from "../fixtures/demo-run.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

beforeEach(() => {
  for (const name of ["first", "second"]) copyDemo(at(name));
});

const SMALL = ["--languages", "fra_Latn,arb_Arab", "--layers", "2", "--eval-texts", "6"];
const resultOf = (run: string) =>
  readFileSync(at(run, "experiments", "ablate-1", "result.json"), "utf8");

describe("ablation on the embedded model", () => {
  it("a language's features cost it, hardly the others; killed in the middle, it ends with the same bytes", async () => {
    const whole = await vscore("ablate", at("first"), ...SMALL, "--json");
    expect(whole.exitCode).toBe(0);
    expect(whole.stderr).not.toMatch(/warn/i);
    const { summary, evaluation, is_enough, languages } = JSON.parse(whole.stdout);
    expect(evaluation).toMatchObject({
      corpus: "manuals",
      split: "devtest",
      lacking: ["tha_Thai"],
    });
    expect(is_enough).toBe(false);
    expect(languages).toHaveLength(9);
    for (const { own, others_mean, random } of summary.filter(
      ({ config }: { config: string }) => config === "top1+2",
    )) {
      expect(own.value).toBeGreaterThan(10 * others_mean.value);
      expect(own.interval.lo).toBeGreaterThan(random.interval.hi);
    }
    const kill = (pid: number): void => {
      process.kill(pid, "SIGKILL");
    };
    await vscoreUntil(/kor_Hang, layer 2/, kill, "ablate", at("second"), ...SMALL);
    expect(existsSync(at("second", "experiments", "ablate-1", "result.json"))).toBe(false);
    const again = await vscore("ablate", at("second"), ...SMALL);
    expect(again.exitCode).toBe(0);
    expect(again.stderr).toContain("Going on with");
    expect(again.stdout).toContain(
      "Only 6 texts in the language with the fewest. Nothing is claimed.",
    );
    const { summary: short, cells } = JSON.parse(
      readFileSync(at("second", "experiments", "ablate-1", "summary.json"), "utf8"),
    );
    expect([short, cells]).toEqual([summary, undefined]);
    expect(resultOf("second").replaceAll('"second"', '"first"')).toBe(resultOf("first"));
    expect(readdirSync(at("second", "experiments", "ablate-1")).sort()).toEqual(
      ["over-layers", "specificity", "triples"]
        .flatMap((name) => [`${name}.png`, `${name}.svg`])
        .concat("request.json", "result.json", "rows.safetensors", "summary.json")
        .sort(),
    );
  });

  it("what cannot be is refused before the model is loaded", async () => {
    for (const [args, words] of [
      [["--layers", "7"], "has the layers"],
      [["--languages", "deu_Latn"], "found deu_Latn"],
      [["--languages", "tha_Thai"], "manuals has no texts"],
      [["--configs", "top3"], "--top-k is 2"],
      [["--top-k", "600"], "has 512 features"],
    ] as const) {
      const { exitCode, stderr } = await vscore("ablate", at("first"), ...args);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(words);
      expect(stderr).not.toContain("loading model");
    }
  });
});

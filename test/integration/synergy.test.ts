import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { vscore } from "../fixtures/command.js";
import { copyDemo } from "../fixtures/demo-run.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

it("synergy of every ordered pair on the embedded model, with groups that are given", async () => {
  copyDemo(at("run"));
  const { stdout, stderr, exitCode } = await vscore(
    ...["synergy", at("run"), "--layers", "2", "--eval-texts", "2", "--json"],
    ...["--clusters", "spa_Latn,por_Latn;jpn_Jpan,cmn_Hans"],
  );
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/\d+ forward passes/);
  const result = JSON.parse(stdout);
  expect(result).toMatchObject({ is_enough: false, top_k: 1, layers: [2] });
  // Nine languages are evaluated, each with the nine others: Thai's features are taken out too.
  expect(result.pairs).toHaveLength(81);
  for (const { own, of_other, both, synergy } of result.pairs)
    expect(synergy.value).toBeCloseTo(both - own - of_other, 10);
  expect(result.relations[0].intra).not.toBeNull();
  expect(result.cross_activation[0].normalized[0][0]).toBe(1);
  expect(readdirSync(join(at("run"), "experiments", "synergy-1")).sort()).toEqual(
    ["cross-activation", "super-additivity", "within-and-across"]
      .flatMap((name) => [`${name}.png`, `${name}.svg`])
      .concat("request.json", "result.json", "rows.safetensors")
      .sort(),
  );
});

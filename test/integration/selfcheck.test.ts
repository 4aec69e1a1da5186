import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { pythonRoot } from "../../src/config/paths.js";
import { vscore } from "../fixtures/command.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const folder = useTempFolder();

it("the demo's dictionaries rebuild what they read, about as well as its card says", async () => {
  const { exitCode, stdout } = await vscore("selfcheck", "--model", "demo", "--json");
  expect(exitCode).toBe(0);
  const { verdict, layers } = JSON.parse(stdout);
  expect(verdict).toBe("ok");
  const card = readFileSync(join(pythonRoot, "demo", "MODEL_CARD.md"), "utf8");
  for (const { layer, fvu, l0, max_difference } of layers) {
    const [, explained, active] =
      new RegExp(`saes/layer_${layer} \\| ([\\d.]+) \\| ([\\d.]+)`).exec(card) ?? [];
    // A few sentences of another kind of text are rebuilt a little worse.
    expect(Math.abs(1 - fvu - Number(explained))).toBeLessThan(0.1);
    expect(l0 / Number(active)).toBeGreaterThan(0.5);
    expect(l0 / Number(active)).toBeLessThan(2);
    expect(max_difference).toBeLessThan(1e-4);
  }
});

it("a dictionary of the layer before fails, though it rebuilds most, and where it was trained is told", async () => {
  const target = join(folder(), "saes", "layer_2");
  cpSync(join(pythonRoot, "demo", "saes", "layer_1"), target, { recursive: true });
  const file = join(target, "cfg.json");
  writeFileSync(file, readFileSync(file, "utf8").replaceAll("blocks.1.", "blocks.2."));
  const ended = await vscore(
    ...["selfcheck", "--model", "demo", "--sae-release", join(folder(), "saes"), "--layers", "2"],
  );
  expect(ended.exitCode).toBe(1);
  expect(ended.stdout).toMatch(
    /^failed: layer 2: it rebuilds another tensor better, model\.layers\.1 out \(FVU 0\.\d\d, what it reads 0\.\d\d\)/m,
  );
  expect(ended.stdout).toMatch(/^layer 2: of the tensors of its width it fits model\.layers\./m);
  expect(ended.stdout).toContain("Likely causes");
  expect(ended.stdout).toContain("do not fit each other here");
});

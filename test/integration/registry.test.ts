import { expect, it } from "vitest";
import { EMBEDDED, PRESETS, type Preset } from "../../src/config/presets.js";
import type { Release } from "../../src/registry/releases.js";
import { modelIdOf, obstacle } from "../../src/registry/releases.js";
import { vscore } from "../fixtures/command.js";

it("every preset names dictionaries that the registry of the installed sae_lens has, for that model", async () => {
  const { stdout, exitCode } = await vscore("models", "--releases", "--json");
  expect(exitCode).toBe(0);
  const releases: Release[] = JSON.parse(stdout).releases;
  expect(releases.length).toBeGreaterThan(100);
  const presets: [string, Preset][] = Object.entries(PRESETS);
  for (const [name, { fills }] of presets) {
    if (fills.sae_release.startsWith(EMBEDDED)) continue;
    const release = releases.find((each) => each.name === fills.sae_release);
    const ids = new Set(release?.dictionaries.map(({ id }) => id));
    const wanted = fills.layers.map((layer) =>
      fills.sae_id_template.replaceAll("{layer}", String(layer)),
    );
    expect(
      wanted.filter((id) => !ids.has(id)),
      name,
    ).toEqual([]);
    expect(modelIdOf(release as Release), name).toBe(fills.model_id);
    expect(obstacle(release as Release), name).toBeNull();
  }
});

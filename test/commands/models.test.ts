import { expect, test } from "vitest";
import { type ModelsOptions, models } from "../../src/commands/models.js";
import { PRESETS } from "../../src/config/presets.js";
import { rejectionOf } from "../fixtures/failure.js";
import { collectingOutput } from "../fixtures/output.js";

async function told(options: Partial<ModelsOptions> = {}): Promise<string> {
  const output = collectingOutput();
  const all = { name: undefined, releases: false, json: false, ...options };
  await models(all, output, new AbortController().signal);
  return output.results;
}

test("models lists every preset with its model, and custom", async () => {
  const lines = (await told()).split("\n");
  for (const [name, { fills }] of Object.entries(PRESETS)) {
    const line = lines.find((each) => each.startsWith(`${name} `)) ?? "";
    expect(line, name).toContain(` ${fills.model_id} `);
    expect(line, name).toContain(` ${fills.layers.join(",")}`);
  }
  expect(lines.find((line) => line.startsWith("custom"))).toBeDefined();
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120);
});

test("models --json is JSON of the same", async () => {
  const { schema_version, models: list } = JSON.parse(await told({ json: true }));
  expect(schema_version).toBe(1);
  expect(list.map(({ name }: { name: string }) => name)).toEqual(Object.keys(PRESETS));
  expect(list[0]).toMatchObject({ gated: true, model_id: "google/gemma-2-2b" });
});

test("models NAME says what one preset fills in", async () => {
  const said = await told({ name: "gpt2" });
  expect(said).toMatch(/^gpt2\n/);
  expect(said).toContain("gpt2-small-res-jb, blocks.{layer}.hook_resid_pre");
  expect(said).not.toContain("gemma");
});

test("a preset that is not there is refused, with the nearest", async () => {
  const error = await rejectionOf(told({ name: "gemma-3b" }));
  expect(error.exitCode).toBe(2);
  expect(error.message).toContain("Did you mean");
  expect(error.message).toContain("npx vscore models --releases gemma-3b");
});

import { expect, test } from "vitest";
import { languages, models } from "../../src/commands/catalogue.js";
import { PRESETS } from "../../src/config/presets.js";
import { failureOf } from "../fixtures/failure.js";
import { collectingOutput } from "../fixtures/output.js";

test("models lists every preset with what it fills in, and custom", () => {
  const output = collectingOutput();
  models({ json: false }, output);
  for (const [name, { fills }] of Object.entries(PRESETS)) {
    expect(output.results).toContain(name);
    expect(output.results).toContain(fills.model_id);
  }
  expect(output.results).toContain("custom");
});

test("models --json is JSON of the same", () => {
  const output = collectingOutput();
  models({ json: true }, output);
  const { schema_version, models: list } = JSON.parse(output.results);
  expect(schema_version).toBe(1);
  expect(list.map(({ name }: { name: string }) => name)).toEqual(Object.keys(PRESETS));
});

test("languages finds by code or name, as a table or JSON", () => {
  const [table, json] = [collectingOutput(), collectingOutput()];
  languages("catalan", { json: false }, table);
  expect(table.results).toMatch(/^cat_Latn {2}Catalan/m);
  languages("catalan", { json: true }, json);
  expect(JSON.parse(json.results).languages).toContainEqual({ code: "cat_Latn", name: "Catalan" });
});

test("a language that is not there is refused, with the nearest", () => {
  const error = failureOf(() => languages("eng_Latm", { json: false }, collectingOutput()));
  expect(error.exitCode).toBe(2);
  expect(error.message).toContain("Did you mean eng_Latn");
});

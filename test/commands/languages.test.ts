import { expect, test } from "vitest";
import { languages } from "../../src/commands/languages.js";
import { failureOf } from "../fixtures/failure.js";
import { collectingOutput } from "../fixtures/output.js";

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

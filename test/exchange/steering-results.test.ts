import { expect, test } from "vitest";
import { clcCsv, lidCsv } from "../../src/exchange/steering-results.js";
import { clcRow, clcTable, lidTable } from "../fixtures/steering.js";

test("naming a language: the columns of the steering repository, numbers as Python writes them", () => {
  const rows = [
    { method: "No SV", k: 0, target: 4, collateral: 1e-7 },
    { method: "SAE-2L", k: 2, target: 0.1, collateral: 2.75 },
  ];
  expect(lidCsv(lidTable({ rows }))).toBe(
    "method,k,ce_target_token,ce_non_target_langs\nNo SV,0,4.0,1e-07\nSAE-2L,2,0.1,2.75\n",
  );
});

test("continuations: pairs one after the other; what is not steered has no α, nor what nobody knows", () => {
  const rows = [clcRow("No SV", 0, 0), clcRow("SV-1L", 1, 0.5, { lo: 0.25, hi: 0.75 })];
  const tables = [clcTable({ rows }), clcTable({ source: "ja", alpha: null, rows })];
  expect(clcCsv(tables)).toBe(
    [
      "source_lang,target_lang,method,k,alpha_used,success_rate,ce_non_source_flores10",
      "fr,en,No SV,0,0.0,0.0,3.0",
      "fr,en,SV-1L,1,0.5,0.5,3.125",
      "ja,en,No SV,0,0.0,0.0,3.0",
      "ja,en,SV-1L,1,,0.5,3.125\n",
    ].join("\n"),
  );
});

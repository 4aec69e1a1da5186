import { describe, expect, test } from "vitest";
import {
  continuationTables,
  type SteeringSheet,
  steeringTable,
} from "../../src/exchange/steering-sheet.js";
import { failureOf } from "../fixtures/failure.js";
import { SETTINGS } from "../fixtures/steering.js";

/** A table from line 2 on. */
const sheetOf = (
  columns: string,
  rows: readonly string[],
  name: SteeringSheet["name"] = SETTINGS,
): SteeringSheet => ({
  ...{ file: "there/x.csv", name },
  rows: rows.map((row, at) => ({
    line: at + 2,
    cells: new Map(
      columns.split(",").map((column, place) => [column, row.split(",")[place] ?? ""]),
    ),
  })),
});

describe("naming a language", () => {
  const lid = (...rows: string[]) => sheetOf("method,k,ce_target_token,ce_non_target_langs", rows);

  test("settings come from the name, numbers from the rows", () => {
    const { rows, origin, ...settings } = steeringTable(lid("No SV,0,4.0,2.5", "SAE-2L,2,1e-1,3"));
    expect(settings).toEqual(SETTINGS);
    expect(origin).toBe("x.csv");
    expect(rows).toEqual([
      { method: "No SV", k: 0, target: 4, collateral: 2.5 },
      { method: "SAE-2L", k: 2, target: 0.1, collateral: 3 },
    ]);
  });

  test.each([
    ["SV-1L,1,nan,2", '"nan" in line 3, column ce_target_token. Expected a finite number'],
    ["SV-1L,1,,2", '"" in line 3, column ce_target_token'],
    ["SV-1L,1,2,inf", '"inf" in line 3, column ce_non_target_langs'],
    ["SV-1L,1,2,1e999", '"1e999" in line 3'],
    [
      "SV-1L,1,2e9,1",
      '"2e9" in line 3, column ce_target_token. Expected a finite number of at most',
    ],
    ["SV-1L,1,-2,1", "-2 in line 3, column ce_target_token. Expected a cross-entropy"],
    ["SV-1L,1,2,-0.5", "-0.5 in line 3, column ce_non_target_langs. Expected a cross-entropy"],
    ["SV-1L,1,2,0x10", '"0x10" in line 3'],
    [
      "Chance-1L,1,2,3",
      'the method "Chance-1L" in line 3. Expected No SV, SV-1L, SAE-1L, Learned-1L, Thresholded-1L, Random-1L, RandomSAE-1L (or -2L, -3L). Rename it',
    ],
    ["SV-2L,3,2,3", 'k "3" in line 3, whose method is SV-2L. Expected 2. Mend the line.'],
    ["SV-2L,,2,3", 'k "" in line 3'],
    ["No SV,0,2,3", "the method No SV twice. Expected one row a method"],
  ])("%s is refused", (row, told) => {
    const { message, exitCode } = failureOf(() => steeringTable(lid("No SV,0,4.0,2.5", row)));
    expect(message).toContain(`there/x.csv has ${told}`);
    expect(exitCode).toBe(2);
  });

  test("a name of one language, or with a number that nobody measures with, is refused", () => {
    const refusal = (changes: object) =>
      failureOf(() => steeringTable({ ...lid("No SV,0,4,2"), name: { ...SETTINGS, ...changes } }))
        .message;
    expect(refusal({ source: "eng_Latn" })).toMatch(
      /is of steering eng_Latn into en\. Expected two/,
    );
    for (const alpha of [1e10, -Infinity])
      expect(refusal({ alpha })).toMatch(/tells the number .* at most 1000000000/);
  });

  test("a name that tells no languages is refused", () => {
    const { message } = failureOf(() => steeringTable({ ...lid("No SV,0,4,2"), name: null }));
    expect(message).toBe(
      "The name of there/x.csv does not tell source and target language. Expected …_<source>_to_<target>_…, as in lid_gemma-2-2b_fr_to_en_layer20_alpha0.5.csv. Rename the file.",
    );
  });
});

describe("continuations", () => {
  const COLUMNS = "source_lang,target_lang,method,k,alpha_used,success_rate,ce_non_source_flores10";
  const clc = (rows: readonly string[], name: SteeringSheet["name"] = SETTINGS) =>
    sheetOf(COLUMNS, rows, name);
  const ROWS = ["ja,en,No SV,0,,0,2", "th,en,SV-1L,1,1.5,1,3", "ja,en,SAE-3L,3,0.8,0.5,2.5"];

  test("a table a pair: rows count more than the name, which need not tell anything", () => {
    const tables = continuationTables(clc(ROWS, null));
    expect(tables.map(({ source, target, alpha }) => [source, target, alpha])).toEqual([
      ["ja", "en", 0.8],
      ["th", "en", 1.5],
    ]);
    expect(tables[0]?.rows.map(({ method }) => method)).toEqual(["No SV", "SAE-3L"]);
    expect(continuationTables(clc(ROWS))[1]).toMatchObject({ source: "th", trainN: 20 });
  });

  test.each([
    [
      "ja,en,SV-1L,1,1.0,1,3",
      "several alpha_used for ja to en: 0.8, 1. Expected one for each pair",
    ],
    ["ja,en,SV-1L,1,,1,3", "several alpha_used for ja to en: 0.8, none."],
    ["ja,en,SV-1L,1,x,1,3", '"x" in line 5, column alpha_used. Expected a finite number'],
    ["ja,en,SAE-3L,3,0.8,1,3", "the method SAE-3L twice for ja to en."],
    ["ja,en,SV-1L,1,0.8,60,3", "60 in line 5, column success_rate. Expected a share from 0 to 1."],
    ["j a,en,SV-1L,1,0.8,1,3", '"j a" in line 5, column source_lang. Expected a language\'s code'],
    ["ja,en,SV-1L,1,0.8,1,-3", "-3 in line 5, column ce_non_source_flores10. Expected a cross"],
    ["ja,en,SV-1L,1,1e12,1,3", '"1e12" in line 5, column alpha_used. Expected a finite number of'],
    ["ja,,SV-1L,1,0.8,1,3", '"" in line 5, column target_lang'],
  ])("%s is refused", (row, told) => {
    const { message } = failureOf(() => continuationTables(clc([...ROWS, row])));
    expect(message).toContain(`there/x.csv has ${told}`);
  });

  test("a row of one language is refused", () => {
    const one = clc([...ROWS, "ja,jpn_Jpan,SV-1L,1,0.8,1,3"]);
    expect(failureOf(() => continuationTables(one)).message).toMatch(/steering ja into jpn_Jpan/);
  });

  test("older tables need a name with both languages", () => {
    const columns = "method,k,success_rate,ce_non_source_flores10";
    for (const name of [null, { ...SETTINGS, source: "all" }])
      expect(
        failureOf(() => continuationTables(sheetOf(columns, ["SV-1L,1,1,3"], name))).message,
      ).toContain("does not tell source and target");
  });
});

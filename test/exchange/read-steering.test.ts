import { mkdirSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readSteeringFile, steeringFiles } from "../../src/exchange/read-steering.js";
import { METHOD_FAMILIES, methodName } from "../../src/exchange/steering-methods.js";
import { steeringFileName } from "../../src/exchange/steering-names.js";
import {
  type ContinuationTable,
  clcCsv,
  lidCsv,
  type SteeringTable,
} from "../../src/exchange/steering-results.js";
import { failureOf } from "../fixtures/failure.js";
import { clcTable, LID_NAME, lidTable } from "../fixtures/steering.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

function file(name: string, content: string | Uint8Array): string {
  writeFileSync(at(name), content);
  return at(name);
}
const refusalOf = (name: string, content: string | Uint8Array) => {
  const { message, exitCode } = failureOf(() => readSteeringFile(file(name, content)));
  expect(exitCode).toBe(2);
  return message.replace(`${at(name)} `, "");
};

const loss = fc.double({ noNaN: true, min: 0, max: 1e9 });
const strength = fc.double({ noNaN: true, min: -1e9, max: 1e9 });
const methods = fc.uniqueArray(
  fc
    .record({ family: fc.constantFrom(...METHOD_FAMILIES), k: fc.integer({ min: 1, max: 12 }) })
    .map(({ family, k }) => ({ family, k: family === "No SV" ? 0 : k })),
  { minLength: 1, selector: methodName },
);

test("tables of naming a language are read as they were written", () => {
  const rows = methods.chain((all) =>
    fc.tuple(
      ...all.map((each) =>
        fc.record({
          ...{ method: fc.constant(methodName(each)), k: fc.constant(each.k) },
          ...{ target: loss, collateral: loss },
        }),
      ),
    ),
  );
  fc.assert(
    fc.property(rows, fc.option(strength), (rows, alpha) => {
      const table = lidTable({ rows, alpha: alpha === null ? null : alpha + 0 });
      const name = steeringFileName("lid", table);
      const tables: SteeringTable[] = [{ ...table, origin: name }];
      expect(readSteeringFile(file(name, lidCsv(table)))).toEqual({ experiment: "lid", tables });
    }),
  );
});

test("tables of continuations are read as they were written, pair by pair", () => {
  const rows = methods.chain((all) =>
    fc.tuple(
      ...all.map((each) =>
        fc.record({
          ...{ method: fc.constant(methodName(each)), k: fc.constant(each.k) },
          success: fc.double({ min: 0, max: 1, noNaN: true }),
          ...{ interval: fc.constant(null), collateral: loss },
        }),
      ),
    ),
  );
  const pair = fc.record({ rows, alpha: fc.option(strength.map((alpha) => alpha + 0)) });
  const sources = ["fr", "ja", "deu_Latn"];
  fc.assert(
    fc.property(fc.array(pair, { minLength: 1, maxLength: 3 }), (pairs) => {
      const name = "clc_gemma-2-2b_all_to_en_alpha-by-lang_train20_eval10.csv";
      const tables = pairs.map(
        ({ rows, alpha }, at): ContinuationTable =>
          clcTable({
            ...{ rows, source: sources[at] as string, origin: name },
            alpha: rows.some(({ k }) => k > 0) ? alpha : null,
          }),
      );
      expect(readSteeringFile(file(name, clcCsv(tables)))).toEqual({ experiment: "clc", tables });
    }),
  );
});

test("columns may stand in any order, beside others; lines may end as on Windows", () => {
  const text =
    "\ufeffseed,ce_non_target_langs,method,ce_target_token,k\r\n1,3.5,SV-1L,2,1.0\r\n\r\n";
  const { tables } = readSteeringFile(file(LID_NAME, text));
  expect(tables).toEqual([
    lidTable({ rows: [{ method: "SV-1L", k: 1, target: 2, collateral: 3.5 }] }),
  ]);
});

test("a header of both experiments is of none", () => {
  const text = "method,k,ce_target_token,ce_non_target_langs,success_rate,ce_non_source_flores10\n";
  expect(refusalOf(LID_NAME, `${text}SV-1L,1,2,3,0.5,3\n`)).toMatch(
    /^has the columns .*\(LID\) and of continuations \(CLC\)\. Expected those of one experiment/,
  );
});

test("of older tables of continuations the name tells the languages and α", () => {
  const text = "method,k,success_rate,ce_non_source_flores10\nSV-1L,1,0.5,3.0\n";
  const name = "clc_fr_to_en_alpha0.5_train100_eval500.csv";
  const { experiment, tables } = readSteeringFile(file(name, text));
  expect(experiment).toBe("clc");
  expect(tables).toEqual([
    clcTable({
      ...{ tag: "", trainN: 100, evalN: 500, origin: name },
      rows: [{ method: "SV-1L", k: 1, success: 0.5, interval: null, collateral: 3 }],
    }),
  ]);
});

test("a folder stands for its tables, a file for itself", () => {
  mkdirSync(at("csv"));
  for (const name of ["lid_b.csv", "lid2_a.csv", "clc_c.csv", "v_scores_x.csv", "lid_d.png"])
    writeFileSync(at("csv", name), "");
  expect(steeringFiles(at("csv"))).toEqual(
    ["clc_c.csv", "lid2_a.csv", "lid_b.csv"].map((name) => at("csv", name)),
  );
  expect(steeringFiles(at("anything"))).toEqual([at("anything")]);
  mkdirSync(at("empty"));
  const { message } = failureOf(() => steeringFiles(at("empty")));
  expect(message).toContain("has no table of a steering experiment. Expected lid_*.csv");
});

test.each<[string, string, string]>([
  ["nothing", "", "has nothing in it. Expected a table of a steering experiment, with the columns"],
  [
    "another table",
    "layer,rank\n1,2\n",
    "has the columns layer, rank. Expected a table of a steering experiment, with the columns method, k, ce_target_token, ce_non_target_langs (LID) or source_lang, target_lang, method, k, alpha_used, success_rate, ce_non_source_flores10 (CLC). Choose another file.",
  ],
  [
    "a table of many columns",
    `${"abcdefghijklm".split("").join()}\n`,
    "has the columns a, b, c, d, e, f, g, h, i, j, 3 more. Expected",
  ],
  [
    "a column less",
    "method,k,ce_target_token\nSV-1L,1,2.0\n",
    "has no column ce_non_target_langs, only method, k, ce_target_token. Expected method, k, ce_target_token, ce_non_target_langs. Add what is missing, or choose another file.",
  ],
  [
    "a column less of an older table",
    "method,success_rate\nSV-1L,1\n",
    "has no column k, ce_non_source_flores10, only method, success_rate. Expected method, k, success_rate, ce_non_source_flores10.",
  ],
  [
    "half of the newer columns",
    "source_lang,method,k,success_rate,ce_non_source_flores10\n",
    "has no column target_lang, alpha_used, only",
  ],
  [
    "a column twice",
    "method,k,k,ce_target_token,ce_non_target_langs\n",
    "has the column k twice. Expected each column once.",
  ],
  [
    "a header alone",
    "method,k,ce_target_token,ce_non_target_langs\n",
    "has a header and no rows. Expected a row for each method.",
  ],
  [
    "a short line",
    "method,k,ce_target_token,ce_non_target_langs\nNo SV,0,1,2\n\nSV-1L,1\n",
    "has 2 cells in line 4. Expected 4, as in its header. Mend that line.",
  ],
  ["an open quote", '"method\n', "has a quote that is never closed. Expected a table"],
])("%s is refused", (_, text, told) => {
  expect(refusalOf(LID_NAME, text)).toContain(told);
});

test("bytes, folders and files that are not there are refused", () => {
  expect(refusalOf("x.csv", Uint8Array.of(0xff, 0xfe, 0x00))).toContain("no text in UTF-8");
  expect(failureOf(() => readSteeringFile(at("nowhere.csv"))).message).toContain(
    "nowhere.csv cannot be read (ENOENT). Expected a .csv file, or a folder of them. Check the path.",
  );
  expect(failureOf(() => readSteeringFile(at())).message).toContain("is no file");
  expect(refusalOf("large.csv", new Uint8Array(16 * 1024 * 1024 + 1))).toContain(
    "has 16777217 bytes. Expected a .csv file of at most 16777216 bytes",
  );
});

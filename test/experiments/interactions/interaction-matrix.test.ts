import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import {
  INTERACTION_FILE,
  interactionMatrixCsv,
  latestInteractionFile,
  parseInteractionMatrix,
  readInteractionMatrix,
} from "../../../src/experiments/interactions/interaction-matrix.js";
import { failureOf } from "../../fixtures/failure.js";
import { useTempFolder } from "../../fixtures/temp-folder.js";

const at = useTempFolder();

const CSV = ",en,fra_Latn\nen,1.1554222447531564,-5e-05\nfra_Latn,2.0,1e+16\n";
const read = (text: string) => parseInteractionMatrix(text, "m.csv");

test("rows are evaluated languages, columns ablated ones; what is read is written the same", () => {
  const found = read(CSV);
  expect(found).toEqual({
    languages: ["en", "fra_Latn"],
    matrix: [
      [1.1554222447531564, -0.00005],
      [2, 1e16],
    ],
  });
  expect(interactionMatrixCsv(found)).toBe(CSV);
});

test("quotes, a byte order mark and other line ends are no hindrance", () => {
  const text = `\uFEFF"","en","fr"\r\n"en", 1,2\r\n"fr",.5,1E2\r\n\r\n`;
  expect(read(text)).toEqual({
    languages: ["en", "fr"],
    matrix: [
      [1, 2],
      [0.5, 100],
    ],
  });
});

test.each<[string, string, RegExp]>([
  ["nothing", "", /no commas/],
  ["other separators", ";en;fr\nen;1;2\nfr;1;2\n", /no commas/],
  ["no index", "en,fr\n1,2\n1,2\n", /first cell is "en", not empty/],
  [
    "a column without a code",
    ",en,\nen,1,2\n,1,2\n",
    /column 3 of its header has no readable code/,
  ],
  ["a code that steers a terminal", ",en,\u001b[2J\n", /column 3/],
  ["a language twice", ",en,en\nen,1,2\nen,1,2\n", /has en twice/],
  ["too few rows", ",en,fr\nen,1,2\n", /1 rows and 2 columns. Expected a square matrix/],
  ["too many rows", ",en\nen,1\nfr,1\n", /2 rows and 1 columns/],
  ["another order of rows", ",en,fr\nfr,1,2\nen,1,2\n", /row 1 is of "fr", column 1 of "en"/],
  ["a short row", ",en,fr\nen,1,2\nfr,1\n", /row fr has 1 numbers. Expected 2/],
  ["an empty cell", ",en,fr\nen,1,\nfr,1,2\n", /row en, column fr is empty/],
  ["NaN", ",en,fr\nen,1,2\nfr,nan,2\n", /row fr, column en is "nan"/],
  ["infinity", ",en,fr\nen,1,1e999\nfr,1,2\n", /row en, column fr is "1e999"/],
  ["what would overflow", ",en,fr\nen,1,1e308\nfr,1,2\n", /row en, column fr is "1e308"/],
  ["a word", ",en,fr\nen,1,0x10\nfr,1,2\n", /row en, column fr is "0x10"/],
])("%s is refused with what was found and where", (_, text, words) => {
  const error = failureOf(() => read(text));
  expect(error.message).toMatch(words);
  expect(error.message).toMatch(/^m\.csv: .*\. Expected .*\./s);
  expect(error.exitCode).toBe(2);
});

test("a file that is not there, or is no text, is told by its name", () => {
  expect(failureOf(() => readInteractionMatrix(at("no.csv"))).message).toContain("(ENOENT)");
  writeFileSync(at("bytes.csv"), Uint8Array.of(0xff, 0xfe));
  expect(failureOf(() => readInteractionMatrix(at("bytes.csv"))).message).toContain("not UTF-8");
  writeFileSync(at("good.csv"), CSV);
  expect(readInteractionMatrix(at("good.csv")).languages).toEqual(["en", "fra_Latn"]);
});

test("of a run, the latest finished ablation is taken, by number", () => {
  const run = { name: "r", folder: at() };
  const refused = failureOf(() => latestInteractionFile(run)).message;
  expect(refused).toContain(`experiments/interactions-<n>/${INTERACTION_FILE}`);
  expect(refused).toContain("vscore ablate and npx vscore interactions");
  const write = (folder: string, name: string) => {
    const file = at("experiments", folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "");
  };
  for (const folder of ["interactions-2", "interactions-10", "interactions-x"])
    for (const name of [INTERACTION_FILE, "result.json"]) write(folder, name);
  // Without its result it is not finished.
  write("interactions-11", INTERACTION_FILE);
  expect(latestInteractionFile(run)).toBe(at("experiments", "interactions-10", INTERACTION_FILE));
});

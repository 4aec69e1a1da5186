import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { errnoOf, requestError } from "../../errors.js";
import { decodeText } from "../../explore/text-lines.js";
import { finishedExperiments } from "../../runs/experiments.js";
import { RUN_FILES } from "../../runs/files.js";
import { pythonFloat } from "../../runs/python-float.js";

/** What the ablation of each language's features does to each language. */
export interface InteractionMatrix {
  /** Two-letter or FLORES+ codes. */
  languages: string[];
  /** [evaluated][ablated]: mean change of the cross-entropy on texts of the first, in nats a token. */
  matrix: number[][];
}

/** The matrix of an experiment `interactions`, averaged over the layers. */
export const INTERACTION_FILE = "interaction_matrix_avg_layers.csv";

const FORM = "Expected a header of an empty cell and codes, then a row a code, all numbers";

/**
 * Reads a matrix as the ablation repository writes it: codes as header and as index, the header's first cell empty; row = evaluated
 * language, column = ablated language.
 *
 * @param name what the messages call the file
 * @throws VscoreError (request) for what is no such matrix
 */
export function parseInteractionMatrix(text: string, name: string): InteractionMatrix {
  const refuse = (found: string, todo: string) => requestError(`${name}: ${found}. ${todo}`);
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  while (lines.at(-1)?.trim() === "") lines.pop();
  const [header = [], ...rows] = lines.map(cellsOf);
  const [corner = "", ...languages] = header;
  if (languages.length === 0)
    throw refuse("its first line holds no commas", `${FORM}, separated by commas.`);
  if (corner !== "")
    throw refuse(`its first cell is "${corner}", not empty`, `${FORM}. Write the index too.`);
  const odd = languages.findIndex((code) => code === "" || /[\p{C}\p{Zl}\p{Zp}]/u.test(code));
  if (odd >= 0) throw refuse(`column ${odd + 2} of its header has no readable code`, `${FORM}.`);
  const twice = languages.find((code, at) => languages.indexOf(code) < at);
  if (twice !== undefined)
    throw refuse(`its header has ${twice} twice`, "Expected every language once. Leave one out.");
  if (rows.length !== languages.length)
    throw refuse(
      `it has ${rows.length} rows and ${languages.length} columns`,
      "Expected a square matrix: every language as row (evaluated) and as column (ablated).",
    );
  const matrix = rows.map(([code = "", ...cells], at) => {
    if (code !== languages[at])
      throw refuse(
        `row ${at + 1} is of "${code}", column ${at + 1} of "${languages[at]}"`,
        "Expected the same codes in the same order. Sort rows and columns alike.",
      );
    if (cells.length !== languages.length)
      throw refuse(
        `row ${code} has ${cells.length} numbers`,
        `Expected ${languages.length}, one for each column.`,
      );
    return cells.map((cell, column) => {
      const value = NUMBER.test(cell) ? Number(cell) : Number.NaN;
      if (Math.abs(value) <= LARGEST) return value;
      throw refuse(
        `row ${code}, column ${languages[column]} is ${cell === "" ? "empty" : `"${cell}"`}`,
        `Expected a number of at most ${LARGEST}. Measure that pair, or leave the language out.`,
      );
    });
  });
  return { languages, matrix };
}

/** What is beyond would overflow in distances; no cross-entropy comes near it. */
const LARGEST = 1e100;
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;

/** Codes hold no comma: a cell is at most put into quotes. */
const cellsOf = (line: string): string[] =>
  line.split(",").map((cell) => cell.trim().replace(/^"([^"]*)"$/, "$1"));

/** The same format: numbers with all their digits, as Python writes them. */
export function interactionMatrixCsv({ languages, matrix }: InteractionMatrix): string {
  const rows = matrix.map((row, at) => [languages[at], ...row.map(pythonFloat)].join(","));
  return `${[["", ...languages].join(","), ...rows].join("\n")}\n`;
}

/** @throws VscoreError (request) where the file cannot be read or is no such matrix */
export function readInteractionMatrix(file: string): InteractionMatrix {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw requestError(
      `${file} cannot be read (${errnoOf(error)}). Expected an interaction matrix as CSV. Check the path.`,
      error,
    );
  }
  return parseInteractionMatrix(decodeText(bytes, file), file);
}

/** The matrix of a run's latest finished ablation. @throws VscoreError (request) where the run has none */
export function latestInteractionFile(run: { name: string; folder: string }): string {
  const latest = finishedExperiments(run.folder, "interactions").find((folder) =>
    existsSync(join(folder, INTERACTION_FILE)),
  );
  if (latest !== undefined) return join(latest, INTERACTION_FILE);
  throw requestError(
    `${run.name} has no ${join(RUN_FILES.experimentsFolder, "interactions-<n>", INTERACTION_FILE)}. Expected the matrix of a finished ablation. Make one with npx vscore ablate and npx vscore interactions, or choose --by overlap.`,
  );
}

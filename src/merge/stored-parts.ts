import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunConfig } from "../config/schema.js";
import { requestError } from "../errors.js";
import { Fidelity } from "../runs/fidelity-file.js";
import { RUN_FILES, strongestFile, sumsFile } from "../runs/files.js";
import { decodePartSums, type PartSums } from "../runs/part-sums-file.js";
import { type KeptOf, type LanguageStrongest, openStrongestFile } from "../runs/strongest-file.js";
import type { LanguageSums } from "../runs/sums-file.js";
import { mergeSums, type SumsOfPart } from "./merged-sums.js";
import { type FinishedPart, type PartSet, wayToCompute } from "./part-set.js";

/** One language of the run, from the parts that have texts of it. */
export function languageOf(parts: PartSet, language: string): LanguageSums {
  const found = parts
    .filter(({ finished }) => finished.languages.includes(language))
    .map((part): SumsOfPart => ({ part: part.shard, sums: sumsOf(part, language) }));
  const [first, ...others] = found;
  if (first !== undefined) return mergeSums([first, ...others]);
  throw requestError(
    `No part has a text of ${language}. Expected one at least. The parts are not of one plan: compute them anew with --overwrite.`,
  );
}

function sumsOf(part: FinishedPart, language: string): PartSums {
  const file = join(part.folder, sumsFile(language));
  return reading(part, file, () => {
    const sums = decodePartSums(readFileSync(file));
    const expected = part.finished.provenance[language];
    if (sums.language === language && isSame(sums.provenance, expected)) return sums;
    throw new Error(`it is not what ${RUN_FILES.part} says`);
  });
}

/** What the parts keep of a language for the run's examples. */
export const strongestOf = (parts: PartSet, of: KeptOf): LanguageStrongest[] =>
  parts
    .filter(({ finished }) => finished.languages.includes(of.language))
    .map((part) => {
      const file = join(part.folder, strongestFile(of.language));
      const without = ", or merge without examples: --no-examples";
      return reading(part, file, () => openStrongestFile(file, of), without);
    });

/** Null of a run through random dictionaries, which rebuild nothing. */
export function fidelityOf(part: FinishedPart, config: RunConfig): Fidelity | null {
  const file = join(part.folder, RUN_FILES.fidelity);
  if (config.control === "random-dictionary" && !existsSync(file)) return null;
  return reading(part, file, () => Fidelity.parse(JSON.parse(readFileSync(file, "utf8"))));
}

/** @param otherwise a way that does without it */
function reading<T>(part: FinishedPart, file: string, read: () => T, otherwise = ""): T {
  try {
    return read();
  } catch (error) {
    throw requestError(
      `${file} is missing or damaged. Expected it as the part wrote it. Restore it, or compute the part anew: ${wayToCompute(part, part.shard, "--overwrite")}${otherwise}`,
      error,
    );
  }
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

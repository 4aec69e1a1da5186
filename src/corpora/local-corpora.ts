import { constants } from "node:buffer";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import { isFolder, pythonRoot } from "../config/paths.js";
import { fullCode } from "../config/short-codes.js";
import { errnoOf, requestError } from "../errors.js";
import { type CorpusText, textHash } from "../plan.js";
import { documentInId } from "../reduce/text-ids.js";

/** A corpus that is a file or a folder here, read and checked whole. */
export interface LocalCorpus {
  /** Language code → its texts, in file order. */
  languages: Map<string, CorpusText[]>;
  /** The split that was read; null where the corpus has none. */
  split: "dev" | "devtest" | null;
  /** SHA-256 over what was read, `sha256:…`. */
  revision: string;
  /** Whether equal ids of two languages mean translations: lines of files of one length, or ids that the rows have. */
  sharesIds: boolean | "of one length";
}

const Row = z.object({
  text: z.string(),
  language: z.string().optional(),
  lan: z.string().optional(),
  id: z
    .union([z.string(), z.number()])
    .refine((id) => typeof id === "string" || Number.isSafeInteger(id), "quote the number")
    .optional(),
  split: z.string().optional(),
  document: z.string().optional(),
});

/** Whether a corpus name is read here rather than fetched by the engine. */
export const isLocalCorpus = (corpus: string): boolean => corpus !== "flores";

/**
 * Reads `udhr`, `manuals` (embedded), `jsonl:FILE` or `dir:FOLDER`.
 *
 * @param splitGiven whether somebody asked for this split: then a corpus without splits refuses it
 * @throws VscoreError (request) that names file and line
 */
export function readLocalCorpus(
  corpus: string,
  split: "dev" | "devtest" | null,
  splitGiven: boolean,
): LocalCorpus {
  if (corpus === "udhr" || corpus === "manuals") {
    const file = join(pythonRoot, "demo", "corpora", `${corpus}.jsonl.gz`);
    return parseJsonl(corpus, gunzipSync(readBytes(file)), split, splitGiven);
  }
  const path = resolve(corpus.slice(corpus.indexOf(":") + 1));
  if (corpus.startsWith("jsonl:")) return parseJsonl(path, readBytes(path), split, splitGiven);
  return readFolder(path, split, splitGiven);
}

function parseJsonl(
  file: string,
  bytes: Uint8Array,
  split: "dev" | "devtest" | null,
  splitGiven: boolean,
): LocalCorpus {
  const rows: {
    language: string;
    id: string | undefined;
    split: string | undefined;
    text: string;
    document: string | undefined;
    line: number;
  }[] = [];
  linesOf(file, bytes).forEach((content, index) => {
    const line = index + 1;
    if (content.trim() === "") return;
    const row = parseRow(file, line, content);
    const language = row.language ?? row.lan;
    if (language === undefined) throw lineError(file, line, 'has neither "language" nor "lan"');
    if (row.text.trim() === "") throw lineError(file, line, "has an empty text");
    if (!row.text.isWellFormed())
      throw lineError(file, line, "has half of a surrogate pair in its text");
    rows.push({
      language: fullCode(language),
      id: row.id?.toString(),
      split: row.split,
      text: row.text,
      document: row.document ?? documentInId(row.id?.toString() ?? ""),
      line,
    });
  });
  const splits = new Set(rows.map((row) => row.split));
  if (splits.size > 1 && splits.has(undefined)) {
    const line = rows.find((row) => row.split === undefined)?.line ?? 1;
    throw lineError(file, line, 'has no "split", other lines have one');
  }
  const hasSplits = rows.length > 0 && !splits.has(undefined);
  const bare = rows.find((row) => row.id === undefined);
  if (bare !== undefined && rows.some((row) => row.id !== undefined)) {
    throw lineError(file, bare.line, 'has no "id", other lines have one');
  }
  refuseSplit(file, split, splitGiven, hasSplits);
  if (hasSplits && split !== null && !splits.has(split)) {
    throw requestError(
      `--split ${split}: ${file} has only ${[...splits].join(", ")}. Rename its splits to dev or devtest.`,
    );
  }
  const languages = new Map<string, CorpusText[]>();
  const seen = new Set<string>();
  for (const { language, id, split: own, text, document, line } of rows) {
    if (hasSplits && own !== split) continue;
    const texts = languages.get(language) ?? [];
    languages.set(language, texts);
    const key = id ?? String(texts.length + 1);
    if (seen.has(`${language}\0${key}`))
      throw lineError(file, line, `has the id "${key}" a second time for ${language}`);
    seen.add(`${language}\0${key}`);
    texts.push({ id: key, text, document });
  }
  return {
    ...{ languages, split: hasSplits ? split : null, sharesIds: bare === undefined },
    revision: `sha256:${textHash(bytes)}`,
  };
}

function readFolder(
  folder: string,
  split: "dev" | "devtest" | null,
  splitGiven: boolean,
): LocalCorpus {
  if (!isFolder(folder))
    throw requestError(
      `--corpus: ${folder} is not a folder. Expected one with <code>.txt for each language.`,
    );
  const hasSplits = isFolder(join(folder, "dev")) || isFolder(join(folder, "devtest"));
  refuseSplit(folder, split, splitGiven, hasSplits);
  const from = hasSplits && split !== null ? join(folder, split) : folder;
  if (!isFolder(from))
    throw requestError(
      `--corpus: there is no folder ${from}. Expected one with <code>.txt for each language.`,
    );
  const languages = new Map<string, CorpusText[]>();
  const hashes: string[] = [];
  for (const name of readdirSync(from)
    .filter((entry) => entry.endsWith(".txt"))
    .sort()) {
    const bytes = readBytes(join(from, name));
    const texts = linesOf(join(from, name), bytes).map((text, index) => {
      if (text.trim() === "") throw lineError(join(from, name), index + 1, "is empty");
      return { id: String(index + 1), text };
    });
    languages.set(basename(name, ".txt"), texts);
    hashes.push(name, textHash(bytes));
  }
  return {
    languages,
    split: hasSplits ? split : null,
    revision: `sha256:${textHash(hashes.join("\n"))}`,
    sharesIds: "of one length",
  };
}

function parseRow(file: string, line: number, content: string): z.infer<typeof Row> {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw lineError(file, line, `is not JSON (${error instanceof Error ? error.message : error})`);
  }
  const row = Row.safeParse(value);
  if (row.success) return row.data;
  const issue = row.error.issues[0];
  throw lineError(
    file,
    line,
    `is not a corpus row: ${issue?.path.join(".") || "the row"}: ${issue?.message}`,
  );
}

/** Lines without their ends; a final line end opens no further line. */
function linesOf(file: string, bytes: Uint8Array): string[] {
  if (bytes.length > constants.MAX_STRING_LENGTH) {
    throw requestError(
      `--corpus: ${file} has ${bytes.length} bytes, at most ${constants.MAX_STRING_LENGTH} can be read as one file. Split it, or take fewer texts.`,
    );
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw requestError(`--corpus: ${file} is not UTF-8 text. Convert it and try again.`, error);
  }
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function refuseSplit(
  where: string,
  split: string | null,
  given: boolean,
  hasSplits: boolean,
): void {
  if (split === null && hasSplits) {
    throw requestError(`split: null: ${where} has splits. Choose dev or devtest.`);
  }
  if (given && split !== null && !hasSplits) {
    throw requestError(
      `--split ${split}: ${where} has no splits (neither a "split" field nor dev/ and devtest/). Leave --split out.`,
    );
  }
}

function readBytes(file: string): Uint8Array {
  try {
    // A pipe would be waited for.
    if (statSync(file).isFile()) return readFileSync(file);
  } catch (error) {
    throw requestError(
      `--corpus: ${file} cannot be read (${errnoOf(error)}). Check the path.`,
      error,
    );
  }
  throw requestError(
    `--corpus: ${file} is no file. Expected one of JSON lines. Choose another, or write what it holds into one.`,
  );
}

const lineError = (file: string, line: number, what: string) =>
  requestError(
    `--corpus: line ${line} of ${file} ${what}. Expected ${
      file.endsWith(".txt")
        ? "a text on every line: remove empty ones"
        : 'one JSON object a line with "text" and "language"'
    }.`,
  );

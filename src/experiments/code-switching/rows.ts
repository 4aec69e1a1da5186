import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { currentCode } from "../../config/languages.js";
import { pythonRoot } from "../../config/paths.js";
import { errnoOf, requestError } from "../../errors.js";
import { decodeText } from "../../explore/text-lines.js";
import { textHash } from "../../plan.js";

/** A sentence that goes on from a prefix of one language with a noun of the same or of another. */
export interface SwitchRow {
  /** Line of the file, from 1. */
  line: number;
  sentence: string;
  /** The noun, without the spaces around it, and its place in the sentence in code points. */
  noun: string;
  start: number;
  end: number;
  prefix_language: string;
  noun_language: string;
}

/** Lines that were left out, for one reason. */
export interface LeftOut {
  why: string;
  lines: number[];
}

export interface SwitchRows {
  /** Where they come from, and the SHA-256 of it. */
  source: string;
  sha256: string;
  rows: SwitchRow[];
  left_out: LeftOut[];
}

const JsonRow = z.looseObject({
  sentence: z.string(),
  ori_sentence: z.string(),
  ori_lan: z.string(),
  target_lan: z.string(),
});

/**
 * Reads rows as the paper's code has them, a JSON object a line: `ori_sentence` (the prefix) of language `ori_lan`, and
 * `sentence`, which goes on from it with a noun of `target_lan`. Codes are of two letters or of FLORES+. A row that does not fit
 * this, or is of a language that the run lacks, is left out and told.
 *
 * @throws VscoreError (request) for what is no such file, or where no row is left
 */
export function readSwitchRows(file: string, languages: readonly string[]): SwitchRows {
  const bytes = readData(file);
  const left = new Reasons();
  const rows: SwitchRow[] = [];
  for (const [at, content] of decodeText(bytes, `--data ${file}`).split("\n").entries()) {
    if (content.trim() === "") continue;
    const line = at + 1;
    const row = parseRow(file, line, content);
    const prefix_language = currentCode(row.ori_lan);
    const noun_language = currentCode(row.target_lan);
    const stray = [prefix_language, noun_language].find((code) => !languages.includes(code));
    const place = nounPlace(row.sentence, row.ori_sentence);
    if (stray !== undefined) left.add(`the run has no language ${stray}`, line);
    else if (!row.sentence.isWellFormed() || !row.ori_sentence.isWellFormed())
      left.add("its sentence or its prefix has half of a surrogate pair", line);
    else if (place === "elsewhere") left.add("its sentence does not begin with its prefix", line);
    else if (place === "nothing") left.add("nothing follows its prefix", line);
    else rows.push({ line, sentence: row.sentence, ...place, prefix_language, noun_language });
  }
  refuseNone(file, rows, left.list);
  return { source: file, sha256: textHash(bytes), rows, left_out: left.list };
}

/** The built-in rows of those of the languages that they are written in. @throws VscoreError (request) for fewer than two */
export function embeddedSwitchRows(languages: readonly string[]): SwitchRows {
  const file = join(pythonRoot, "demo", "corpora", "code-switch.json");
  const bytes = readFileSync(file);
  const texts = z
    .record(
      z.string(),
      z.strictObject({ prefixes: z.array(z.string()), nouns: z.array(z.string()) }),
    )
    .parse(JSON.parse(bytes.toString("utf8")));
  const known = languages.filter((code) => Object.hasOwn(texts, code));
  if (known.length < 2)
    throw requestError(
      `The built-in sentences are in ${Object.keys(texts).join(", ")}; the run has ${known.length === 0 ? "none" : "one"} of these languages. Give sentences of your own with --data FILE.`,
    );
  let line = 0;
  const rows = known.flatMap((prefix_language) =>
    known.flatMap((noun_language) =>
      (texts[prefix_language]?.prefixes ?? []).map((prefix, at): SwitchRow => {
        const sentence = `${prefix}${texts[noun_language]?.nouns[at]}`;
        const place = nounPlace(sentence, prefix);
        if (typeof place === "string") throw new Error(`the built-in ${sentence} has no noun`);
        line += 1;
        return { line, sentence, ...place, prefix_language, noun_language };
      }),
    ),
  );
  return { source: "built in", sha256: textHash(bytes), rows, left_out: [] };
}

/** Where the noun stands: behind the prefix, without the spaces around it. */
export function nounPlace(
  sentence: string,
  prefix: string,
): Pick<SwitchRow, "noun" | "start" | "end"> | "elsewhere" | "nothing" {
  if (!sentence.startsWith(prefix)) return "elsewhere";
  const rest = sentence.slice(prefix.length);
  const noun = rest.trim();
  if (noun === "") return "nothing";
  const start = points(prefix) + points(rest.slice(0, rest.indexOf(noun)));
  return { noun, start, end: start + points(noun) };
}

const points = (text: string): number => Array.from(text).length;

function readData(file: string): Uint8Array {
  try {
    // A pipe would be waited for.
    if (statSync(file).isFile()) return readFileSync(file);
  } catch (error) {
    throw requestError(
      `--data ${file} cannot be read (${errnoOf(error)}). Expected a file of JSON lines. Check the path.`,
      error,
    );
  }
  throw requestError(
    `--data ${file} is no file. Expected a file of JSON lines. Choose another, or write what it holds into one.`,
  );
}

const EXAMPLE =
  '{"sentence": "…", "ori_sentence": "…", "ori_lan": "fr", "target_lan": "en"}, the first beginning with the second';

function parseRow(file: string, line: number, content: string): z.infer<typeof JsonRow> {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw requestError(
      `${file}, line ${line} is not JSON (${error instanceof Error ? error.message : error}). Expected ${EXAMPLE}.`,
      error,
    );
  }
  const row = JsonRow.safeParse(value);
  if (row.success) return row.data;
  const [issue] = row.error.issues;
  throw requestError(
    `${file}, line ${line}: ${issue?.path.join(".") || "the row"}: ${issue?.message}. Expected ${EXAMPLE}.`,
  );
}

function refuseNone(file: string, rows: readonly SwitchRow[], left: readonly LeftOut[]): void {
  if (rows.length > 0) return;
  const why = left.map(({ why, lines }) => `${why} (${lines.length})`).join("; ");
  throw requestError(
    `--data ${file} has no row that can be used${why === "" ? ": it is empty" : `: ${why}`}. Expected ${EXAMPLE}.`,
  );
}

/** Lines by the reason why they are left out, in the order in which reasons came up. */
export class Reasons {
  private readonly found = new Map<string, number[]>();

  add(why: string, line: number): void {
    const lines = this.found.get(why);
    if (lines === undefined) this.found.set(why, [line]);
    else lines.push(line);
  }

  get list(): LeftOut[] {
    return [...this.found].map(([why, lines]) => ({ why, lines }));
  }
}

import { requestError } from "../errors.js";

const LINE_END = 0x0a;

/** Lines of a stream of bytes, each as soon as its end has come. A last line without an end is one too. */
export async function* linesOf(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  let open: Uint8Array[] = [];
  for await (const chunk of source) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_END); end >= 0; end = chunk.indexOf(LINE_END, from)) {
      yield Buffer.concat([...open, chunk.subarray(from, end)]);
      open = [];
      from = end + 1;
    }
    if (from < chunk.length) open.push(chunk.subarray(from));
  }
  if (open.length > 0) yield Buffer.concat(open);
}

/** The text that a line stands for: a JSON string where it begins with a double quote, else itself. @throws VscoreError (request) */
export function textOfLine(line: Uint8Array): string {
  const plain = decodeText(line, "The line").replace(/\r$/, "");
  if (!plain.startsWith('"')) return plain;
  try {
    return JSON.parse(plain);
  } catch (error) {
    throw requestError(
      `The line begins with a double quote and is not a JSON string (${error instanceof Error ? error.message : error}). A text that begins so is written as JSON: "\\"…\\"".`,
      error,
    );
  }
}

/** @param what what the bytes are, for the message @throws VscoreError (request) */
export function decodeText(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw requestError(
      `${what} is not UTF-8 text. Expected UTF-8. Convert it and try again.`,
      error,
    );
  }
}

/** @throws VscoreError (request) for a text that no tokenizer takes, or of which no language can be told */
export function refuseUnreadable(text: string): void {
  if (text === "")
    throw requestError("The text is empty. Expected at least one character. Give a text.");
  if (text.trim() === "")
    throw requestError(
      "The text is nothing but spaces, which are of no language. Expected at least one other character. Give a text.",
    );
  if (!text.isWellFormed())
    throw requestError(
      "The text has half of a surrogate pair. Expected whole characters. Correct its \\u escapes.",
    );
}

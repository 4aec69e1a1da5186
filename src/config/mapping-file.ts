import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { parse as parseYaml } from "yaml";
import { errnoOf, requestError } from "../errors.js";

/** The keys and values of a YAML or JSON file (by content; "-" is the standard input), not yet checked. @throws VscoreError (request) */
export function readMapping(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw requestError(
      `Config file ${file} cannot be read (${errnoOf(error)}). Expected a YAML or JSON file.`,
      error,
    );
  }
  let value: unknown;
  try {
    if (extname(file) === ".json") JSON.parse(text);
    // YAML holds JSON in it, and refuses a key that is there twice.
    value = parseYaml(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw requestError(
      `Config file ${file} is neither YAML nor JSON: ${reason}. Mend that line and try again.`,
      error,
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw requestError(`Config file ${file} holds no keys. Expected lines such as "model: demo".`);
  }
  return value as Record<string, unknown>;
}

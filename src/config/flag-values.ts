import type { FlagSyntax } from "./schema.js";

/** What a flag's text means. What cannot be read stays text, for the schema to refuse with the value as found. */
export function readFlag(text: string, read: FlagSyntax["read"]): unknown {
  switch (read) {
    case "text":
      return text;
    case "integer":
      return number(text);
    case "texts":
      return list(text);
    case "integers":
      return list(text).flatMap(range);
    case "pairs":
      return pairs(text);
    case "switch":
      return text === "true" || text === "false" ? text === "true" : text;
  }
}

/** The parts of a comma-separated text. */
export const list = (text: string): string[] => text.split(",").map((part) => part.trim());

export const number = (text: string): number | string =>
  /^[-+]?\d+$/.test(text.trim()) ? Number(text) : text;

function range(text: string): (number | string)[] {
  const [, from, to] = /^(\d+)-(\d+)$/.exec(text) ?? [];
  if (from === undefined || to === undefined) return [number(text)];
  const length = Number(to) - Number(from) + 1;
  return length >= 1 && length <= 1000
    ? Array.from({ length }, (_, i) => Number(from) + i)
    : [text];
}

/** `0=a,5=b` as keys and values; a part without "=" stays text, for the schema to refuse. */
function pairs(text: string): unknown {
  const parts = list(text).map((part) => /^([^=]+)=(.+)$/.exec(part));
  return parts.every((part) => part !== null)
    ? Object.fromEntries(parts.map((part) => [part[1], part[2]]))
    : text;
}

/** A config's value as its flag takes it: the way back. */
export function flagText(value: unknown): string {
  if (Array.isArray(value)) return value.join(",");
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([key, each]) => `${key}=${each}`)
    .join(",");
}

import { width } from "../views/cells.js";
import { type Line, span } from "../views/line.js";
import { PASTED } from "./keys.js";

/** A line of text that is being typed, with the cursor before its `at`-th grapheme. */
export interface LineEdit {
  text: string;
  at: number;
}

export const edited = (text: string): LineEdit => ({ text, at: split(text).length });

const split = (text: string): string[] =>
  Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);

/** The line after a key; the same one where the key does not edit. */
export function edit(line: LineEdit, key: string): LineEdit {
  const parts = split(line.text);
  const at = Math.min(line.at, parts.length);
  const put = (before: string[], after: string[]): LineEdit => ({
    text: [...before, ...after].join(""),
    // Counted anew: a combining mark joins what stands before it.
    at: split(before.join("")).length,
  });
  switch (key) {
    case "left":
      return { ...line, at: Math.max(0, at - 1) };
    case "right":
      return { ...line, at: Math.min(parts.length, at + 1) };
    case "home":
    case "ctrl-a":
      return { ...line, at: 0 };
    case "end":
    case "ctrl-e":
      return { ...line, at: parts.length };
    case "backspace":
      return put(parts.slice(0, Math.max(0, at - 1)), parts.slice(at));
    case "delete":
      return put(parts.slice(0, at), parts.slice(at + 1));
    case "ctrl-u":
      return put([], parts.slice(at));
    case "ctrl-w": {
      const before = parts
        .slice(0, at)
        .join("")
        .replace(/\S+\s*$/, "");
      return put(split(before), parts.slice(at));
    }
    default: {
      const text = key.startsWith(PASTED) ? key.slice(PASTED.length) : key;
      return put([...parts.slice(0, at), text], parts.slice(at));
    }
  }
}

/** Keys that edit a line, beside characters. */
export const EDIT_KEYS = [
  ...["left", "right", "home", "end", "backspace", "delete"],
  ...["ctrl-a", "ctrl-e", "ctrl-u", "ctrl-w"],
];

/** A line that is being typed, in so many columns: its end stays in sight, where one types. */
export function editSpans(line: LineEdit, columns: number): Line {
  const [before, under, after] = around(line);
  const room = Math.max(2, columns - 1 - Math.min(width(after), 8));
  let kept = before;
  if (width(before) > room) {
    const parts = split(before);
    let used = 1;
    let from = parts.length;
    while (from > 0 && used + width(parts[from - 1] as string) <= room) {
      from -= 1;
      used += width(parts[from] as string);
    }
    kept = `…${parts.slice(from).join("")}`;
  }
  return [span(kept), span(under, { inverse: true }), span(after)];
}

/** What stands before the cursor, under it and behind it. */
export function around({ text, at }: LineEdit): [before: string, under: string, after: string] {
  const parts = split(text);
  return [parts.slice(0, at).join(""), parts[at] ?? " ", parts.slice(at + 1).join("")];
}

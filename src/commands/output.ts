import type { Line } from "../views/line.js";
import type { Look } from "../views/shaded-text.js";

/** Where a command's words go. Results on stdout, progress and hints on stderr. */
export interface Output {
  /** Lines for people: control characters in them are shown, not sent. */
  result(text: string): void;
  /** Lines with styles, for people; they fit `look`. */
  styled(lines: readonly Line[]): void;
  /** What stdout is wide, and which colours it has. */
  look: Look;
  /** Columns that tables have room in; a file or another program takes all. */
  room: number;
  /** Bytes for programs, as they are. */
  data(content: string | Uint8Array): void;
  note(text: string): void;
  isTerminal: boolean;
  columns: number;
  /** stderr, unbuffered: for a live line. */
  raw(text: string): void;
}

/** JSON for programs. Characters that would steer a terminal are written as escapes, which mean the same in JSON. */
export const asJson = (value: unknown): string => `${tame(JSON.stringify(value, null, 2))}\n`;

/** The same on one line, for programs that read line by line. */
export const asJsonLine = (value: unknown): string => `${tame(JSON.stringify(value))}\n`;

const tame = (json: string): string =>
  json.replace(
    /[\u007f-\u009f\p{Bidi_Control}\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

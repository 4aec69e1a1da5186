/** Where a command's words go. Results on stdout, progress and hints on stderr. */
export interface Output {
  /** Lines for people: control characters in them are shown, not sent. */
  result(text: string): void;
  /** Bytes for programs, as they are. */
  data(text: string): void;
  note(text: string): void;
  isTerminal: boolean;
  columns: number;
  /** stderr, unbuffered: for a live line. */
  raw(text: string): void;
}

export const asJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

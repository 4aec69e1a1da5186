/** Where a command's words go. Results on stdout, progress and hints on stderr. */
export interface Output {
  result(text: string): void;
  note(text: string): void;
  isTerminal: boolean;
  columns: number;
  /** stderr, unbuffered: for a live line. */
  raw(text: string): void;
}

export const asJson = (value: unknown): string => JSON.stringify(value, null, 2);

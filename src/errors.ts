/** Who has to act decides the kind; the kind decides the exit code (the table is a promise to scripts). */
export const EXIT_CODES = {
  bug: 1,
  request: 2,
  environment: 3,
  source: 4,
  cancelled: 130,
} as const;

export type ErrorKind = keyof typeof EXIT_CODES;

/**
 * An expected failure, told in three parts: what was found, what was expected, what to do now.
 * Printed short, without a stack; anything that is not a VscoreError keeps its stack.
 */
export class VscoreError extends Error {
  constructor(
    readonly kind: ErrorKind,
    message: string,
    readonly details: {
      cause?: unknown;
      engineKind?: string;
      facts?: Record<string, unknown>;
    } = {},
  ) {
    super(message, { cause: details.cause });
    this.name = "VscoreError";
  }

  get exitCode(): number {
    return EXIT_CODES[this.kind];
  }
}

/** A failure that was told already, as part of a result: there is only an exit code left to give. */
export class ReportedFailure extends Error {
  constructor(readonly exitCode: number) {
    super(`reported, exit code ${exitCode}`);
    this.name = "ReportedFailure";
  }
}

export const requestError = (message: string, cause?: unknown): VscoreError =>
  new VscoreError("request", message, { cause });

export const environmentError = (message: string, cause?: unknown): VscoreError =>
  new VscoreError("environment", message, { cause });

/** The errno name of a Node system error (`ENOENT`, …), if it is one. */
export const errnoOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : undefined;

import { VscoreError } from "../errors.js";

/** Tells of a failure that a person can mend, such as a full disk, that the run need not begin anew; anything else passes through. */
export function withWayOn(error: unknown): unknown {
  if (!(error instanceof VscoreError) || error.details.facts?.mayGoOn !== true) return error;
  const way = "What the run finished is kept: the same command, compute with --resume, goes on.";
  return new VscoreError(
    error.kind,
    `${error.message}${/[.]$/.test(error.message) ? "" : "."} ${way}`,
    error.details,
  );
}

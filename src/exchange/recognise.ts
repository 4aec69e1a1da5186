import { csvRecords } from "./csv-records.js";
import { isDownstreamHeader, readDownstreamTable, readPickledDownstream } from "./downstream.js";
import { type ReadResult, UnknownShape } from "./imported-result.js";
import { readMatrixTable, readPickledMatrix } from "./interaction-matrix.js";
import { readFigure5, readFigure6 } from "./layer-ablations.js";
import { readClusterSynergy, readLanguageSynergy } from "./synergies.js";

/** By the key that one kind of pickle alone has. */
const BY_KEY: Record<string, (value: unknown) => ReadResult> = {
  M: readPickledMatrix,
  fig5_data: readFigure5,
  fig6_data: readFigure6,
  synergy_data: readClusterSynergy,
};

/** What a pickle's value is, by its keys. @throws UnknownShape with the keys that it has */
export function recognisePickle(value: unknown): ReadResult {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new UnknownShape(Array.isArray(value) ? "a list" : `a value of type ${typeof value}`);
  const keys = Object.keys(value);
  const read = Object.entries(BY_KEY).find(([key]) => keys.includes(key))?.[1] ?? ofResults(value);
  if (read === undefined) throw new UnknownShape(`the keys ${listed(keys)}`);
  try {
    return read(value);
  } catch (error) {
    if (!(error instanceof UnknownShape)) throw error;
    throw new UnknownShape(`the keys ${listed(keys)}, and ${error.message}`);
  }
}

/** Two kinds have `results`: pairs of languages as keys below it, or tasks. */
function ofResults(value: object): ((value: unknown) => ReadResult) | undefined {
  if (!("results" in value)) return undefined;
  const [first] = Object.keys(Object(value.results));
  return first?.includes("|") ? readLanguageSynergy : readPickledDownstream;
}

/** What a table is, by its header. @throws UnknownShape with the header that it has */
export function recogniseTable(text: string): ReadResult {
  const records = csvRecords(text);
  const [header = []] = records;
  if (isDownstreamHeader(header)) return readDownstreamTable(records);
  if (header[0] === "" && header.length > 1) return readMatrixTable(records);
  throw new UnknownShape(`the columns ${listed(header)}`);
}

const SHOWN = 12;

const listed = (names: readonly string[]): string =>
  [
    names
      .slice(0, SHOWN)
      .map((name) => name.slice(0, 40) || '""')
      .join(", ") || "(none)",
    ...(names.length > SHOWN ? [`and ${names.length - SHOWN} more`] : []),
  ].join(" ");

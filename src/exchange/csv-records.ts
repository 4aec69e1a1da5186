import { type Num, UnknownShape } from "./imported-result.js";

/** Rows and cells of a CSV text (RFC 4180): commas, quotes doubled within quotes, any kind of line end; empty lines are none. */
export function csvRecords(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let cell = "";
  let isQuoted = false;
  const endCell = () => {
    record.push(cell);
    cell = "";
  };
  const endRecord = () => {
    endCell();
    if (record.length > 1 || record[0] !== "") records.push(record);
    record = [];
  };
  const plain = text.replace(/^\ufeff/, "");
  for (let at = 0; at < plain.length; at++) {
    const sign = plain[at] as string;
    if (isQuoted) {
      if (sign !== '"') cell += sign;
      else if (plain[at + 1] === '"') cell += plain[at++];
      else isQuoted = false;
    } else if (sign === '"' && cell === "") isQuoted = true;
    else if (sign === ",") endCell();
    else if (sign === "\n") endRecord();
    else if (sign !== "\r") cell += sign;
  }
  if (isQuoted) throw new UnknownShape("a quote that is never closed");
  endRecord();
  return records;
}

/** A number as Python writes it; a cell without one is null. */
export function csvNumber(cell: string, place: string): Num {
  if (["", "nan", "NaN"].includes(cell)) return null;
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(cell)) return Number(cell);
  throw new UnknownShape(`"${cell.slice(0, 40)}" at ${place}, where a number was expected`);
}

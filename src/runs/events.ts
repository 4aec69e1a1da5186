import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { RUN_FILES } from "./files.js";
import { RunEvent } from "./meta.js";

/** Of a long file, what its end is taken to be: some hundred events. */
const END_BYTES = 64 * 1024;
const NEWLINE = 10;

/** The events of a run so far; lines that are cut short or foreign are left out. */
export function storedEvents(folder: string): RunEvent[] {
  const file = join(folder, RUN_FILES.events);
  return existsSync(file) ? parseLines(readFileSync(file, "utf8")) : [];
}

/** The last events of a run, however long it went on. */
export function lastEvents(folder: string): RunEvent[] {
  const tail = readFrom(join(folder, RUN_FILES.events), (size) => Math.max(0, size - END_BYTES));
  // The first line of a part is part of a line, and left out as such.
  return tail === null ? [] : parseLines(tail.bytes.toString("utf8"));
}

/** Follows a run's events: each look reads only what was added. */
export class EventsTail {
  private events: RunEvent[] = [];
  private offset = 0;

  constructor(private readonly folder: string) {}

  read(): readonly RunEvent[] {
    const file = join(this.folder, RUN_FILES.events);
    const added = readFrom(file, (size) => (size < this.offset ? 0 : this.offset));
    if (added === null) return this.events;
    if (added.from === 0) this.events = [];
    // A line that is still being written is read with the next look.
    const whole = added.bytes.lastIndexOf(NEWLINE) + 1;
    this.offset = added.from + whole;
    if (whole > 0) {
      const fresh = parseLines(added.bytes.subarray(0, whole).toString("utf8"));
      this.events = [...this.events, ...fresh];
    }
    return this.events;
  }
}

/** The last lines of a file that may be long, empty ones left out; nothing where there is no file. */
export function lastLines(file: string, count: number): string[] {
  const tail = readFrom(file, (size) => Math.max(0, size - END_BYTES));
  const lines = tail?.bytes.toString("utf8").split("\n") ?? [];
  // The first line of a part is part of a line.
  return (tail?.from === 0 ? lines : lines.slice(1))
    .filter((line) => line.trim() !== "")
    .slice(-count);
}

/** A file's bytes from a place that its size decides; null where there is no file. */
function readFrom(
  file: string,
  place: (size: number) => number,
): { from: number; bytes: Buffer } | null {
  if (!existsSync(file)) return null;
  const handle = openSync(file, "r");
  try {
    const { size } = fstatSync(handle);
    const from = place(size);
    const bytes = Buffer.alloc(size - from);
    const read = readSync(handle, bytes, 0, bytes.length, from);
    return { from, bytes: bytes.subarray(0, read) };
  } finally {
    closeSync(handle);
  }
}

const parseLines = (text: string): RunEvent[] =>
  text.split("\n").flatMap((line) => {
    try {
      const event = RunEvent.safeParse(JSON.parse(line));
      return event.success ? [event.data] : [];
    } catch {
      return [];
    }
  });

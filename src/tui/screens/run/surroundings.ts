import { basename, relative } from "node:path";
import type { RunEvent } from "../../../runs/meta.js";
import { bytesText, grouped } from "../../../views/amounts.js";
import { wrapped } from "../../../views/cells.js";
import { EMPTY, type Line, plain, span } from "../../../views/line.js";
import { duration, workerText } from "../../../views/progress.js";
import { workersText } from "../../../views/workers-text.js";
import type { RunSurroundings, World } from "../../model.js";

/** What was made from a run: exports, and runs that re-reduce its sums. */
export function madeLines(folder: string, { exports }: RunSurroundings, { rows }: World): Line[] {
  const rescored = rows.filter(({ rescored_from: from }) => from === basename(folder));
  if (exports.length === 0 && rescored.length === 0)
    return [
      plain("  Nothing yet. e exports the top features as CSV, p draws all figures;"),
      plain("  in a shell, npx vscore rescore compares them over fewer languages."),
    ];
  return [
    ...exports.map(
      ({ file, bytes }): Line => [
        ...[span(`  ${relative(folder, file)}`), span(`  ${bytesText(bytes)}`, { dim: true })],
      ],
    ),
    ...(exports.length > 0 && rescored.length > 0 ? [EMPTY] : []),
    ...rescored.map(({ name, languages }) =>
      plain(`  ${name}: rescored over ${languages.join(", ")}`),
    ),
  ];
}

/** What happened, then what Python printed. */
export function logLines({ events, log }: RunSurroundings, columns: number): Line[] {
  const told = events.filter(({ type }) => type !== "progress");
  return [
    ...told.flatMap((event) =>
      wrapped(eventText(event), Math.max(10, columns - 25)).map(
        (part, line): Line => [
          span(`  ${(line === 0 ? event.at.slice(0, 19).replace("T", " ") : "").padEnd(20)} `, {
            dim: true,
          }),
          span(part, event.type === "failed" ? { color: "red" } : {}),
        ],
      ),
    ),
    EMPTY,
    ...log.flatMap((line) => wrapped(line, columns - 4).map((part) => plain(`  ${part}`))),
  ];
}

/** An event in words. */
function eventText(event: RunEvent): string {
  switch (event.type) {
    case "started":
      return `${event.resumed ? "taken up again" : "begun"} by process ${event.pid}`;
    case "loaded": {
      const of = (what: string, revision: string | null) =>
        revision === null ? [] : [`${what} ${revision}`];
      const found = [
        ...of("model", event.model_revision),
        ...of("corpus", event.corpus_revision),
      ].join(", ");
      return `loaded${found === "" ? "" : `: ${found}`}`;
    }
    case "precision_checked":
      return event.precision === null
        ? `computed in ${event.dtype}, not compared with float32`
        : `${event.precision.dtype} compared with float32: computed in ${event.dtype}`;
    case "phase":
      return event.phase;
    case "planned":
      return `planned: ${event.languages} languages, ${grouped(event.texts)} texts, ${grouped(event.tokens)} tokens`;
    case "progress":
      return `${grouped(event.texts_done)} of ${grouped(event.texts)} texts`;
    case "language_finished":
      return `${event.language} ${event.kept ? "was finished before" : "finished"}`;
    case "batch_tokens_halved":
      return `out of memory in ${event.language}: batches of ${event.batch_tokens} tokens from here on`;
    case "workers_ready":
      return `computed${workersText({ cluster: event })}`;
    case "worker_lost":
    case "worker_joined":
      return workerText(event);
    case "warning":
      return `warning: ${event.message}`;
    case "failed":
      return `failed: ${event.message}`;
    case "cancelled":
      return "stopped; it can be taken up again";
    case "finished":
      return `finished in ${duration(event.duration_s)}`;
  }
}

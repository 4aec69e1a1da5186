import { languageName } from "../../../config/languages.js";
import type { RunEvent } from "../../../runs/meta.js";
import { bytesText, grouped } from "../../../views/amounts.js";
import { padded, wrapped } from "../../../views/cells.js";
import { bar, EMPTY, type Line, plain, span } from "../../../views/line.js";
import { duration, workerText } from "../../../views/progress.js";
import { bodyHeight, type Row, type World } from "../../model.js";
import { statusColor, statusText } from "../../words.js";
import { type LiveScreen, languageProgress, rowOf } from "./state.js";

export function livePicture(state: LiveScreen, world: World): Line[] {
  const row = rowOf(state, world);
  const height = bodyHeight(world);
  if (row === undefined)
    return [
      EMPTY,
      plain(
        world.isListed ? "  Nothing is there: no run, and none is being started." : "  Reading…",
      ),
    ];
  const { columns } = world.size;
  const head: Line[] = [
    [
      span("  "),
      span(statusText(row), { bold: true, color: statusColor(row.status) }),
      span(
        `   ${[row.model ?? "", ...(row.layers.length > 0 ? [`layers ${row.layers.join(", ")}`] : [])].join(", ")}`,
        { dim: true },
      ),
    ],
    plain(`  ${factsText(row, state.events)}`),
    EMPTY,
  ];
  const end = endLines(state, row.words, columns);
  const progress = languageProgress(row.languages, state.events);
  const room = Math.max(1, height - head.length - end.length - 1);
  const isAtWork = row.status === "running" || row.status === "starting";
  const underWay = progress.findIndex(({ state }) => state === "under way");
  const from = Math.max(0, Math.min(underWay - 2, progress.length - room));
  const names = Math.min(26, Math.max(12, columns - 50));
  const bars = progress
    .slice(from, from + room)
    .map(
      ({ language, share, state }): Line => [
        span(`  ${padded(`${language} ${languageName(language)}`, names)}  `),
        span(bar(share, Math.max(10, columns - names - 20)), { color: "cyan" }),
        span(`  ${state === "under way" && !isAtWork ? "begun, lost" : state}`, { dim: true }),
      ],
    );
  return [...head, ...bars, EMPTY, ...end].slice(0, height);
}

/** Where the run is; of one that is not at work, where it ended. */
function factsText({ status, touched }: Row, all: readonly RunEvent[]): string {
  const events = all.slice(
    Math.max(
      0,
      all.findLastIndex(({ type }) => type === "started"),
    ),
  );
  const isAtWork = status === "running" || status === "starting";
  const last = events.findLast(
    (event) =>
      event.type === "progress" ||
      event.type === "phase" ||
      event.type === "planned" ||
      event.type === "finished",
  );
  if (last === undefined)
    return touched === ""
      ? "not begun: its folder is made once its sources are there"
      : isAtWork
        ? "taken up: loading, then finished languages are taken as they are"
        : "its events.ndjson says nothing of how far it came";
  if (last.type === "finished") return `finished in ${duration(last.duration_s)}`;
  if (last.type === "phase") return isAtWork ? last.phase : `ended while ${last.phase}`;
  if (last.type === "planned")
    return `${grouped(last.texts)} texts, ${grouped(last.tokens)} tokens`;
  const counts = `${grouped(last.texts_done)}/${grouped(last.texts)} texts, ${grouped(last.tokens_done)}/${grouped(last.tokens)} tokens`;
  if (!isAtWork) return `ended at ${counts}`;
  return [
    counts,
    ...(last.tokens_per_s > 0 ? [`${grouped(last.tokens_per_s)} tokens/s`] : []),
    ...(last.eta_s === null ? [] : [`${duration(last.eta_s)} left`]),
    ...(last.device_memory_bytes === null
      ? []
      : [`${bytesText(last.device_memory_bytes)} on the device`]),
  ].join("   ");
}

/** Why it ended, the last warnings, and the end of the log where there is nothing better. */
function endLines(
  { events, log, isAsking }: LiveScreen,
  words: string | null,
  columns: number,
): Line[] {
  if (isAsking)
    return wrapped(
      "Stop this run? Finished languages are kept, the one under way begins anew when it is resumed. (y/n)",
      columns - 4,
    ).map((line) => plain(`  ${line}`, { bold: true, color: "red" }));
  const last = events.at(-1);
  const failure = last?.type === "failed" ? last.message : words;
  const warnings = events
    .flatMap((event) =>
      event.type === "warning"
        ? [`warning: ${event.message}`]
        : event.type === "worker_lost" || event.type === "worker_joined"
          ? [workerText(event)]
          : [],
    )
    .slice(-2);
  const inset = (text: string, count: number): Line[] =>
    wrapped(text, columns - 4)
      .slice(0, count)
      .map((line) => plain(`  ${line}`));
  return [
    ...(failure === null ? [] : inset(failure, 4)),
    ...warnings.flatMap((warning) =>
      inset(warning, 2).map((line) => line.map((each) => ({ ...each, color: "yellow" }))),
    ),
    ...(last?.type === "failed" ? log.slice(-3).flatMap((line) => inset(line, 1)) : []),
  ];
}

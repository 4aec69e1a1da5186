import { languageName } from "../../../config/languages.js";
import type { RunEvent } from "../../../runs/meta.js";
import { bytesText } from "../../../views/amounts.js";
import { padded, wrapped } from "../../../views/cells.js";
import { bar, EMPTY, type Line, plain, span } from "../../../views/line.js";
import { duration } from "../../../views/progress.js";
import { bodyHeight, type World } from "../../model.js";
import { statusColor, statusText } from "../../words.js";
import { type LiveScreen, languageProgress, rowOf } from "./state.js";

export function livePicture(state: LiveScreen, world: World): Line[] {
  const row = rowOf(state, world);
  const height = bodyHeight(world);
  if (row === undefined)
    return [EMPTY, plain(world.isListed ? "  The run's folder is gone." : "  Reading…")];
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
    plain(`  ${factsText(state.events)}`),
    EMPTY,
  ];
  const end = endLines(state, row.words, columns);
  const progress = languageProgress(row.languages, state.events);
  const room = Math.max(1, height - head.length - end.length - 1);
  const underWay = progress.findIndex(({ state }) => state === "under way");
  const from = Math.max(0, Math.min(underWay - 2, progress.length - room));
  const names = Math.min(26, Math.max(12, columns - 50));
  const bars = progress
    .slice(from, from + room)
    .map(
      ({ language, share, state }): Line => [
        span(`  ${padded(`${language} ${languageName(language)}`, names)}  `),
        span(bar(share, Math.max(10, columns - names - 20)), { color: "cyan" }),
        span(`  ${state}`, { dim: true }),
      ],
    );
  return [...head, ...bars, EMPTY, ...end].slice(0, height);
}

function factsText(events: readonly RunEvent[]): string {
  const last = events.findLast(
    (event) =>
      event.type === "progress" ||
      event.type === "phase" ||
      event.type === "planned" ||
      event.type === "finished",
  );
  if (last === undefined) return "not begun: its folder is made once its sources are there";
  if (last.type === "finished") return `finished in ${duration(last.duration_s)}`;
  if (last.type === "phase") return last.phase;
  if (last.type === "planned") return `${last.texts} texts, ${last.tokens} tokens`;
  return [
    `${last.texts_done}/${last.texts} texts, ${last.tokens_done}/${last.tokens} tokens`,
    ...(last.tokens_per_s > 0 ? [`${last.tokens_per_s} tokens/s`] : []),
    ...(last.eta_s === null ? [] : [`${duration(last.eta_s)} left`]),
    ...(last.device_memory_bytes === null
      ? []
      : [`${bytesText(last.device_memory_bytes)} on the device`]),
  ].join("   ");
}

/** Why it ended, the last warnings, and the end of the log where there is nothing better. */
function endLines({ events, log }: LiveScreen, words: string | null, columns: number): Line[] {
  const last = events.at(-1);
  const failure = last?.type === "failed" ? last.message : words;
  const warnings = events.filter((event) => event.type === "warning").slice(-2);
  const inset = (text: string, count: number): Line[] =>
    wrapped(text, columns - 4)
      .slice(0, count)
      .map((line) => plain(`  ${line}`));
  return [
    ...(failure === null ? [] : inset(failure, 4)),
    ...warnings.flatMap(({ message }) =>
      inset(`warning: ${message}`, 2).map((line) =>
        line.map((each) => ({ ...each, color: "yellow" })),
      ),
    ),
    ...(last?.type === "failed" ? log.slice(-3).flatMap((line) => inset(line, 1)) : []),
  ];
}

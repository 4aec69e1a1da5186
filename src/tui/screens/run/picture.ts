import { languageName } from "../../../config/languages.js";
import { isNotRebuilt } from "../../../runs/fidelity-file.js";
import type { FinishedRun } from "../../../runs/read.js";
import { wrapped } from "../../../views/cells.js";
import { digits } from "../../../views/digits.js";
import { bar, dimmed, EMPTY, type Line, plain, span } from "../../../views/line.js";
import { byText } from "../../../views/ranking-text.js";
import { bestPlaces } from "../../best-places.js";
import { bodyHeight, type OpenedRun, type World } from "../../model.js";
import { searchLines } from "./find-language.js";
import { featureHeatmap, layerHeatmap } from "./heatmap.js";
import { overviewLines } from "./overview.js";
import { runShown } from "./ranking.js";
import { isOurs, listRows, type RunScreen, TABS, type Tab, tabHeight } from "./state.js";
import { logLines, madeLines } from "./surroundings.js";
import { featureLines } from "./top-features.js";

export function runPicture(state: RunScreen, world: World): Line[] {
  const { columns } = world.size;
  if (state.refusal !== null)
    return [EMPTY, ...wrapped(state.refusal, columns - 4).map((line) => plain(`  ${line}`))];
  const run = runShown(state);
  if (state.opened === null || run === null)
    return [tabLine(state, columns), EMPTY, plain("  Reading the run…", { dim: true })];
  const { around } = state.opened;
  const scrolled = (lines: Line[]) => {
    const { top, at } = state.cursor;
    // The cursor of a text is its first line in sight.
    const first = Math.max(0, Math.min(at, lines.length - tabHeight(world)));
    return lines.slice(first === 0 ? top : first).slice(0, tabHeight(world));
  };
  const body = (): Line[] => {
    if (state.search !== null)
      return searchLines(state.search, run.meta.languages, world, tabHeight(world));
    switch (state.tab) {
      case "overview":
        return scrolled(overviewLines(run, columns));
      case "features":
        return featureLines(state, run, world);
      case "heatmap":
        return state.heatmap === "layers" || !isOurs(run)
          ? layerHeatmap(state, run, world)
          : featureHeatmap(state, run, world);
      case "layers":
        return layerLines(state, run, world);
      case "made from it":
        return scrolled(madeLines(state.folder, around, world));
      case "log":
        return scrolled(logLines(around, columns));
    }
  };
  return [tabLine(state, columns), EMPTY, ...body()].slice(0, bodyHeight(world));
}

/** The tabs; where there is no room for all their names, the others are numbers. */
function tabLine({ tab }: RunScreen, columns: number): Line {
  const named = (each: Tab, at: number) => ` ${at + 1} ${each} `;
  const hasRoom = TABS.reduce((sum, each, at) => sum + named(each, at).length + 2, 0) <= columns;
  return TABS.flatMap((each, at) => [
    span(at === 0 ? " " : hasRoom ? "  " : ""),
    span(
      hasRoom || each === tab ? named(each, at) : ` ${at + 1} `,
      each === tab ? { bold: true, inverse: true } : { dim: true },
    ),
  ]);
}

/** How the best v of a language goes over the layers. */
function layerLines(state: RunScreen, run: OpenedRun, world: World): Line[] {
  const language = run.meta.languages[state.language] as string;
  const all = bestPlaces(run);
  const own = all[state.language] ?? [];
  const most = Math.max(...own.map((best) => best?.v ?? 0), Number.MIN_VALUE);
  const room = Math.max(10, world.size.columns - 50);
  const { top } = state.cursor;
  return [
    [
      span("  language ", { dim: true }),
      span(`${language} ${languageName(language)}`, { bold: true }),
      span(`  v of its best feature${byText(run)} at each layer`, { dim: true }),
    ],
    plain(
      `  layer  feature        v  ${"".padEnd(room)}  place among languages`.slice(
        0,
        world.size.columns,
      ),
      { bold: true },
    ),
    ...run.meta.layers.slice(top, top + listRows(state, world)).map((layer, row): Line => {
      const at = top + row;
      const best = own[at] ?? null;
      const mark = at === state.cursor.at ? "▸ " : "  ";
      if (best === null) return [span(`${mark}${String(layer).padStart(5)}        –        –`)];
      const place = all.filter((each) => (each[at]?.v ?? Number.NEGATIVE_INFINITY) > best.v).length;
      const line: Line = [
        span(
          `${mark}${String(layer).padStart(5)}  ${String(best.feature).padStart(7)} ${digits(best.v).padStart(8)}  `,
        ),
        span(bar(best.v / most, room), { color: "cyan" }),
        span(`  ${place + 1}/${all.length}`, { dim: true }),
      ];
      const isLost = isOurs(run) && isNotRebuilt(run as FinishedRun, layer, language);
      return isLost ? dimmed([...line, span("  unrebuilt")]) : line;
    }),
  ];
}

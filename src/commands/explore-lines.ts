import { addAbortSignal } from "node:stream";
import { ReportedFailure, VscoreError } from "../errors.js";
import type { ExploredText, ExploreLine } from "../explore/explored-text.js";
import { type ExploreRequest, type Explorer, isOfTheText } from "../explore/explorer.js";
import { countLanguageFeatures } from "../explore/language-features.js";
import { linesOf, textOfLine } from "../explore/text-lines.js";
import { withExplorer } from "../explore/with-explorer.js";
import type { RunNews } from "../runs/meta.js";
import { exploredLines, exploreLegend } from "../views/explore-table.js";
import { showProgress } from "../views/progress.js";
import { asJsonLine, type Output } from "./output.js";

/** How the answers of a session are told. */
interface Teller {
  news(news: RunNews): void;
  ready(explorer: Explorer): void;
  result(explored: ExploredText, explorer: Explorer): void;
  error(message: string): void;
  stop(): void;
  /** @throws what ends the process, told as far as it has to be */
  failed(error: unknown): never;
}

/** `vscore explore RUN -`: every line of the standard input is a text, answered before the next one is read. */
export async function exploreLines(
  open: () => ExploreRequest,
  json: boolean,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const gone = new AbortController();
  const teller = json ? jsonTeller(output) : tableTeller(output);
  try {
    const request = open();
    const use = async (explorer: Explorer) => {
      teller.ready(explorer);
      // Whoever is about to type should know that nobody reads any more.
      explorer.died.catch((reason) => gone.abort(reason));
      const ended = AbortSignal.any([signal, gone.signal]);
      for await (const line of linesOf(addAbortSignal(ended, process.stdin)))
        await answer(line, explorer, teller);
    };
    await withExplorer(request, signal, teller.news, use);
  } catch (error) {
    teller.stop();
    const ended = [signal, gone.signal].find(({ aborted }) => aborted);
    teller.failed(ended?.reason ?? error);
  }
}

async function answer(line: Uint8Array, explorer: Explorer, teller: Teller): Promise<void> {
  try {
    teller.result(await explorer.explore(textOfLine(line)), explorer);
  } catch (error) {
    if (!isOfTheText(error)) throw error;
    teller.error(error.message);
  }
}

function jsonTeller(output: Output): Teller {
  const line = (value: ExploreLine) => output.data(asJsonLine(value));
  let lastPhase = "";
  return {
    news: (news) => {
      if (news.type !== "phase" || news.phase === lastPhase) return;
      lastPhase = news.phase;
      line(news);
    },
    ready: ({ ready }) => line({ type: "ready", ...ready }),
    result: (explored) => line({ type: "result", ...explored }),
    error: (message) => line({ type: "error", message }),
    stop: () => undefined,
    failed: (error) => {
      // Anything unforeseen keeps its stack: the entry point tells it.
      if (!(error instanceof VscoreError)) throw error;
      const { kind, exitCode, message } = error;
      const told = { kind, exit_code: exitCode, message };
      line({ type: "failed", schema_version: 1, error: told });
      output.note(message);
      throw new ReportedFailure(exitCode);
    },
  };
}

function tableTeller(output: Output): Teller {
  const progress = showProgress({ ...output, write: output.raw });
  return {
    news: progress.news,
    stop: progress.stop,
    ready: ({ ready, request }) => {
      progress.stop();
      const { among, layers, run } = request;
      const notes = [
        ...ready.warnings.map((warning) => `warning: ${warning}`),
        ...exploreLegend(
          { among, ranked_by: run.measure ?? "v" },
          countLanguageFeatures(run, layers, among),
          run.meta,
        ),
        `${ready.run} is loaded on ${ready.device}. A text a line, until the input ends:`,
      ];
      output.note(notes.join("\n"));
    },
    result: (explored, { request, ready }) => {
      const warnings = explored.warnings.filter((warning) => !ready.warnings.includes(warning));
      const lines = exploredLines({ ...explored, warnings }, request.run.meta);
      output.result([...lines, ""].join("\n"));
    },
    error: (message) => output.note(message),
    failed: (error) => {
      throw error;
    },
  };
}

import { writeSync } from "node:fs";
import { CommanderError } from "commander";
import { ablate } from "./commands/ablate.js";
import { batch } from "./commands/batch.js";
import { cluster } from "./commands/cluster.js";
import { codeswitch } from "./commands/codeswitch.js";
import { compare } from "./commands/compare.js";
import { compute } from "./commands/compute.js";
import { controls } from "./commands/controls.js";
import { doctor } from "./commands/doctor.js";
import { explore } from "./commands/explore.js";
import { exportCsv } from "./commands/export-csv.js";
import { exportFolder } from "./commands/export-folder.js";
import { exportPt } from "./commands/export-pt.js";
import { feature } from "./commands/feature.js";
import { fidelity } from "./commands/fidelity.js";
import { holdout } from "./commands/holdout.js";
import { importResults } from "./commands/import-results.js";
import { interactions } from "./commands/interactions.js";
import { languages } from "./commands/languages.js";
import { merge } from "./commands/merge.js";
import { models } from "./commands/models.js";
import { asJson, type Output } from "./commands/output.js";
import { plot } from "./commands/plot.js";
import { prefetch } from "./commands/prefetch.js";
import { buildProgram } from "./commands/program.js";
import { report } from "./commands/report.js";
import { rescore } from "./commands/rescore.js";
import { runs } from "./commands/runs.js";
import { selfcheck } from "./commands/selfcheck.js";
import { show } from "./commands/show.js";
import { steerBaseline } from "./commands/steer-baseline.js";
import { steerClc } from "./commands/steer-clc.js";
import { steerLid } from "./commands/steer-lid.js";
import { steerPlot } from "./commands/steer-plot.js";
import { steerVectors } from "./commands/steer-vectors.js";
import { synergy } from "./commands/synergy.js";
import { EXIT_CODES, ReportedFailure, requestError, VscoreError } from "./errors.js";
import { explain } from "./runs/atomic-write.js";
import { RUNS_FOLDER } from "./runs/read.js";
import { ansiLine } from "./views/ansi.js";
import { visibleLines } from "./views/escape.js";

/** Columns of lines that go to a file or another program. */
const PIPED_COLUMNS = 100;

const shown = (text: string) => `${visibleLines(text)}\n`;

const look = {
  columns: process.stdout.columns ?? PIPED_COLUMNS,
  colorDepth: process.stdout.isTTY === true ? process.stdout.getColorDepth() : 1,
};

const output: Output = {
  result: (text) => print(1, shown(text)),
  styled: (lines) => print(1, lines.map((line) => `${ansiLine(line, look.colorDepth)}\n`).join("")),
  look,
  room: process.stdout.columns ?? Number.POSITIVE_INFINITY,
  data: (text) => print(1, text),
  note: (text) => print(2, shown(text)),
  raw: (text) => print(2, text),
  isTerminal: process.stderr.isTTY === true && !process.env.CI,
  columns: process.stderr.columns ?? 80,
};

/** Writes at once; a reader that went away (`| head`) is no failure of ours. */
function print(fd: 1 | 2, content: string | Uint8Array): void {
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "EPIPE") return;
      if (code === "EAGAIN") continue;
      // News that cannot be told are no reason to end the work that they are of.
      if (fd === 2) return;
      throw explain(error, fd === 1 ? "The standard output" : "The standard error");
    }
  }
}

const cancelled = new AbortController();
let cancelledAt = Number.NEGATIVE_INFINITY;

function cancel(): void {
  const now = performance.now();
  // One Ctrl-C may arrive twice: from the terminal, and from the launcher that passes on what it gets.
  if (now - cancelledAt < SAME_SIGNAL_MS) return;
  // A second one does not wait for anything; unfinished files are recognised by their names.
  if (cancelled.signal.aborted) process.exit(EXIT_CODES.cancelled);
  cancelledAt = now;
  const advice =
    process.argv[2] === "compute"
      ? " The languages that it finished are kept: the same command with --resume goes on."
      : process.argv[2] === "controls"
        ? " The languages that it finished are kept: the same command goes on."
        : "";
  cancelled.abort(new VscoreError("cancelled", `Cancelled.${advice}`));
}

const SAME_SIGNAL_MS = 300;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, cancel);
// A file that becomes too large is then an error of its write, told in words; by itself the signal kills without one.
process.on("SIGXFSZ" as NodeJS.Signals, () => undefined);
// The launcher of an older Node holds a channel open: with its end, ours has come.
if (process.channel !== undefined) {
  process.on("disconnect", cancel);
  process.channel.unref();
}

/** With a person in front of it, `vscore` alone opens the terminal UI; nothing else loads what draws it. */
async function openTui(): Promise<number> {
  const { startTui } = await import("./tui/start.js");
  await startTui([process.execPath, process.argv[1] as string], RUNS_FOLDER, cancelled.signal);
  return cancelled.signal.aborted ? EXIT_CODES.cancelled : 0;
}

const isForPerson = () =>
  process.stdin.isTTY === true &&
  process.stdout.isTTY === true &&
  !process.env.CI &&
  // Such a terminal obeys nothing: a screen would be a heap of signs on it.
  process.env.TERM !== "dumb";

async function main(): Promise<number> {
  if (process.argv.length <= 2 && isForPerson()) return openTui();
  const program = buildProgram({
    compute: (options) => compute(options, output, cancelled.signal),
    batch: (request) =>
      batch(request, [process.execPath, process.argv[1] as string], output, cancelled.signal),
    models: (options) => models(options, output, cancelled.signal),
    languages: (term, options) => languages(term, options, output),
    runs: (folder, options) => runs(folder, options, output),
    show: (run, options) => show(run, options, output, cancelled.signal),
    compare: (pair, options) => compare(pair, options, output, cancelled.signal),
    report: (run, options) => report(run, options, output, cancelled.signal),
    plot: (run, options) => plot(run, options, output, cancelled.signal),
    explore: (run, options) => explore(run, options, output, cancelled.signal),
    feature: (run, which, options) => feature(run, which, options, output, cancelled.signal),
    ablate: (run, options) => ablate(run, options, output, cancelled.signal),
    interactions: (run, options) => interactions(run, options, output),
    steerVectors: (run, options) => steerVectors(run, options, output, cancelled.signal),
    steerBaseline: (run, options) => steerBaseline(run, options, output, cancelled.signal),
    steerClc: (run, options) => steerClc(run, options, output, cancelled.signal),
    steerLid: (run, options) => steerLid(run, options, output, cancelled.signal),
    synergy: (run, options) => synergy(run, options, output, cancelled.signal),
    codeswitch: (run, options) => codeswitch(run, options, output, cancelled.signal),
    cluster: (source, options) => cluster(source, options, output, cancelled.signal),
    steerPlot: (paths, options) => steerPlot(paths, options, output),
    exportCsv: (run, options) => exportCsv(run, options, output, cancelled.signal),
    exportPt: (run, options) => exportPt(run, options, output, cancelled.signal),
    exportFolder: (format, run, options) =>
      exportFolder(format, run, options, output, cancelled.signal),
    importResults: (files, options) => importResults(files, options, output, cancelled.signal),
    doctor: (options) => doctor(options, output, cancelled.signal),
    prefetch: (options) => prefetch(options, output, cancelled.signal),
    selfcheck: (options) => selfcheck(options, output, cancelled.signal),
    fidelity: (run, options) => fidelity(run, options, output, cancelled.signal),
    holdout: (run, options) => holdout(run, options, output, cancelled.signal),
    controls: (run, options) => controls(run, options, output, cancelled.signal),
    rescore: (run, options) => rescore(run, options, output, cancelled.signal),
    merge: (parts, options) => merge(parts, options, output, cancelled.signal),
  });
  const overrideAll = (command: typeof program): void => {
    command.exitOverride();
    command.commands.forEach(overrideAll);
  };
  overrideAll(program);
  try {
    await program.parseAsync(process.argv);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      if (process.argv.includes("--json")) print(1, asJson(failureOf(requestError(error.message))));
      return EXIT_CODES.request;
    }
    if (error instanceof ReportedFailure) return error.exitCode;
    if (process.argv.includes("--json")) print(1, asJson(failureOf(error)));
    return told(error);
  }
}

/** What a script gets in place of a result. */
function failureOf(error: unknown) {
  const [kind, message] =
    error instanceof VscoreError ? [error.kind, error.message] : (["bug", String(error)] as const);
  return { schema_version: 1, error: { kind, exit_code: EXIT_CODES[kind], message } };
}

function told(error: unknown): number {
  if (error instanceof VscoreError) {
    print(2, shown(error.message));
    return error.exitCode;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  print(2, shown(`Something unforeseen went wrong; this is a fault of vscore.\n${stack}`));
  return EXIT_CODES.bug;
}

process.exit(await main());

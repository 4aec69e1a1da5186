import { type Command, InvalidArgumentError } from "commander";
import { readFlag } from "../config/flag-values.js";
import type { ExploreOptions } from "./explore.js";
import { rankByOption, whole } from "./options.js";

/** `vscore explore` on the command line. */
export function addExplore(
  program: Command,
  action: (run: string, options: ExploreOptions) => Promise<void>,
): void {
  program
    .command("explore")
    .argument("<RUN>")
    .argument("[-]", "read texts from the standard input, a line each", dash)
    .description(
      "run a new text through a run's model: which of its language features fire on which token",
    )
    .option("--text <TEXT>", "the text")
    .option("--file <FILE>", "a file that is the text, whole")
    .option(
      "--layers <LAYERS>",
      "layers of the run, as in compute (default: the middle one, with --json or --html all)",
      (text) => readFlag(text, "integers") as (number | string)[],
    )
    .option(
      "--top-k <K>",
      "language features per token and layer; a table shows as many as fit, three at most",
      whole(1),
      5,
    )
    .option("--among <N>", "ranks of each language that count as its features", whole(1), 100)
    .addOption(rankByOption())
    .option("--html <FILE>", "write it as a page that needs no network, - is stdout")
    .option("--json", "print as JSON, one line a text with -")
    .addHelpText(
      "after",
      `
A language feature of L is one of the first N of L's ranking, by v or --rank-by, with v > 0; of several L, it is told with that of its highest v.
A token or text speaks for L by Σ a · v(f, L) / μ(f, L) over the language features f of L that fire with activation a: the
part that their means on the other languages do not explain. Shares are of the sum over all languages. Tokens that the run
leaves out (special ones, the first position) carry nothing.

With -, the model stays loaded until the input ends, and every line is answered at once. A line that begins with a double
quote is a JSON string, any other is the text itself. With --json the answers are lines too: {"type": "phase"} while it
loads, {"type": "ready"}, then {"type": "result"} or {"type": "error"} for each text; {"type": "failed"} where it ends early.`,
    )
    .action((run, input, { text, file, layers, topK, among, rankBy, html, json }) =>
      action(run, { input, text, file, layers, topK, among, rankBy, html, json: json === true }),
    );
}

function dash(text: string): "-" {
  if (text === "-") return text;
  throw new InvalidArgumentError("Expected - for the standard input, or --text TEXT.");
}

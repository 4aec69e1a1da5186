import { type Command, InvalidArgumentError } from "commander";
import { CONTROL_KINDS, type ControlKind } from "../config/controls.js";
import { list } from "../config/flag-values.js";
import { STALL_TIMEOUT_S } from "../engine/python-engine.js";
import type { ControlsOptions } from "./controls.js";
import { rankByOption, whole } from "./options.js";

/** `controls` on the command line. */
export function addControls(
  program: Command,
  action: (run: string, options: ControlsOptions) => Promise<void>,
): void {
  program
    .command("controls")
    .argument("<RUN>")
    .description(
      "what a run's best features need: the same on changed texts, and beside a random dictionary's",
    )
    .option(
      "--kind <KINDS>",
      `compute these first, comma-separated: ${CONTROL_KINDS.join(", ")}, or all`,
      kindsOption,
    )
    .option("--overwrite", "make them anew")
    .option("--layer <LAYER>", "only this layer", whole(0))
    .option("--language <CODE>", "only this language")
    .option("--top-k <K>", "features per language and layer", whole(1), 5)
    .addOption(rankByOption())
    .option("--stall-timeout <SECONDS>", "as in compute", whole(0), STALL_TIMEOUT_S)
    .option("--json", "print as JSON")
    .addHelpText(
      "after",
      `
shuffled           the words of every text in a random order, cut by Unicode's rules; punctuation and spaces stay where they were
romanised          every text in Latin letters (any-ascii, letter by letter: kanji are read as Chinese, so Japanese comes out badly)
random-tokens      each language's own tokens dealt out anew over its texts: the same frequencies and lengths, no context
random-dictionary  the run's texts through random directions; on its first texts they fire as often and as strongly as each feature

Each is a run of its own in RUN/controls/KIND, at the same commits and on the same texts, drawn by the run's --seed; an interrupted
one goes on with the same command. npx vscore show RUN/controls/shuffled shows one, npx vscore plot controls RUN draws them all.`,
    )
    .action((run, { kind, overwrite, layer, language, topK, rankBy, stallTimeout, json }) =>
      action(run, {
        ...{ kinds: kind ?? [], overwrite: overwrite === true, layer, language, topK },
        rankBy,
        ...{ stallTimeout, json: json === true },
      }),
    );
}

/** @param before what the flag was given before: each one adds to it */
function kindsOption(text: string, before: readonly ControlKind[] = []): ControlKind[] {
  if (text.trim() === "all") return [...CONTROL_KINDS];
  const asked = list(text);
  const unknown = asked.filter((kind) => !(CONTROL_KINDS as readonly string[]).includes(kind));
  if (unknown.length > 0)
    throw new InvalidArgumentError(
      `There is no control ${unknown.join(", ")}. Expected ${CONTROL_KINDS.join(", ")}, or all.`,
    );
  return CONTROL_KINDS.filter((kind) => asked.includes(kind) || before.includes(kind));
}

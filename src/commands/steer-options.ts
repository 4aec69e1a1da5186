import { type Command, Option } from "commander";
import { FIGURE_FORMATS } from "../views/charts/drawn-files.js";
import { STEERING_BY } from "../views/charts/steering-panels.js";
import type { SteerPlotOptions } from "./steer-plot.js";

export interface SteerActions {
  steerPlot(paths: readonly string[], options: SteerPlotOptions): Promise<void>;
}

/** `vscore steer …` on the command line. */
export function addSteer(program: Command, actions: SteerActions): void {
  const steer = program
    .command("steer")
    .description("steer the model with a run's features: vectors, gates, experiments");
  steer
    .command("plot")
    .argument("<FILE|FOLDER...>", "tables (lid_*.csv, clc_*.csv), or folders of them")
    .description("draw tables of steering experiments, vscore's or the steering repository's")
    .addOption(
      new Option(
        "--by <WHAT>",
        "what panels are sorted by and named for (default: what varies; of several target, source, alpha, layer)",
      ).choices(STEERING_BY),
    )
    .addOption(
      new Option(
        "--format <FORMAT>",
        "svg, png, or json (the Vega-Lite specification, to restyle) (default: by the output's ending, or svg)",
      ).choices(FIGURE_FORMATS),
    )
    .option("--output <FILE>", "where to, - is stdout (default: steering.<FORMAT>)")
    .addHelpText(
      "after",
      `
Tables are of naming a language (LID: cross-entropy of the target's name against that on the other languages) or of continuations
(CLC: success rate against the same), not both in one figure. A panel for each, any number of them; of continuations for each pair
of languages. Which columns a file has tells what it is, its name (…_fr_to_en_layer20_alpha0.5_…) the rest. A FOLDER is that of an
experiment in a run, or the steering repository's results/csv: all lid_*.csv, lid2_*.csv and clc_*.csv in it.`,
    )
    .action((paths: string[], { by, format, output }) =>
      actions.steerPlot(paths, { by, format, output }),
    );
}

import { join, relative } from "node:path";
import { checkCorpus } from "../compute/gather-texts.js";
import { siteWords } from "../compute/part-site.js";
import { realPlace } from "../config/paths.js";
import { resolveConfig } from "../config/resolve.js";
import type { PartialConfig, RunConfig } from "../config/schema.js";
import { requestError, VscoreError } from "../errors.js";
import { type Site, siteOf } from "../runs/site.js";
import type { BatchEntry } from "./batch-file.js";

export interface PlannedRun {
  name: string;
  /** What its process is given: as it was asked for, since what is filled in counts as asked for once it is given. */
  asked: PartialConfig;
  config: RunConfig;
  site: Exclude<Site, "other" | "part">;
}

/**
 * Every run of a batch with its config, checked before the first one starts.
 *
 * @param root every run's folder lies below it
 * @throws VscoreError (request) that names every wrong entry by its place
 */
export function planBatch(entries: readonly BatchEntry[], root: string): PlannedRun[] {
  const wrong: string[] = [];
  const planned = new Map<string, { run: PlannedRun; place: string }>();
  for (const { place, name, asked } of entries) {
    try {
      const run = planRun(name, asked, root);
      const folder = realPlace(run.config.out_dir);
      const other = planned.get(folder);
      if (other !== undefined) {
        throw requestError(
          `its folder ${run.config.out_dir} is that of ${other.place} too. Give each run a name or an out_dir of its own.`,
        );
      }
      planned.set(folder, { run, place });
    } catch (error) {
      if (!(error instanceof VscoreError)) throw error;
      wrong.push(`${place}: ${error.message}`);
    }
  }
  if (wrong.length > 0) throw requestError(`${wrong.join("\n")}\nNothing was started.`);
  return [...planned.values()].map(({ run }) => run);
}

function planRun(name: string, asked: BatchEntry["asked"], root: string): PlannedRun {
  const placed = { out_dir: join(root, name), ...asked };
  const { config, given } = resolveConfig({}, placed);
  refuseOutside(config.out_dir, root);
  const site = siteOf(config.out_dir);
  if (site === "other")
    throw requestError(
      `out_dir ${config.out_dir} holds files that are not a run. Choose another one.`,
    );
  if (site === "part")
    throw requestError(
      `out_dir ${config.out_dir} holds ${siteWords(site, config.out_dir)}. Expected a run, or nothing. Choose another one; parts are computed by vscore compute … --shard I/N.`,
    );
  checkCorpus(config, given.has("split"));
  return { name, asked: placed, config, site };
}

/** A batch file may come from somebody else: wherever its paths and the links on them lead, it stays below the root. */
function refuseOutside(folder: string, root: string): void {
  const step = relative(realPlace(root), realPlace(folder));
  if (step !== "" && !step.startsWith("..") && !step.startsWith("/")) return;
  throw requestError(
    `out_dir ${folder} does not lie below ${root}. Runs of a batch stay there; to put them elsewhere, start it with --out-root FOLDER.`,
  );
}

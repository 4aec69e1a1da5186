import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { requestError } from "../../errors.js";
import { EXPERIMENT_RESULT, finishedExperiments } from "../../runs/experiments.js";

/** Languages in groups, and where these come from. */
export interface LanguageGroups {
  source: string;
  groups: string[][];
}

const Clustered = z.looseObject({ clusters: z.array(z.array(z.string())) });

/**
 * The groups that were given, such as "spa_Latn,por_Latn;jpn_Jpan"; else those of the run's latest clustering; null where there is
 * none. Languages in no group are one each.
 *
 * @throws VscoreError (request) for languages that the run lacks or that stand in two groups
 */
export function languageGroups(
  run: { name: string; folder: string; meta: { languages: readonly string[] } },
  given: string | undefined,
): LanguageGroups | null {
  if (given === undefined) {
    const [latest] = finishedExperiments(run.folder, "cluster");
    if (latest === undefined) return null;
    const parsed = Clustered.safeParse(
      JSON.parse(readFileSync(join(latest, EXPERIMENT_RESULT), "utf8")),
    );
    return parsed.success ? { source: basename(latest), groups: parsed.data.clusters } : null;
  }
  const groups = given.split(";").map((group) =>
    group
      .split(",")
      .map((code) => code.trim())
      .filter((code) => code !== ""),
  );
  const all = groups.flat();
  const stray = all.filter((code) => !run.meta.languages.includes(code));
  if (stray.length > 0)
    throw requestError(
      `--clusters: found ${stray.join(", ")}, the run ${run.name} has ${run.meta.languages.join(", ")}. Name languages of the run, groups apart by ";".`,
    );
  const twice = all.find((code, at) => all.indexOf(code) < at);
  if (twice !== undefined)
    throw requestError(
      `--clusters: ${twice} stands in two places. Expected each language once. Correct the groups.`,
    );
  if (groups.every((group) => group.length < 2))
    throw requestError(
      `--clusters: found no group of two languages in ${JSON.stringify(given)}, so that nothing is within one. Put languages of a group between commas, such as "spa_Latn,por_Latn;jpn_Jpan,cmn_Hans".`,
    );
  return { source: "given", groups: groups.filter((group) => group.length > 0) };
}

export const areTogether = ({ groups }: LanguageGroups, a: string, b: string): boolean =>
  groups.some((group) => group.includes(a) && group.includes(b));

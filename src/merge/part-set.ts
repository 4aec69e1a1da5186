import { dirname, join, relative, resolve } from "node:path";
import { differingKeys } from "../config/differing-keys.js";
import type { RunConfig } from "../config/schema.js";
import { requestError } from "../errors.js";
import { folderOfWhole, type Part, partFolder, partWords, shardWord } from "../parts.js";
import { RUN_FILES } from "../runs/files.js";
import { lockHolder } from "../runs/lock.js";
import type { PartFacts } from "../runs/part-file.js";
import { shellWord } from "../shell-word.js";
import type { FoundPart } from "./found-parts.js";
import { madeDifferently } from "./made-alike.js";

export interface FinishedPart extends FoundPart {
  finished: PartFacts;
}

/** All parts of a run, from the first to the last. */
export type PartSet = readonly [FinishedPart, ...FinishedPart[]];

/**
 * The parts of one run: all there, each once, finished, of one config and made alike.
 *
 * @throws VscoreError (request) that says what is in the way, and the commands that mend it
 */
export function partSet(found: readonly FoundPart[]): PartSet {
  const parts = found.toSorted((a, b) => a.shard.part - b.shard.part);
  refuseOtherDivisions(parts);
  refuseTwice(parts);
  const [first, ...others] = parts as [FoundPart, ...FoundPart[]];
  for (const other of others) refuseOtherConfig(first, other);
  refuseUnlessWhole(parts);
  const [one, ...rest] = parts as [FinishedPart, ...FinishedPart[]];
  for (const other of rest) refuseMadeDifferently(one, other);
  return [one, ...rest];
}

const named = ({ shard, folder }: FoundPart): string => `${partWords(shard)} (${folder})`;

function refuseOtherDivisions(parts: readonly FoundPart[]): void {
  const divisions = [...new Set(parts.map(({ shard }) => shard.of))];
  if (divisions.length <= 1) return;
  const folders = divisions.map((of) => {
    const those = parts.filter(({ shard }) => shard.of === of).map(({ folder }) => folder);
    return `parts of ${of} (${those.join(", ")})`;
  });
  throw requestError(
    `Found ${folders.join(" and ")}. Expected the parts of one division of the run. Name each part that belongs to it, or delete the others.`,
  );
}

function refuseTwice(parts: readonly FoundPart[]): void {
  const twice = parts.find((part, at) => parts[at + 1]?.shard.part === part.shard.part);
  if (twice === undefined) return;
  const both = parts.filter(({ shard }) => shard.part === twice.shard.part);
  throw requestError(
    `Found ${partWords(twice.shard)} more than once: ${both.map(({ folder }) => folder).join(", ")}. Expected each part once. Name one of them, or delete the others.`,
  );
}

function refuseOtherConfig(one: FoundPart, other: FoundPart): void {
  const keys = differingKeys<keyof RunConfig>(one.config, other.config, ["out_dir"]);
  if (keys.length === 0) return;
  const values = keys.map(
    (key) => `${key} ${JSON.stringify(one.config[key])} and ${JSON.stringify(other.config[key])}`,
  );
  throw requestError(
    `The parts are not of one run: ${named(one)} and ${named(other)} were asked for with ${values.join("; ")}. Expected the same options, but for --shard. Name the parts of one run.`,
  );
}

/** Of many parts that a command could make, as many are written out. */
const MOST_COMMANDS = 5;

/** Whether all are there, and finished; what is missing and what is not finished is told together. */
function refuseUnlessWhole(parts: readonly FoundPart[]): void {
  const found = [missingLines(parts), unfinishedLines(parts)].filter(({ length }) => length > 0);
  if (found.length === 0) return;
  const { of } = (parts as [FoundPart, ...FoundPart[]])[0].shard;
  throw requestError(
    [...found.flat(), `Expected all ${of} parts, finished. Then merge again.`].join("\n"),
  );
}

function missingLines(parts: readonly FoundPart[]): string[] {
  const [first] = parts as [FoundPart, ...FoundPart[]];
  const { of } = first.shard;
  const there = new Set(parts.map(({ shard }) => shard.part));
  const missing = Array.from({ length: of }, (_, at) => at + 1).filter((part) => !there.has(part));
  if (missing.length === 0) return [];
  return [
    `Of the ${of} parts of this run ${missing.length === 1 ? "one is" : `${missing.length} are`} missing: ${missing.join(", ")}. Compute ${missing.length === 1 ? "it" : "them"}:`,
    ...firstOf(missing.map((part) => wayToCompute(first, { part, of }, "--resume"))),
  ];
}

function unfinishedLines(parts: readonly FoundPart[]): string[] {
  const unfinished = parts.filter(({ finished }) => finished === null);
  if (unfinished.length === 0) return [];
  const ways = unfinished.map((part) => {
    const holder = lockHolder(part.folder);
    return holder === null
      ? `${partWords(part.shard)} was interrupted: npx vscore compute --resume --out-dir ${shellWord(part.folder)}`
      : `${partWords(part.shard)} is being computed by process ${holder.pid} on ${holder.host}: wait for it`;
  });
  return [
    `Not finished: ${unfinished.map(({ shard }) => partWords(shard)).join(", ")}.`,
    ...firstOf(ways),
  ];
}

function firstOf(ways: readonly string[]): string[] {
  const more = ways.length - MOST_COMMANDS;
  return [
    ...ways.slice(0, MOST_COMMANDS).map((way) => `  ${way}`),
    ...(more > 0 ? [`  and so on, ${more} more`] : []),
  ];
}

function refuseMadeDifferently(one: FinishedPart, other: FinishedPart): void {
  const [first, ...more] = madeDifferently(one.finished, other.finished);
  if (first === undefined) return;
  const values = [first, ...more]
    .slice(0, MOST_COMMANDS)
    .map(({ what, values: [then, now] }) => `${what} ${then} and ${now}`);
  const rest = more.length + 1 - values.length;
  throw requestError(
    `The parts were not made alike: ${named(one)} and ${named(other)} with ${values.join("; ")}${rest > 0 ? `; and ${rest} more differences` : ""}. Expected the same of all, as of a run that one process computes. Compute one of them anew, as the others were: ${wayToCompute(one, other.shard, "--overwrite")}`,
  );
}

/** What computes a part anew, or one that is not there, as another of its run was asked for. */
export function wayToCompute(as: FoundPart, part: Part, how: "--resume" | "--overwrite"): string {
  const run = folderOfWhole(as.folder) ?? as.folder;
  const file = join(as.folder, RUN_FILES.config);
  return `npx vscore compute --config ${shellWord(file)} --out-dir ${shellWord(run)} --shard ${shardWord(part)} ${how}`;
}

/** The folder of the run that parts make, where their names say it. */
export function wholeFolder([first, ...others]: PartSet): string {
  const run = folderOfWhole(first.folder);
  const isOne = others.every(({ folder }) => folderOfWhole(folder) === run);
  const asked = folderOfWhole(first.config.out_dir);
  if (run !== null && isOne)
    // As it was asked for where it still lies there: so it is in the config of a run in one piece.
    return asked !== null && resolve(asked) === resolve(run) ? asked : run;
  throw requestError(
    `The folders of the parts do not name the run that they make (${first.folder}, …). Expected names such as ${relative(".", partFolder(resolve(dirname(first.folder), "RUN"), first.shard))}. Say where the run is to go: --out-dir FOLDER`,
  );
}

import { continuations, readWritten, type Written } from "../../engine/steer-jobs.js";
import { planShards } from "../../plan.js";
import { decodeSealedJson, encodeSealedJson } from "../../runs/sealed-file.js";
import { halving, keptPart } from "./kept-part.js";
import type { Held, Under } from "./lid-measure.js";
import type { Prepared } from "./prepare.js";

/** Continuations of prompts, [setting][text]; a part of the experiment that stays. */
export function written(
  prepared: Prepared,
  part: string,
  { name, lengths }: Held,
  { maxNewTokens }: { maxNewTokens: number },
  under: Under,
): Promise<Written[][]> {
  const { jobs, request } = prepared;
  // What is written takes its place too.
  const cost = lengths.map((tokens) => tokens + maxNewTokens);
  return keptPart(
    prepared,
    part,
    (bytes) => {
      const kept = readWritten(decodeSealedJson(bytes));
      const isWhole = kept.every((row) => row.length === lengths.length);
      return isWhole && kept.length === under.settings.length ? kept : undefined;
    },
    () =>
      halving(prepared, cost, async (budget) => {
        const found = under.settings.map((): Written[] => []);
        const pass = {
          ...{ texts: name, shards: planShards(cost, budget), ...under },
          ...{ positions: request.positions, max_new_tokens: maxNewTokens, cache: true },
        };
        for await (const frame of continuations(jobs, pass))
          for (const [setting, row] of frame.written.entries())
            for (const [at, text] of frame.text.entries())
              (found[setting] as Written[])[text] = row[at] as Written;
        if (found.some((row) => Object.keys(row).length !== lengths.length))
          throw new Error(`the engine left out some of ${part}`);
        return found;
      }),
    encodeSealedJson,
  );
}

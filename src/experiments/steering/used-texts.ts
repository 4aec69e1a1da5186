import { shortCode } from "../../config/short-codes.js";
import { textHash } from "../../plan.js";
import { GATED_CORPUS } from "../../runs/files.js";
import type { Prepared } from "./prepare.js";

/** What a text was used for, in the steering repository's words; `gate_train`: what gates were trained on. */
export type Use = "train" | "gate_train" | "source_eval" | "collateral_eval";

/** All texts of an experiment, a JSON a line. Of a gated corpus, which may not be passed on, their SHA-256 in place of the texts. */
export function usedTexts({ texts }: Pick<Prepared, "texts">): string {
  const uses: [Use, typeof texts.train][] = [
    ["train", texts.train],
    ["gate_train", texts.learn],
    ["source_eval", texts.steered],
    ["collateral_eval", texts.others],
  ];
  const isGated = texts.corpus === GATED_CORPUS;
  const lines = uses.flatMap(([split, languages]) =>
    [...languages].flatMap(([language, own]) =>
      own.map(({ id, text }) =>
        JSON.stringify({
          ...{ lan: shortCode(language).code, split, language, id },
          ...(isGated ? { sha256: textHash(text) } : { text }),
        }),
      ),
    ),
  );
  return lines.map((line) => `${line}\n`).join("");
}

/** The file of these. */
export const USED_TEXTS = "texts.jsonl";

import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { EvaluationFacts } from "../experiments/ablation/ablation-result.js";
import { INTERACTION_FILE } from "../experiments/interactions/interaction-matrix.js";
import { EXPERIMENT_RESULT } from "../runs/experiments.js";
import { noClaim } from "../views/evaluation-text.js";

const Interactions = z.looseObject({ is_enough: z.boolean(), evaluation: EvaluationFacts });

/** What `vscore interactions` said of a matrix that it made: whether anything is to be claimed of it. */
export function matrixCautions(file: string): string[] {
  const beside = join(dirname(file), EXPERIMENT_RESULT);
  if (basename(file) !== INTERACTION_FILE || !existsSync(beside)) return [];
  const said = Interactions.safeParse(JSON.parse(readFileSync(beside, "utf8")));
  const caution = said.success ? noClaim(said.data) : null;
  return caution === null ? [] : [`the matrix is from an ablation: ${caution}`];
}

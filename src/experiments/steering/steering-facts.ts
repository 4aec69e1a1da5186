import { z } from "zod";
import { UsedDictionary, usedDictionary } from "../../engine/dictionary-facts.js";
import { documentOf } from "../../plan.js";
import { ENOUGH_TEXTS } from "../../reduce/enough-texts.js";
import { GateFeatures, gatesOf } from "./gates.js";
import { type GateTrainer, TRAINED_ALPHA, TrainedGate } from "./learned-gates.js";
import type { Method } from "./methods.js";
import type { Prepared } from "./prepare.js";
import type { SideEffect } from "./side-effects.js";
import type { Setup } from "./steering-request.js";

/** What every result of steering tells of how it came to be. */
export const SteeringFacts = z.strictObject({
  schema_version: z.literal(1),
  run: z.string(),
  /** By which measure the features of gates are the best. */
  ranked_by: z.string().default("v"),
  model_id: z.string(),
  dictionaries: z.array(UsedDictionary),
  positions: z.string(),
  vectors: z.strictObject({
    bank: z.string().nullable(),
    /** Null: a file has them, and does not tell, or those of several pairs differ. */
    train_n: z.int().nullable(),
    split: z.string().nullable(),
    special_tokens: z.string().nullable(),
    first_token: z.string().nullable(),
    normalize: z.boolean().nullable(),
  }),
  gate: z.strictObject({
    top_k: z.int(),
    threshold: z.number(),
    features: z.array(GateFeatures),
  }),
  /** Trained gates; null where none was. */
  learned: z
    .strictObject({
      train_n: z.int(),
      epochs: z.int(),
      learning_rate: z.number(),
      collateral_weight: z.number(),
      alpha: z.number(),
      gates: z.array(TrainedGate),
    })
    .nullable(),
  evaluation: z.strictObject({
    corpus: z.string(),
    split: z.string().nullable(),
    revision: z.string().nullable(),
    eval_n: z.int(),
    /** Documents of the texts that are steered, by source: the units of the intervals of shares. */
    source_documents: z.record(z.string(), z.int()),
    other_eval_n: z.int(),
    documents: z.int(),
    others: z.array(z.string()),
    lacking: z.array(z.string()),
    excluded: z.int(),
    /** Null: the vectors come from a file that does not tell what they were made of. */
    is_disjoint: z.boolean().nullable(),
  }),
  /** Whether there are enough other texts to claim anything. */
  is_enough: z.boolean(),
  warnings: z.array(z.string()),
});
export type SteeringFacts = z.infer<typeof SteeringFacts>;

/** Texts of the language of which the fewest are evaluated; no other language is where side effects are not measured. */
export const fewestTexts = (
  evaluation: Pick<SteeringFacts["evaluation"], "eval_n" | "other_eval_n">,
): number =>
  evaluation.other_eval_n === 0
    ? evaluation.eval_n
    : Math.min(evaluation.eval_n, evaluation.other_eval_n);

/** @param documents how many the evaluated texts are from */
export function steeringFacts(
  prepared: Prepared,
  documents: number,
  trainer: GateTrainer,
): SteeringFacts {
  const { run, request, loaded, texts, isTold, vectors, warnings } = prepared;
  const { evalTexts, otherTexts, learned } = request;
  const evaluation: SteeringFacts["evaluation"] = {
    ...{ corpus: texts.corpus, split: texts.split, revision: texts.revision },
    ...{ eval_n: evalTexts, other_eval_n: otherTexts, documents },
    source_documents: Object.fromEntries(
      [...texts.steered].map(([code, own]) => [code, new Set(own.map(documentOf)).size]),
    ),
    ...{ others: [...texts.others.keys()], lacking: texts.lacking, excluded: texts.excluded },
    is_disjoint: isTold ? true : null,
  };
  return {
    ...{
      schema_version: 1,
      run: run.name,
      ranked_by: run.measure ?? "v",
      model_id: run.meta.model_id,
    },
    dictionaries: loaded.dictionaries.map(usedDictionary),
    positions: request.positions,
    vectors: { bank: request.bank, ...vectors },
    gate: {
      top_k: request.gateTopK,
      threshold: request.gateThreshold,
      features: gatesOf(prepared),
    },
    learned:
      learned === null
        ? null
        : {
            ...{ train_n: learned.trainTexts, epochs: learned.epochs, alpha: TRAINED_ALPHA },
            ...{ learning_rate: learned.learningRate, gates: trainer.trained },
            collateral_weight: learned.collateralWeight,
          },
    evaluation,
    is_enough: isTold && fewestTexts(evaluation) >= ENOUGH_TEXTS,
    warnings: [...new Set(warnings)],
  };
}

/** Which method in which setup a number is of. */
export const CellPlace = z.strictObject({
  source: z.string(),
  target: z.string(),
  /** The base layer, and those that are steered. */
  layer: z.int(),
  alpha: z.number(),
  method: z.string(),
  k: z.int(),
  layers: z.array(z.int()),
  /** Mean loss per predicted token on each other language, nats, and less that of No SV; the target is one of them. */
  by_language: z.array(
    z.strictObject({ language: z.string(), value: z.number(), over_none: z.number() }),
  ),
});
export type CellPlace = z.infer<typeof CellPlace>;

export const cellPlace = (
  { windowOf }: Pick<Prepared, "windowOf">,
  { setup: { source, target, layer, alpha }, methods, costs }: SetupCosts,
  at: number,
): CellPlace => {
  const method = methods[at] as Method;
  const meanOf = (own: readonly number[] = []) => own.reduce((a, b) => a + b, 0) / own.length;
  return {
    ...{ source, target, layer, alpha, method: method.name, k: method.k },
    layers: windowOf(method, layer),
    by_language: costs.map(({ language, own }) => {
      const value = meanOf(own[at]);
      return { language, value, over_none: value - meanOf(own[0]) };
    }),
  };
};

/** A setup, its methods, and what they cost other languages. */
export interface SetupCosts {
  setup: Setup;
  methods: readonly Method[];
  costs: readonly SideEffect[];
}

import { z } from "zod";
import { MEASURES } from "../runs/rank-by.js";

/** Languages by falling share; shares sum to 1. Empty where no language feature fires. */
const Shares = z.array(z.strictObject({ language: z.string(), share: z.number().min(0).max(1) }));

const LanguageFeature = z.strictObject({
  feature: z.int(),
  /** On this token, rounded to five digits. */
  activation: z.number(),
  /** Of the languages whose feature it is, the one where its v is highest; its rank (from 1) and its v there. */
  language: z.string(),
  rank: z.int(),
  v: z.number(),
});

const ExploredToken = z.strictObject({
  /** Joined, the pieces of all tokens but special ones give the text back. */
  piece: z.string(),
  /** Code points of the text, as the tokenizer tells them; equal for a token that stands for none of it. */
  start: z.int(),
  end: z.int(),
  /** Whether the run's rule counts it; one that does not count carries nothing in any layer. */
  counted: z.boolean(),
  layers: z.array(
    z.strictObject({
      layer: z.int(),
      /** The strongest language features, at most `top_k`, by falling activation. */
      features: z.array(LanguageFeature),
      speaks_for: Shares,
    }),
  ),
});

const fields = {
  schema_version: z.literal(1),
  run: z.string(),
  text: z.string(),
  top_k: z.int(),
  among: z.int(),
  /** By which measure the ranks are. */
  ranked_by: z.enum(MEASURES),
  tokens: z.array(ExploredToken),
  /** The whole text: over all counted tokens. */
  layers: z.array(z.strictObject({ layer: z.int(), speaks_for: Shares })),
  /** What a reader must know of the model as it is here, and of the text. */
  warnings: z.array(z.string()),
};

/** What a run's language features say of a text: the result of `vscore explore --json`. */
export const ExploredText = z.strictObject(fields);
export type ExploredText = z.infer<typeof ExploredText>;
export type ExploredToken = z.infer<typeof ExploredToken>;
export type Shares = z.infer<typeof Shares>;

/** Model and dictionaries are loaded: what they are here. */
export const ExploreReady = z.strictObject({
  run: z.string(),
  model_id: z.string(),
  device: z.string(),
  dtype: z.string(),
  /** Those that are explored, and the run's languages. */
  layers: z.array(z.int()),
  languages: z.array(z.string()),
  warnings: z.array(z.string()),
});
export type ExploreReady = z.infer<typeof ExploreReady>;

/** A line of `vscore explore RUN - --json`. */
export const ExploreLine = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("phase"), phase: z.string() }),
  ExploreReady.extend({ type: z.literal("ready") }),
  z.strictObject({ type: z.literal("result"), ...fields }),
  /** This text could not be read; the next one can. */
  z.strictObject({ type: z.literal("error"), message: z.string() }),
  /** The last line: the process ends with this exit code. */
  z.strictObject({
    type: z.literal("failed"),
    schema_version: z.literal(1),
    error: z.strictObject({ kind: z.string(), exit_code: z.int(), message: z.string() }),
  }),
]);
export type ExploreLine = z.infer<typeof ExploreLine>;

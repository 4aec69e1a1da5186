import type { RunConfig } from "../config/schema.js";
import type { EngineJobs } from "../engine/engine-jobs.js";
import type { ActivationsFrame } from "../engine/frames.js";
import { PieceCutter } from "../engine/piece-cutter.js";
import { type CorpusText, planShards } from "../plan.js";
import {
  bestFeatures,
  chooseExamples,
  EXAMPLE_WINDOW,
  type ExampleChoice,
} from "../reduce/examples.js";
import { isCounted, type TokenRule } from "../reduce/text-sums.js";
import type { Ranking } from "../reduce/v-score.js";
import type { Examples } from "../runs/examples-file.js";
import type { LanguageSums } from "../runs/sums-file.js";
import { withinMemory } from "./within-memory.js";

interface ReadText {
  pieces: string[];
  activations: (number | null)[];
  cutter: PieceCutter;
}

/** What is shown of a choice's text: a window of its tokens. */
export type Shown = Omit<Examples["features"][number]["contexts"][number], "language" | "id">;

/** The contexts that a run keeps: of the best features of each layer, in config order. */
export const examplesOf = (
  layers: readonly number[],
  rankings: ReadonlyMap<number, Ranking>,
  languages: readonly LanguageSums[],
): ExampleChoice[] =>
  layers.flatMap((layer) =>
    chooseExamples(layer, bestFeatures(rankings.get(layer) as Ranking), languages),
  );

/**
 * Runs the model once more over the few texts that were chosen to show features, to keep what each token's activation was. The
 * batches follow from the choice alone, so the bytes do too.
 */
export async function collectExamples(
  config: TokenRule & Pick<RunConfig, "layers">,
  choices: readonly ExampleChoice[],
  languages: readonly LanguageSums[],
  texts: ReadonlyMap<string, readonly CorpusText[]>,
  jobs: EngineJobs,
  memory: { budget: number; onHalved: (budget: number) => Promise<void> },
): Promise<Examples> {
  const found = new Map<ExampleChoice, ReadText>();
  let { budget } = memory;
  for (const { language, tokens } of languages) {
    const own = choices.filter((choice) => choice.language === language);
    const wanted = [...new Set(own.map(({ text }) => text))].sort((a, b) => a - b);
    if (wanted.length === 0) continue;
    const lengths = wanted.map((text) => tokens[text] as number);
    const read = async (within: number) => {
      for (const choice of own) found.delete(choice);
      const shards = planShards(lengths, within).map(({ shard, texts }) => ({
        shard,
        texts: texts.map((at) => wanted[at] as number),
      }));
      const request = { language, layers: config.layers, shards, tokens: true };
      for await (const frame of jobs.extract(request)) {
        for (const choice of own) {
          if (choice.layer === frame.layer)
            addTokens(found, choice, frame, texts.get(language)?.[choice.text]?.text ?? "", config);
        }
      }
    };
    ({ budget } = await withinMemory(budget, lengths, memory.onHalved, read));
  }
  const nothing = { pieces: [], activations: [] };
  return assembleExamples(choices, languages, (choice) =>
    shownOf(choice, found.get(choice) ?? nothing),
  );
}

/** The tokens around a text's strongest one. */
export function shownOf(
  { position }: Pick<ExampleChoice, "position">,
  { pieces, activations }: { pieces: readonly string[]; activations: readonly (number | null)[] },
): Shown {
  const latest = pieces.length - EXAMPLE_WINDOW;
  const from = Math.max(0, Math.min(position - EXAMPLE_WINDOW / 2, latest));
  return {
    first_token: from,
    tokens_in_text: pieces.length,
    pieces: pieces.slice(from, from + EXAMPLE_WINDOW),
    activations: activations.slice(from, from + EXAMPLE_WINDOW),
  };
}

/** `examples.json`, of the texts that were chosen and what is shown of each. */
export function assembleExamples(
  choices: readonly ExampleChoice[],
  languages: readonly Pick<LanguageSums, "language" | "texts">[],
  shown: (choice: ExampleChoice) => Shown,
): Examples {
  const idOf = (choice: ExampleChoice) =>
    languages.find(({ language }) => language === choice.language)?.texts[choice.text]?.id ?? "";
  const features = new Map<string, Examples["features"][number]>();
  for (const choice of choices) {
    const key = `${choice.layer}:${choice.feature}`;
    const entry = features.get(key) ?? {
      layer: choice.layer,
      feature: choice.feature,
      contexts: [],
    };
    features.set(key, entry);
    entry.contexts.push({ language: choice.language, id: idOf(choice), ...shown(choice) });
  }
  return { schema_version: 1, features: [...features.values()] };
}

/** Adds what a frame holds of a choice's text. */
function addTokens(
  found: Map<ExampleChoice, ReadText>,
  choice: ExampleChoice,
  frame: ActivationsFrame,
  text: string,
  rule: TokenRule,
): void {
  const at = frame.text.indexOf(choice.text);
  if (at < 0 || frame.spelling === undefined) return;
  const { start, end, pieces } = frame.spelling;
  const entry = found.get(choice) ?? {
    pieces: [],
    activations: [],
    cutter: new PieceCutter(text),
  };
  found.set(choice, entry);
  const first = frame.tokens.subarray(0, at).reduce((sum, n) => sum + n, 0);
  for (let row = first; row < first + (frame.tokens[at] as number); row++) {
    const [from, to] = [start[row] as number, end[row] as number];
    entry.pieces.push(entry.cutter.next(from, to, pieces[row] as string));
    entry.activations.push(activationOf(frame, row, choice.feature, rule));
  }
}

/** A feature's activation on one token, rounded to five digits; null on a token that does not count. */
function activationOf(
  frame: ActivationsFrame,
  row: number,
  feature: number,
  rule: TokenRule,
): number | null {
  if (!isCounted(frame.role[row] as number, rule)) return null;
  const from = Number(frame.indptr[row]);
  const place = frame.feature.subarray(from, Number(frame.indptr[row + 1])).indexOf(feature);
  return place < 0 ? 0 : shownActivation(frame.value[from + place] as number);
}

/** Five digits of it. */
export const shownActivation = (value: number): number => Number(value.toPrecision(5));

import { loadRequest } from "../../compute/compute-run.js";
import { folderOf } from "../../config/paths.js";
import type { EngineJobs } from "../../engine/engine-jobs.js";
import { warningsOf } from "../../explore/differences-from-run.js";
import type { Ranking } from "../../reduce/v-score.js";
import { type FinishedRun, openExamples } from "../../runs/read.js";
import { configToReadWith } from "../../runs/run-config.js";
import { type SpanSums, sumSpans, type TextSpan, type Watched } from "../spans.js";
import { analyse, type NounFeature, type OwnFeature, type ReadRow } from "./analyse.js";
import { coverageWarnings, rowWarnings, silenceWarnings } from "./row-warnings.js";
import { type LeftOut, Reasons, type SwitchRows } from "./rows.js";

/** `result.json` of the experiment, and what `vscore codeswitch --data --json` prints. */
export interface CodeSwitchResult {
  schema_version: 1;
  run: string;
  ranked_by: string;
  data: { source: string; sha256: string; rows: number; left_out: LeftOut[] };
  layers: number[];
  languages: string[];
  /** The best feature of each language (by v) at each layer, in the order of the layers. */
  features: Record<string, number[]>;
  own_feature: OwnFeature[];
  noun_feature: NounFeature[];
  warnings: string[];
}

/** A row with what was read of it: a line of `rows.jsonl`. Arrays are in the order of the layers. */
export interface CodeSwitchRow {
  line: number;
  prefix_language: string;
  noun_language: string;
  sentence: string;
  noun: string;
  /** Counted tokens of the noun; those that are also of the prefix, which are in no mean. */
  tokens: number;
  straddling: number;
  tokens_alone: number;
  /** Mean over the noun's tokens of the best feature of the prefix's language, and of the noun's: in the sentence, alone. */
  prefix_feature: (number | null)[];
  prefix_feature_alone: (number | null)[];
  noun_feature: (number | null)[];
  noun_feature_alone: (number | null)[];
}

/** Reads rows with a run's own model and dictionaries, and what each language's best feature does on their nouns. */
export async function codeSwitch(
  run: FinishedRun,
  { rows, ...data }: SwitchRows,
  jobs: EngineJobs,
  onLoaded: () => void,
): Promise<{ result: CodeSwitchResult; rows: CodeSwitchRow[] }> {
  const { languages, layers } = run.meta;
  const watched = bestFeatures(run);
  const texts = new TextList();
  const spans: TextSpan[] = rows.flatMap(({ sentence, noun, start, end }) => [
    { text: texts.indexOf(sentence), start, end },
    { text: texts.indexOf(noun), start: 0, end: Array.from(noun).length },
  ]);
  const { sums, warnings } = await readSpans(run, texts.all, spans, watched, jobs, onLoaded);
  const left = new Reasons();
  const read = rows.flatMap((row, at): ReadRow[] => {
    const [inSentence, alone] = [sums[2 * at] ?? null, sums[2 * at + 1] ?? null];
    if (inSentence === null) left.add("it is longer than the model's context", row.line);
    else if (inSentence.tokens === 0)
      left.add("no token that counts lies within its noun alone", row.line);
    else return [{ row, inSentence, alone }];
    return [];
  });
  const analysed = analyse(read, languages, layers);
  return {
    result: {
      schema_version: 1,
      ...{ run: run.name, ranked_by: run.measure ?? "v" },
      data: { ...data, rows: read.length, left_out: [...data.left_out, ...left.list] },
      layers,
      languages,
      features: Object.fromEntries(
        languages.map((code, k) => [
          code,
          layers.map((layer) => watched.get(layer)?.[k] as number),
        ]),
      ),
      ...analysed,
      warnings: [
        ...warnings,
        ...rowWarnings(read),
        ...coverageWarnings(read, languages),
        ...silenceWarnings(read, analysed.own_feature, layers, openExamples(run)),
      ],
    },
    rows: read.map((each) => tellRow(each, languages, layers)),
  };
}

/** The feature with the highest v of each language, by layer: place k is that of the run's k-th language. */
export function bestFeatures({ meta, rankings }: FinishedRun): Watched {
  return new Map(
    meta.layers.map((layer) => {
      const { features, index } = rankings.get(layer) as Ranking;
      return [layer, meta.languages.map((_, k) => index[k * features] as number)];
    }),
  );
}

/** Loads what a run was made with, and sums watched features over spans of texts. */
export async function readSpans(
  run: FinishedRun,
  texts: readonly string[],
  spans: readonly TextSpan[],
  watched: Watched,
  jobs: EngineJobs,
  onLoaded: () => void,
): Promise<{ sums: (SpanSums | null)[]; warnings: string[] }> {
  const config = configToReadWith(run);
  const model_revision = folderOf(config.model_id) === null ? run.meta.model_revision : null;
  const loaded = await jobs.load(loadRequest({ ...config, model_revision }));
  onLoaded();
  const plan = { rule: config, budget: run.meta.batch_tokens };
  return {
    sums: await sumSpans(texts, spans, watched, plan, jobs),
    warnings: warningsOf(run, loaded),
  };
}

function tellRow(
  { row, inSentence, alone }: ReadRow,
  languages: readonly string[],
  layers: readonly number[],
): CodeSwitchRow {
  const mean = (span: SpanSums | null, language: string) =>
    layers.map((layer) =>
      span === null || span.tokens === 0
        ? null
        : (span.sums.get(layer)?.[languages.indexOf(language)] as number) / span.tokens,
    );
  const { line, prefix_language, noun_language, sentence, noun } = row;
  return {
    ...{ line, prefix_language, noun_language, sentence, noun },
    tokens: inSentence?.tokens ?? 0,
    straddling: inSentence?.straddling ?? 0,
    tokens_alone: alone?.tokens ?? 0,
    prefix_feature: mean(inSentence, prefix_language),
    prefix_feature_alone: mean(alone, prefix_language),
    noun_feature: mean(inSentence, noun_language),
    noun_feature_alone: mean(alone, noun_language),
  };
}

/** Distinct texts in the order in which they came. */
export class TextList {
  private readonly places = new Map<string, number>();

  indexOf(text: string): number {
    const known = this.places.get(text);
    if (known !== undefined) return known;
    this.places.set(text, this.places.size);
    return this.places.size - 1;
  }

  get all(): string[] {
    return [...this.places.keys()];
  }
}

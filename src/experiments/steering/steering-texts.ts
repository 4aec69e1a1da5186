import type { EngineJobs } from "../../engine/engine-jobs.js";
import { requestError } from "../../errors.js";
import {
  type CorpusText,
  documentOf,
  shortHash,
  spreadTexts,
  textHash,
  textsFingerprint,
} from "../../plan.js";
import type { FinishedRun } from "../../runs/read.js";
import {
  type Corpus,
  idsOfHashes,
  place,
  readCorpus,
  selectingTexts,
} from "../ablation/evaluation-texts.js";
import type { SteeringRequest } from "./steering-request.js";

/** What texts vectors, gates and numbers are of; none is both trained and evaluated on. */
export interface SteeringTexts {
  corpus: string;
  split: string | null;
  trainSplit: string | null;
  revision: string | null;
  /** By language: what vectors are made from. */
  train: Map<string, CorpusText[]>;
  /** By language: what gates are trained on. */
  learn: Map<string, CorpusText[]>;
  /** By source: what is steered. By other language: what the side effects are measured on. */
  steered: Map<string, CorpusText[]>;
  others: Map<string, CorpusText[]>;
  /** Languages of the run that the corpus lacks. */
  lacking: string[];
  /** Texts left out of the evaluation, since the features were chosen or the vectors made on them or their translations. */
  excluded: number;
}

/**
 * Chooses texts to train on, and others to evaluate on: not those that chose the run's features, nor their translations.
 *
 * @param trained texts that vectors from a file were made of, as beginnings of their hashes; in place of texts to train on
 * @throws VscoreError (request) where there are too few
 */
export async function steeringTexts(
  run: FinishedRun,
  request: SteeringRequest,
  trained: readonly string[] | null,
  jobs: EngineJobs,
): Promise<SteeringTexts> {
  const { corpus, split, trainSplit, splitGiven, setups } = request;
  const from = await readCorpus(run, { corpus, split, splitGiven }, jobs);
  const isOnePlace = from.split === null || split === trainSplit;
  const other = { corpus, split: trainSplit, splitGiven };
  const trainFrom = isOnePlace ? from : await readCorpus(run, other, jobs);
  const train = trainTexts(request, trainFrom, trained !== null);
  const learn = learnTexts(run, request, trainFrom);

  const selecting = selectingTexts(run, corpus, from);
  const used = [...train.values(), ...learn.values()].flat();
  const hashes = new Set([
    ...selecting.hashes,
    ...used.map(({ text }) => shortHash(text)),
    ...(trained ?? []),
  ]);
  const ids = new Set([
    ...selecting.ids,
    ...(isOnePlace ? used.map(({ id }) => id) : []),
    // A file of vectors tells no ids of its texts.
    ...idsOfHashes(new Set(trained), from),
  ]);
  const fresh = new Map<string, CorpusText[]>();
  let excluded = 0;
  for (const [language, all] of from.languages) {
    if (!run.meta.languages.includes(language)) continue;
    const usable = all.filter((each) => !ids.has(each.id) && !hashes.has(shortHash(each.text)));
    excluded += all.length - usable.length;
    if (all.length > 0) fresh.set(language, usable);
  }
  const needed = (language: string, count: number, flag: string): CorpusText[] => {
    const usable = fresh.get(language) ?? [];
    if (usable.length >= count) return spreadTexts(usable, count);
    const all = from.languages.get(language)?.length ?? 0;
    const without =
      all > usable.length
        ? `, of which ${all - usable.length} are left out (the features were chosen or the vectors made on them or on their translations): ${usable.length} are left`
        : "";
    throw requestError(
      `${place(corpus, from.split)} has ${all} texts in ${language}${without}. ${flag} asks for ${count}. Lower it or --train-n, or give another --corpus.`,
    );
  };
  const steered = new Map(
    [...new Set(setups.map(({ source }) => source))].map((language) => [
      language,
      needed(language, request.evalTexts, "--eval-n"),
    ]),
  );
  const others = new Map(
    run.meta.languages
      .filter((language) => request.otherTexts > 0 && fresh.has(language))
      .map((language) => [language, needed(language, request.otherTexts, "--other-eval-n")]),
  );
  return {
    ...{ corpus, split: from.split, trainSplit: trainFrom.split, revision: from.revision },
    ...{ train, learn, steered, others, excluded },
    lacking: run.meta.languages.filter((language) => !fresh.has(language)),
  };
}

function trainTexts(
  { setups, trainTexts: count }: SteeringRequest,
  from: Corpus,
  hasVectors: boolean,
): Map<string, CorpusText[]> {
  const found = new Map<string, CorpusText[]>();
  if (!hasVectors)
    for (const { source, target } of setups)
      for (const language of [source, target])
        found.set(language, taken(from, language, count, "--train-n"));
  return found;
}

/** Of every language that there are texts of, and of the sources. */
function learnTexts(
  { meta }: FinishedRun,
  { learned, setups }: SteeringRequest,
  from: Corpus,
): Map<string, CorpusText[]> {
  if (learned === null) return new Map();
  const isSource = (language: string) => setups.some(({ source }) => source === language);
  const there = meta.languages.filter(
    (language) => isSource(language) || (from.languages.get(language)?.length ?? 0) > 0,
  );
  const count = learned.trainTexts;
  return new Map(there.map((language) => [language, taken(from, language, count, LEARNED_FLAG)]));
}

const LEARNED_FLAG = "--learned-train-n";

/** @throws VscoreError (request) where a language has fewer */
function taken(from: Corpus, language: string, count: number, flag: string): CorpusText[] {
  const all = from.languages.get(language) ?? [];
  if (all.length >= count) return spreadTexts(all, count);
  if (all.length === 0)
    throw requestError(
      `${from.split ?? "The corpus"} has no texts in ${language}, and ${flag} asks for ${count}. Expected a language that it has: ${[...from.languages.keys()].join(", ")}. Choose another, or another --corpus.`,
    );
  throw requestError(
    `${flag} ${count}: ${from.split ?? "the corpus"} has ${all.length} texts in ${language}. Expected as many. Lower it, or give another --corpus.`,
  );
}

/** What of the texts the numbers hang on. */
export const identityOfSteering = ({
  train,
  learn,
  steered,
  others,
  ...facts
}: SteeringTexts): object => ({
  ...facts,
  ...Object.fromEntries(
    Object.entries({ train, learn, steered, others }).map(([use, languages]) => [
      use,
      Object.fromEntries(
        [...languages].map(([code, own]) => [
          code,
          textsFingerprint(own.map(({ id, text }) => ({ id, sha256: textHash(text) }))),
        ]),
      ),
    ]),
  ),
});

/** One number for each document, which translations share, over all texts of an evaluation. */
export function unitsOf({ steered, others }: SteeringTexts): {
  unitOf: (texts: readonly CorpusText[]) => number[];
  count: number;
} {
  const documents = new Map<string, number>();
  for (const texts of [...steered.values(), ...others.values()])
    for (const text of texts) {
      const document = documentOf(text);
      if (!documents.has(document)) documents.set(document, documents.size);
    }
  return {
    unitOf: (texts) => texts.map((text) => documents.get(documentOf(text)) as number),
    count: documents.size,
  };
}

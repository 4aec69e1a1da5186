import { realPlace } from "../../config/paths.js";
import { isLocalCorpus, readLocalCorpus } from "../../corpora/local-corpora.js";
import type { EngineJobs, Loaded } from "../../engine/engine-jobs.js";
import { requestError } from "../../errors.js";
import {
  type CorpusText,
  documentOf,
  shortHash,
  spreadTexts,
  textHash,
  textsFingerprint,
} from "../../plan.js";
import { type FinishedRun, openSums } from "../../runs/read.js";

export interface EvaluationRequest {
  corpus: string;
  split: "dev" | "devtest" | null;
  /** Whether somebody asked for this split. */
  splitGiven: boolean;
  /** At most so many in each language; −1: all. */
  texts: number;
  /** Whether texts that chose the features may be used: said in every title then. */
  sameTexts: boolean;
}

/** Texts on which an experiment is evaluated. */
export interface EvaluationTexts {
  corpus: string;
  split: string | null;
  revision: string | null;
  languages: Map<string, CorpusText[]>;
  /** Languages of the run that the corpus lacks. */
  lacking: string[];
  /** Texts left out, because the run's features were chosen on them or on their translations; none where these are allowed. */
  excluded: number;
  /** Whether none of them chose the features. */
  isDisjoint: boolean;
}

/** Where a run is evaluated unless somebody asks otherwise: the embedded model was trained on `udhr`. */
export const standardCorpus = (run: FinishedRun): string =>
  run.meta.corpus === "udhr" ? "manuals" : run.meta.corpus;

/**
 * The texts of the run's languages in a corpus, less those that the run's features were chosen on: by their bytes, and in the
 * run's own corpus and split also by their ids, since translations say the same.
 *
 * @throws VscoreError (request) where too few are left
 */
export async function evaluationTexts(
  run: FinishedRun,
  request: EvaluationRequest,
  jobs: EngineJobs,
): Promise<EvaluationTexts> {
  const { corpus, sameTexts } = request;
  const found = await readCorpus(run, request, jobs);
  const { hashes, ids } = selectingTexts(run, corpus, found);
  let selectors = 0;
  const languages = new Map<string, CorpusText[]>();
  const lacking: string[] = [];
  for (const language of run.meta.languages) {
    const all = found.languages.get(language) ?? [];
    if (all.length === 0) {
      lacking.push(language);
      continue;
    }
    const fresh = all.filter(({ id, text }) => !ids.has(id) && !hashes.has(shortHash(text)));
    selectors += all.length - fresh.length;
    const usable = sameTexts ? all : fresh;
    if (usable.length === 0)
      throw requestError(
        `${place(corpus, found.split)} has ${all.length} texts in ${language}, and the run's features were chosen on all of them: what is found on them would be claimed of themselves. Expected other texts: give --corpus or --split, or accept it with --same-texts.`,
      );
    languages.set(language, spreadTexts(usable, request.texts));
  }
  if (languages.size < 2)
    throw requestError(
      `${place(corpus, found.split)} has ${languages.size === 0 ? "none" : "one"} of the run's languages (${run.meta.languages.join(", ")}). Expected at least two. Give another --corpus.`,
    );
  const { split, revision } = found;
  return {
    ...{ corpus, split, revision, languages, lacking },
    ...{ excluded: sameTexts ? 0 : selectors, isDisjoint: !sameTexts || selectors === 0 },
  };
}

/**
 * The texts that a run's features were chosen on: beginnings of their hashes, and the ids that they and their translations have in
 * what was read of a corpus.
 */
export function selectingTexts(
  run: FinishedRun,
  corpus: string,
  read: Corpus,
): { hashes: Set<string>; ids: Set<string> } {
  const selecting = run.meta.languages.flatMap((language) => openSums(run, language).texts);
  const hashes = new Set(selecting.map(({ sha256 }) => sha256));
  const own = isOwn(run, corpus, read) ? selecting.map(({ id }) => id) : [];
  return { hashes, ids: new Set([...own, ...idsOfHashes(hashes, read)]) };
}

/** The ids of those texts of a corpus whose hashes begin so: their translations share them. */
export const idsOfHashes = (hashes: ReadonlySet<string>, { languages }: Corpus): string[] =>
  [...languages.values()].flatMap((texts) =>
    texts.filter(({ text }) => hashes.has(shortHash(text))).map(({ id }) => id),
  );

/** Whether a corpus is the split that a run was made from: by its place, however it is written, or by its content. */
const isOwn = ({ meta }: FinishedRun, corpus: string, { split, revision }: Corpus): boolean =>
  split === meta.split &&
  (placeOf(corpus) === placeOf(meta.corpus) ||
    (revision !== null && revision === meta.corpus_revision));

function placeOf(corpus: string): string {
  const at = corpus.indexOf(":") + 1;
  return at === 0 ? corpus : corpus.slice(0, at) + realPlace(corpus.slice(at));
}

/** A corpus as messages name it. */
export const place = (corpus: string, split: string | null): string =>
  `--corpus ${corpus}${split === null ? "" : ` (${split})`}`;

export interface Corpus {
  languages: Map<string, CorpusText[]>;
  split: string | null;
  revision: string | null;
}

/** The texts of the run's languages in a split of a corpus; of FLORES+, those sentences that every language has. */
export async function readCorpus(
  run: FinishedRun,
  { corpus, split, splitGiven }: Pick<EvaluationRequest, "corpus" | "split" | "splitGiven">,
  jobs: EngineJobs,
): Promise<Corpus> {
  if (isLocalCorpus(corpus)) return readLocalCorpus(corpus, split, splitGiven);
  const revision = run.meta.corpus === corpus ? run.meta.corpus_revision : null;
  const asked = { languages: run.meta.languages, split: split ?? "devtest", revision };
  const fetched = await jobs.flores(asked);
  const [first] = fetched.values();
  // Only sentences that every language has, so that languages are compared on the same ones.
  const shared = [...fetched.values()]
    .map(({ texts }) => new Set(texts.map(({ id }) => id)))
    .reduce((common, ids) => common.intersection(ids));
  return {
    languages: new Map(
      [...fetched].map(([code, { texts }]) => [code, texts.filter(({ id }) => shared.has(id))]),
    ),
    split: asked.split,
    revision: first?.revision ?? null,
  };
}

/** What of the texts an experiment's numbers hang on. */
export const identityOfTexts = ({ corpus, split, revision, languages }: EvaluationTexts) => ({
  ...{ corpus, split, revision },
  texts: Object.fromEntries(
    [...languages].map(([code, own]) => [
      code,
      textsFingerprint(own.map(({ id, text }) => ({ id, sha256: textHash(text) }))),
    ]),
  ),
});

/** A language's texts: their ids, and the document of each. */
export interface EvaluatedLanguage {
  language: string;
  ids: string[];
  documents: string[];
}

/** Tokenises them, in languages of their own with the engine. @throws VscoreError (request) for a text in which nothing is predicted */
export async function tokenizeEvaluation(
  texts: EvaluationTexts,
  { model }: Pick<Loaded, "model">,
  jobs: EngineJobs,
): Promise<{
  languages: EvaluatedLanguage[];
  lengths: Map<string, Uint32Array>;
  warnings: string[];
}> {
  const lengths = new Map<string, Uint32Array>();
  const languages: EvaluatedLanguage[] = [];
  const warnings: string[] = [];
  for (const [language, own] of texts.languages) {
    const { tokens, truncated } = await jobs.tokenize(
      language,
      own.map(({ text }) => text),
    );
    const short = tokens.findIndex((count) => count < 2);
    if (short >= 0)
      throw requestError(
        `The text ${own[short]?.id} of ${language} has ${tokens[short]} tokens: nothing is predicted in it. Expected at least two. Take it out of the corpus.`,
      );
    if (truncated.length > 0)
      warnings.push(
        `${language}: ${truncated.length} texts are longer than the model's context and were cut to ${model.max_positions} tokens`,
      );
    lengths.set(language, tokens);
    languages.push({ language, ids: own.map(({ id }) => id), documents: own.map(documentOf) });
  }
  return { languages, lengths, warnings };
}

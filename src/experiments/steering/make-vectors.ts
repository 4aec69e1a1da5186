import type { EngineJobs } from "../../engine/engine-jobs.js";
import { requestError } from "../../errors.js";
import { shortHash, spreadTexts } from "../../plan.js";
import type { TokenRule } from "../../reduce/text-sums.js";
import type { FinishedRun } from "../../runs/read.js";
import { configToReadWith } from "../../runs/run-config.js";
import { place, readCorpus } from "../ablation/evaluation-texts.js";
import { loadRunModel } from "../run-model.js";
import type { BankFacts } from "./bank-file.js";
import type { Pair } from "./steering-request.js";
import { type Bank, type HiddenMeans, hiddenMeans, steeringVectors } from "./vectors.js";

export interface VectorsRequest {
  pairs: Pair[];
  /** Whether pairs whose source has no texts in the corpus are left out, with a word. */
  skipsLacking: boolean;
  /** Of the model, whether or not the run has features of them. */
  layers: number[];
  /** Texts of each language. */
  texts: number;
  corpus: string;
  split: "dev" | "devtest";
  splitGiven: boolean;
  rule: TokenRule;
  normalize: boolean;
}

export interface MadeVectors {
  bank: Bank;
  facts: BankFacts;
}

/**
 * Steering vectors of a run's own model: for each layer, mean over texts of the mean over a text's counted tokens of what the block
 * puts out, target less source. Each language is read once.
 *
 * @throws VscoreError (request) for layers beyond the model, or where there are fewer texts
 */
export async function makeVectors(
  run: FinishedRun,
  request: VectorsRequest,
  jobs: EngineJobs,
  onPhase: (phase: string) => void,
): Promise<{ made: MadeVectors[]; warnings: string[] }> {
  const { corpus, split, layers, rule } = request;
  onPhase("reading texts");
  const from = await readCorpus(run, request, jobs);
  const isThere = ({ source }: Pair) => (from.languages.get(source)?.length ?? 0) > 0;
  const pairs = request.pairs.filter((pair) => !request.skipsLacking || isThere(pair));
  const lacking = request.pairs.filter((pair) => !pairs.includes(pair));
  const languages = [...new Set(pairs.flatMap(({ source, target }) => [target, source]))];
  const texts = new Map(
    languages.map((language) => {
      const all = from.languages.get(language) ?? [];
      if (all.length === 0)
        throw requestError(
          `${place(corpus, from.split)} has no texts in ${language}. Expected one that it has: ${[...from.languages.keys()].join(", ")}. Choose another, or another --corpus.`,
        );
      if (all.length < request.texts)
        throw requestError(
          `${place(corpus, from.split)} has ${all.length} texts in ${language}, --train-n asks for ${request.texts}. Expected as many. Lower it, or give another --corpus${from.split === null ? "" : ` or --split (this is ${split})`}.`,
        );
      return [language, spreadTexts(all, request.texts)] as const;
    }),
  );
  // One dictionary, by which it is told how texts begin.
  const { loaded, warnings } = await loadRunModel(
    run,
    configToReadWith(run),
    run.meta.layers.slice(0, 1),
    jobs,
  );
  const { n_layers, d_model: width, max_positions } = loaded.model;
  const beyond = layers.filter((layer) => layer >= n_layers);
  if (beyond.length > 0)
    throw requestError(
      `--layers: found ${beyond.join(", ")}, the model has the layers 0 to ${n_layers - 1}. Choose among them.`,
    );
  if (lacking.length > 0)
    warnings.push(
      `left out, for ${place(corpus, from.split)} lacks them: ${[...new Set(lacking.map(({ source }) => source))].join(", ")}`,
    );
  const means = new Map<string, HiddenMeans>();
  for (const [at, language] of languages.entries()) {
    onPhase(`${language}, ${at + 1} of ${languages.length}`);
    const own = texts.get(language) ?? [];
    const { tokens, truncated } = await jobs.tokenize(
      language,
      own.map(({ text }) => text),
    );
    if (truncated.length > 0)
      warnings.push(
        `${language}: ${truncated.length} texts are longer than the model's context and were cut to ${max_positions} tokens`,
      );
    const ids = own.map(({ id }) => id);
    const asked = { name: language, ids, lengths: tokens, layers, rule, width };
    means.set(language, await hiddenMeans(jobs, { ...asked, budget: run.meta.batch_tokens }));
  }
  const made = pairs.map((pair): MadeVectors => {
    const [to, of] = [means.get(pair.target), means.get(pair.source)] as [HiddenMeans, HiddenMeans];
    const used = [pair.source, pair.target].flatMap((language) => texts.get(language) ?? []);
    return {
      bank: steeringVectors(to, of, request.normalize),
      facts: {
        ...{ schema_version: 1, run: run.name, model_id: run.meta.model_id },
        ...{ model_revision: run.meta.model_revision, dtype: loaded.dtype, ...pair },
        ...{ train_n: request.texts, corpus, split: from.split, corpus_revision: from.revision },
        ...{ ...rule, normalize: request.normalize, layers },
        texts: used.map(({ text }) => shortHash(text)),
      },
    };
  });
  return { made, warnings };
}

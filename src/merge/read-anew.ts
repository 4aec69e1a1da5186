import { loadRequest } from "../compute/compute-run.js";
import { controlledTexts, controlProvenance } from "../compute/control-texts.js";
import { checkCorpus, gatherTexts } from "../compute/gather-texts.js";
import { textFacts } from "../compute/open-run.js";
import { pinnedTo } from "../compute/pinned-config.js";
import { provenanceOf } from "../compute/provenance.js";
import { dealSeedOf, tokenizeTexts } from "../compute/tokenize-texts.js";
import type { RunConfig } from "../config/schema.js";
import type { EngineJobs } from "../engine/engine-jobs.js";
import { requestError } from "../errors.js";
import type { CorpusText } from "../plan.js";
import type { RunNews } from "../runs/meta.js";
import { otherProvenance } from "./made-alike.js";
import type { PartSet } from "./part-set.js";

/** The texts of a run, by language, tokenised as the parts had them. */
export interface ReadAnew {
  texts: ReadonlyMap<string, readonly CorpusText[]>;
}

/**
 * Gathers and tokenises the texts of a run whose parts were computed, at the parts' commits, to show where features are strongest. What
 * was active there the parts know: neither the model's weights nor its dictionaries are needed.
 *
 * @throws VscoreError (request) where they would not be read as the parts read them
 */
export async function readAnew(
  parts: PartSet,
  config: RunConfig,
  jobs: EngineJobs,
  onNews: (news: RunNews) => void,
): Promise<ReadAnew> {
  const { loaded, corpus_revision, provenance } = parts[0].finished;
  const pinned = pinnedTo(config, { model_revision: loaded.model.revision, corpus_revision });
  onNews({ type: "phase", phase: "reading texts" });
  const local = checkCorpus(config, config.split !== null);
  const gathered = await gatherTexts(pinned, local, jobs);
  onNews({ type: "phase", phase: "loading" });
  const { model_id, model_path, model_revision } = loadRequest(pinned);
  const { bos } = loaded.model;
  const revision = await jobs.loadTokenizer({ model_id, model_path, model_revision, bos });
  const read = await controlledTexts(gathered.languages, config);
  const model = { ...loaded.model, revision };
  const today = Object.fromEntries(
    [...gathered.languages].map(([language, texts]) => {
      const ofControl = controlProvenance(config, language, gathered.languages, read.languages);
      const facts = texts.map(textFacts);
      return [language, provenanceOf(config, { ...loaded, model }, facts, ofControl)];
    }),
  );
  const [first] = otherProvenance(provenance, today);
  if (first !== undefined)
    throw requestError(
      `For the examples, texts are read once more: the parts were made with ${first.what} ${first.values[0]}, now it is ${first.values[1]}. Expected the same. Merge where the parts were computed, or without examples: --no-examples`,
    );
  await tokenizeTexts(read.languages, config, jobs, dealSeedOf(config));
  return { texts: read.languages };
}

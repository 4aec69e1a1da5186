import { loadRequest } from "../compute/compute-run.js";
import { controlledTexts, controlProvenance } from "../compute/control-texts.js";
import { checkCorpus, gatherTexts } from "../compute/gather-texts.js";
import { textFacts } from "../compute/open-run.js";
import { pinnedTo } from "../compute/pinned-config.js";
import { provenanceOf } from "../compute/provenance.js";
import { randomiseDictionaries } from "../compute/randomise-dictionaries.js";
import { dealSeedOf, tokenizeTexts } from "../compute/tokenize-texts.js";
import type { RunConfig } from "../config/schema.js";
import type { EngineJobs } from "../engine/engine-jobs.js";
import { requestError } from "../errors.js";
import type { CorpusText } from "../plan.js";
import type { RunNews } from "../runs/meta.js";
import { otherProvenance } from "./made-alike.js";
import type { PartSet } from "./part-set.js";

/** The texts of a run, by language, tokenised and with the model that the parts had. */
export interface ReadAnew {
  texts: ReadonlyMap<string, readonly CorpusText[]>;
}

/**
 * Gathers and tokenises the texts of a run whose parts were computed, and loads its model, both at the parts' commits: to show where
 * features are strongest.
 *
 * @throws VscoreError (request) where they would not be read as the parts read them
 */
export async function readAnew(
  parts: PartSet,
  config: RunConfig,
  jobs: EngineJobs,
  onNews: (news: RunNews) => void,
): Promise<ReadAnew> {
  const { loaded: then, corpus_revision, provenance } = parts[0].finished;
  const pinned = pinnedTo(config, { model_revision: then.model.revision, corpus_revision });
  onNews({ type: "phase", phase: "reading texts" });
  const local = checkCorpus(config, config.split !== null);
  const gathered = await gatherTexts(pinned, local, jobs);
  onNews({ type: "phase", phase: "loading" });
  const loaded = await jobs.load(loadRequest(pinned));
  const read = await controlledTexts(gathered.languages, config);
  const today = Object.fromEntries(
    [...gathered.languages].map(([language, texts]) => {
      const ofControl = controlProvenance(config, language, gathered.languages, read.languages);
      return [language, provenanceOf(config, loaded, texts.map(textFacts), ofControl)];
    }),
  );
  const [first] = otherProvenance(provenance, today);
  if (first !== undefined)
    throw requestError(
      `For the examples, texts are read once more: the parts were made with ${first.what} ${first.values[0]}, now it is ${first.values[1]}. Expected the same. Merge where the parts were computed, or without examples: --no-examples`,
    );
  const tokenized = await tokenizeTexts(read.languages, config, jobs, dealSeedOf(config));
  if (config.control === "random-dictionary")
    await randomiseDictionaries(config, tokenized, jobs, async () => undefined);
  return { texts: read.languages };
}

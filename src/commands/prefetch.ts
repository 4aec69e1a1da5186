import { loadRequest } from "../compute/compute-run.js";
import { checkCorpus } from "../compute/gather-texts.js";
import { ProgressMeter } from "../compute/progress-meter.js";
import { flagText } from "../config/flag-values.js";
import { readConfigFile, resolveConfig } from "../config/resolve.js";
import { type ConfigKey, flagOf, type PartialConfig } from "../config/schema.js";
import { withEngine } from "../engine/with-engine.js";
import { shellWord } from "../shell-word.js";
import { showProgress } from "../views/progress.js";
import { asJson, type Output } from "./output.js";

/** The options of a run that decide what it needs. */
export const PREFETCH_KEYS = [
  ...["model", "model_id", "model_revision", "sae_release", "sae_id_template", "sae_ids"],
  ...["hook", "layers", "languages", "split", "corpus", "corpus_revision"],
] as ConfigKey[];

/** `vscore prefetch`: puts everything that such a run needs into the Hub's cache, for a machine without a network. */
export async function prefetch(
  {
    flags,
    config: file,
    json,
  }: { flags: PartialConfig; config?: string | undefined; json: boolean },
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const { config, given } = resolveConfig(flags, file === undefined ? {} : readConfigFile(file));
  const local = checkCorpus(config, given.has("split"));
  const progress = showProgress({ ...output, write: output.raw });
  const meter = new ProgressMeter(progress.news);
  const fetched = await withEngine(
    signal,
    async (jobs) => {
      const { languages, split, corpus_revision: revision } = config;
      const texts =
        local === null
          ? await jobs.flores({ languages, split: split ?? "dev", revision })
          : new Map<string, { revision: string; texts: unknown[]; warning: string | null }>();
      return { ...(await jobs.prefetch(loadRequest(config))), texts };
    },
    (news) => meter.engineProgress(news),
  ).finally(progress.stop);
  const { texts, warnings, ...rest } = fetched;
  const [first] = texts.values();
  const told = {
    ...rest,
    corpus: config.corpus,
    corpus_revision: first?.revision ?? null,
    languages: [...texts.keys()],
    warnings: [...warnings, ...(first?.warning ? [first.warning] : [])],
  };
  if (json) {
    output.data(asJson({ schema_version: 1, ...told }));
    return;
  }
  const options = [
    ...(file === undefined ? [] : [`--config ${shellWord(file)}`]),
    ...Object.entries(flags).map(([key, value]) => `${flagOf(key)} ${shellWord(flagText(value))}`),
  ];
  output.result(
    [
      `model         ${told.model_id}@${told.model_revision ?? "(local)"}`,
      ...told.dictionaries.map(
        ({ layer, sae_id, revision }) =>
          `dictionary    layer ${layer}: ${sae_id}@${revision ?? "?"}`,
      ),
      local === null
        ? `corpus        FLORES+@${told.corpus_revision}, ${texts.size} languages`
        : `corpus        ${config.corpus} is local`,
      `fetched       ${(told.fetched_bytes / 1e6).toFixed(1)} MB of model and dictionaries; what was there already was not fetched again`,
      ...told.warnings.map((warning) => `warning: ${warning}`),
      "",
      "Such a run makes no request now:",
      `  HF_HUB_OFFLINE=1 npx vscore compute ${options.join(" ")}`,
    ].join("\n"),
  );
}

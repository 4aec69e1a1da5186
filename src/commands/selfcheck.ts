import { loadRequest } from "../compute/compute-run.js";
import { resolveConfig } from "../config/resolve.js";
import type { ConfigKey, PartialConfig } from "../config/schema.js";
import { readLocalCorpus } from "../corpora/local-corpora.js";
import { withEngine } from "../engine/with-engine.js";
import { EXIT_CODES, ReportedFailure } from "../errors.js";
import { hookAnywhere, likelyHooks } from "../fidelity/likely-hook.js";
import { measureFidelity, type TextsOfLanguage } from "../fidelity/measure-fidelity.js";
import { judge, overall } from "../selfcheck/verdict.js";
import { showProgress } from "../views/progress.js";
import { checkLines, machineLines } from "../views/selfcheck-table.js";
import { asJson, type Output } from "./output.js";

/** The options of a run that decide about model, dictionaries and device. */
export const SELFCHECK_KEYS = [
  ...["model", "model_id", "model_revision", "sae_release", "sae_id_template", "sae_ids"],
  ...["hook", "layers", "device", "dtype", "deterministic", "threads"],
] as ConfigKey[];

/** A few sentences of the embedded Declaration, in the scripts that tokenizers treat most differently. */
const LANGUAGES = ["eng_Latn", "fra_Latn", "rus_Cyrl", "cmn_Hans", "arb_Arab", "tha_Thai"];
const TEXTS = 4;

/**
 * `vscore selfcheck`: whether model and dictionaries fit each other on this machine, before hours are spent.
 *
 * @throws ReportedFailure where they do not
 */
export async function selfcheck(
  { flags, json }: { flags: PartialConfig; json: boolean },
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const common = { languages: LANGUAGES, corpus: "udhr", out_dir: "(nowhere)" };
  const { config } = resolveConfig(flags, common);
  const corpus = readLocalCorpus("udhr", "dev", true).languages;
  const progress = showProgress({ ...output, write: output.raw });
  const began = performance.now();
  const { loaded, machine, layers, likely, seconds } = await withEngine(
    signal,
    async (jobs) => {
      const loaded = await jobs.load(loadRequest(config));
      const seconds = (performance.now() - began) / 1000;
      progress.news({ type: "phase", phase: "checking" });
      const languages = new Map<string, TextsOfLanguage>();
      for (const language of LANGUAGES) {
        const texts = corpus.get(language)?.slice(0, TEXTS) ?? [];
        const { tokens } = await jobs.tokenize(
          language,
          texts.map(({ text }) => text),
        );
        languages.set(language, { texts, tokens });
      }
      const machine = await jobs.selfcheck(LANGUAGES);
      const of = { texts_sha256: {}, model_revision: loaded.model.revision };
      const request = { of, languages, texts: TEXTS, losses: false, budget: config.batch_tokens };
      const about = { loaded, languages, budget: config.batch_tokens };
      const fidelity = await measureFidelity(request, jobs);
      const likely = await likelyHooks(fidelity, about, jobs);
      const layers = judge(fidelity, loaded.dtype, likely, machine);
      for (const { layer, reference, verdict } of layers) {
        if (verdict !== "failed") continue;
        const found = await hookAnywhere(layer, reference, about, jobs);
        if (found !== null) likely.set(layer, found);
      }
      return { loaded, seconds, machine, layers, likely };
    },
    ({ phase, done, total }) =>
      progress.news({
        type: "phase",
        phase: phase.startsWith("check") ? `${phase} (${done} of ${total})` : `loading ${phase}`,
      }),
  ).finally(progress.stop);
  const verdict = overall(layers);
  if (json) {
    const hooks = Object.fromEntries(likely);
    output.data(
      asJson({
        ...{ schema_version: 1, verdict, layers, likely_hooks: hooks, loaded },
        ...{ machine, load_s: seconds },
      }),
    );
  } else {
    output.result(
      [
        ...machineLines(config, loaded, machine, seconds),
        `texts    the first ${TEXTS} of udhr (dev) in ${LANGUAGES.join(", ")}`,
        "",
        ...checkLines(layers, loaded, likely),
        ...loaded.warnings.map((warning) => `warning: ${warning}`),
        "",
        {
          failed: "Model and dictionaries do not fit each other here.",
          warning: "Model and dictionaries may fit each other here; look at the warnings above.",
          ok: "Model and dictionaries fit each other here.",
        }[verdict],
      ].join("\n"),
    );
  }
  if (verdict === "failed") throw new ReportedFailure(EXIT_CODES.bug);
}

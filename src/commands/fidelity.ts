import { ownTexts } from "../compute/own-texts.js";
import { tokenizeTexts } from "../compute/tokenize-texts.js";
import { requestError } from "../errors.js";
import { loadRunModel } from "../experiments/run-model.js";
import { withLoading } from "../explore/with-loading.js";
import { describeFidelity } from "../fidelity/describe-fidelity.js";
import { measureFidelity, withTokens } from "../fidelity/measure-fidelity.js";
import { refuseUnwritable } from "../runs/atomic-write.js";
import { type FinishedRun, openRun, openSums } from "../runs/read.js";
import { replaceFidelity } from "../runs/replace-fidelity.js";
import { configToReadWith } from "../runs/run-config.js";
import { fidelityLines } from "../views/fidelity-table.js";
import { showProgress } from "../views/progress.js";
import { asJson, type Output } from "./output.js";

export interface FidelityOptions {
  /** Whether it is to be measured, also where it was. */
  measure: boolean;
  texts: number;
  layer?: number | undefined;
  json: boolean;
}

/** `vscore fidelity RUN`: how well the run's dictionaries rebuild its languages. */
export async function fidelity(
  name: string,
  options: FidelityOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const opened = openRun(name);
  refuseLayer(opened, options.layer);
  const { fidelity: known } = opened;
  const run =
    known === null || options.measure
      ? await measured(opened, options.texts, output, signal)
      : { ...opened, fidelity: known };
  const layers = describeFidelity(run, options.layer);
  if (options.json) {
    output.data(asJson({ schema_version: 1, run: run.name, texts: run.fidelity.texts, layers }));
    return;
  }
  output.styled(fidelityLines(run, layers));
}

/** Measured on the run's own texts, and kept in its folder. */
async function measured(
  run: FinishedRun,
  texts: number,
  output: Output,
  signal: AbortSignal,
): ReturnType<typeof replaceFidelity> {
  refuseUnwritable(run.folder);
  const config = configToReadWith(run);
  const progress = showProgress({ ...output, write: output.raw });
  const sums = run.meta.languages.map((language) => openSums(run, language));
  return withLoading(signal, progress.news, async (jobs, onLoaded) => {
    const own = await ownTexts(sums, run, config, jobs);
    const { warnings } = await loadRunModel(run, config, [...run.meta.layers], jobs);
    onLoaded();
    for (const warning of warnings) output.note(`warning: ${warning}`);
    const languages = withTokens(own, await tokenizeTexts(own, config, jobs));
    const budget = run.meta.batch_tokens;
    const onLanguage = (language: string, done: number) =>
      progress.news({ type: "phase", phase: `${language} (${done} of ${languages.size})` });
    const { texts_sha256, model_revision } = run.meta;
    const of = { texts_sha256, model_revision };
    const found = await measureFidelity(
      { of, languages, texts, losses: true, budget },
      jobs,
      onLanguage,
    );
    return replaceFidelity(run, found);
  }).finally(progress.stop);
}

function refuseLayer({ name, meta }: FinishedRun, layer: number | undefined): void {
  if (layer === undefined || meta.layers.includes(layer)) return;
  throw requestError(
    `--layer ${layer}: the run ${name} has the layers ${meta.layers.join(", ")}. Choose among them.`,
  );
}

import { openAnyRun } from "../compute/open-any-run.js";
import { requestError } from "../errors.js";
import { readContexts } from "../explore/read-contexts.js";
import { withLoading } from "../explore/with-loading.js";
import { type DescribedFeature, describeFeature, featureIn } from "../features/describe-feature.js";
import { featureHtml } from "../report/feature-html.js";
import type { ForeignRun } from "../runs/foreign.js";
import { type FinishedRun, openExamples } from "../runs/read.js";
import { shellWord } from "../shell-word.js";
import { describedFeatureLines } from "../views/feature-lines.js";
import { showProgress } from "../views/progress.js";
import { asJson, type Output } from "./output.js";
import { noteConversion } from "./show.js";
import { writePage } from "./write-page.js";

export interface FeatureOptions {
  /** Whether the model may be run to read contexts that are not kept. */
  contexts: boolean;
  json: boolean;
  html?: string | undefined;
}

/** `vscore feature RUN LAYER:FEATURE`: one feature on every language, and the texts in which it is strongest. */
export async function feature(
  name: string,
  which: string,
  { contexts, json, html }: FeatureOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  if (json && html === "-")
    throw requestError("Found --json and --html -. Expected one of them on the standard output.");
  const run = await openAnyRun(name, signal, (folder) => noteConversion(folder, output));
  const place = featureIn(run, which);
  const examples = run.statistics === null ? null : openExamples(run);
  let described = describeFeature(run, place, examples);
  const notes: string[] = [];
  if (contexts && described.contexts === null) {
    const read = await readWith(run, place, output, signal);
    described = { ...described, contexts: read.contexts };
    notes.push(...read.warnings.map((warning) => `warning: ${warning}`));
  } else if (described.contexts === null) {
    notes.push(whyNone(run, which, examples === null));
  }
  if (html !== undefined) await writePage(html, featureHtml(described), run.folder, output);
  if (json) output.data(asJson(described));
  else if (html === undefined) {
    output.styled(describedFeatureLines(described, output.look));
  }
  for (const note of notes) output.note(note);
}

async function readWith(
  run: FinishedRun | ForeignRun,
  place: Pick<DescribedFeature, "layer" | "feature">,
  output: Output,
  signal: AbortSignal,
): ReturnType<typeof readContexts> {
  if (run.statistics === null)
    throw requestError(
      `${run.name} is in the format of the original tool, which names no texts: there are no contexts to read. Compute it here, or leave --contexts out.`,
    );
  const progress = showProgress({ ...output, write: output.raw });
  return withLoading(signal, progress.news, (jobs, onLoaded) =>
    readContexts(run, place, jobs, onLoaded),
  ).finally(progress.stop);
}

function whyNone(run: FinishedRun | ForeignRun, which: string, hasNoExamples: boolean): string {
  if (run.statistics === null)
    return "A run of another tool has no texts, so no contexts, and no means.";
  const why = hasNoExamples
    ? "The run has no examples.json, so no contexts."
    : "Contexts are kept of the best features of each language alone.";
  return `${why} To read this one's with the model: npx vscore feature ${shellWord(run.name)} ${which} --contexts`;
}

import { folderOf } from "../config/paths.js";
import type { RunConfig } from "../config/schema.js";
import type { EngineJobs, Loaded } from "../engine/engine-jobs.js";
import { requestError } from "../errors.js";
import { hookAnywhere, type LikelyHook, likelyHooks, moduleRead } from "../fidelity/likely-hook.js";
import { CHECKED_TEXTS, measureFidelity, withTokens } from "../fidelity/measure-fidelity.js";
import type { CorpusText } from "../plan.js";
import { layerRanges } from "../registry/releases.js";
import type { Fidelity } from "../runs/fidelity-file.js";
import { CAUSES, judge, type LayerCheck } from "../selfcheck/verdict.js";
import type { TokenizedLanguage } from "./tokenize-texts.js";

/** What is about to be run: loaded, and its texts tokenised. */
export interface AboutToRun {
  config: RunConfig;
  loaded: Loaded;
  /** What it is of, as `meta.json` will say. */
  of: Fidelity["of"];
  /** Its texts, as they are read. */
  languages: ReadonlyMap<string, readonly CorpusText[]>;
  tokenized: ReadonlyMap<string, TokenizedLanguage>;
}

/** What was measured, and in which layers model and dictionary do not fit each other, in words. */
export interface CheckedFidelity {
  fidelity: Fidelity;
  misfits: string[];
}

/**
 * How well the dictionaries rebuild a few texts of every language, before anything is computed.
 *
 * @throws VscoreError (request) where a dictionary does not rebuild what it reads, with what was measured and what it was likely trained
 * on; not where another hook than its own was asked for
 */
export async function checkedFidelity(
  { config, loaded, of, languages: read, tokenized }: AboutToRun,
  jobs: EngineJobs,
  { refuses }: { refuses: boolean },
): Promise<CheckedFidelity> {
  const languages = withTokens(read, tokenized);
  const budget = config.batch_tokens;
  const about = { loaded, languages, budget };
  const request = { of, languages, texts: CHECKED_TEXTS, losses: false, budget };
  const fidelity = await measureFidelity(request, jobs);
  const isOwnHook = config.hook === "metadata";
  const likely = isOwnHook
    ? await likelyHooks(fidelity, about, jobs)
    : new Map<number, LikelyHook>();
  const failed = judge(fidelity, loaded.dtype, likely).filter(
    ({ verdict }) => verdict === "failed",
  );
  const [first] = failed;
  // What is not finite is refused with its text when it is read.
  const isWhole = fidelity.layers.every((entry) =>
    Object.values(entry.languages).every(({ not_finite }) => not_finite === 0),
  );
  if (first === undefined || !isOwnHook || !refuses || !isWhole)
    return { fidelity, misfits: failed.map(misfitText) };
  const { layer, reference } = first;
  // What is near was looked for; something further away may fit better still.
  const far = (await hookAnywhere(layer, reference, about, jobs)) ?? likely.get(layer) ?? null;
  throw misfit(failed, far, fidelity, { config, loaded });
}

const misfitText = ({ layer, reasons, failures }: LayerCheck): string =>
  `layer ${layer}: model and dictionary do not fit each other: ${reasons.slice(0, failures).join("; ")}`;

function misfit(
  failed: readonly LayerCheck[],
  likely: LikelyHook | null,
  fidelity: Fidelity,
  { config, loaded }: Pick<AboutToRun, "config" | "loaded">,
) {
  const [first, ...rest] = failed as [LayerCheck, ...LayerCheck[]];
  const { layer, reference } = first;
  const others =
    rest.length === 0
      ? ""
      : `; nor at ${rest.length === 1 ? "layer" : "layers"} ${layerRanges(rest.map((each) => each.layer)).replaceAll(",", ", ")}`;
  const found = `Layer ${layer}: ${first.reasons.slice(0, first.failures).join("; ")}`;
  const measured = `measured on ${fidelity.texts[reference]} texts of ${reference}, read at ${moduleRead(loaded, layer)}`;
  return requestError(
    `Model and dictionaries do not fit each other. ${found} (${measured})${others}. ${
      likely === null
        ? `Expected an FVU well below 1. ${CAUSES}.`
        : `Of the tensors of its width, the dictionary of layer ${layer} fits ${likely.module} (${likely.name}), FVU ${likely.fvu.toFixed(2)}: likely it was trained there. ${wayTo(likely, layer, config)}`
    } To go on all the same: --no-self-check`,
  );
}

/** How a run reads that tensor. */
function wayTo({ name }: LikelyHook, layer: number, { sae_release, hook }: RunConfig): string {
  if (name === `blocks.${layer}.hook_resid_post` && hook === "metadata")
    return "Give --hook block-output.";
  const other = /^blocks\.(\d+)\.hook_resid_post$/.exec(name)?.[1];
  if (folderOf(sae_release) !== null)
    return other === undefined
      ? `Correct hook_name in its cfg.json.`
      : `Correct hook_name in its cfg.json, and ask for layer ${other}.`;
  return "Choose the dictionary of the tensor that you mean.";
}

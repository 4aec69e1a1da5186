import type { RunConfig } from "../config/schema.js";
import type { Loaded } from "../engine/engine-jobs.js";
import { requestError } from "../errors.js";
import { textsFingerprint } from "../plan.js";
import type { LanguageSums, Provenance, TextFact } from "../runs/sums-file.js";

/**
 * Everything that decides the bytes of a language's sums, but for its batches.
 *
 * @param ofControl what more decides them under a control
 */
export function provenanceOf(
  config: RunConfig,
  loaded: Loaded,
  texts: readonly TextFact[],
  ofControl: Provenance = {},
): Provenance {
  return {
    model: `${loaded.model.id}@${loaded.model.revision}`,
    ...Object.fromEntries(
      loaded.dictionaries.map(({ layer, release, sae_id, revision }) => [
        `dictionary of layer ${layer}`,
        `${release} ${sae_id}@${revision}`,
      ]),
    ),
    // Sums that were made before there was a choice read what the metadata names.
    ...(config.hook === "metadata" ? {} : { hook: config.hook }),
    device: loaded.device_name,
    dtype: loaded.dtype,
    // Other algorithms may add in another order. Sums that were made before there was a choice had none asked for.
    ...(config.deterministic ? { deterministic: "true" } : {}),
    threads: String(loaded.threads),
    ...loaded.versions,
    special_tokens: config.special_tokens,
    first_token: config.first_token,
    batch_tokens: String(config.batch_tokens),
    texts: textsFingerprint(texts),
    ...ofControl,
  };
}

/** Sums that are already there may only be kept if they would come out the same today. */
export function refuseOtherProvenance(
  kept: Pick<LanguageSums, "language" | "provenance">,
  today: Provenance,
  folder: string,
): void {
  const keys = new Set([...Object.keys(kept.provenance), ...Object.keys(today)]);
  for (const key of keys) {
    const [then, now] = [kept.provenance[key], today[key]];
    if (then === now) continue;
    throw requestError(
      `--resume: the finished sums of ${kept.language} in ${folder} were made with ${key} ${then ?? "(none)"}, now it is ${now ?? "(none)"}. A run's parts must be made alike: put that back, or start anew with --overwrite.`,
    );
  }
}

import { requestError } from "../errors.js";
import type { Examples } from "../runs/examples-file.js";
import { knownFvu } from "../runs/fidelity-file.js";
import type { ForeignRun } from "../runs/foreign.js";
import type { FinishedRun } from "../runs/read.js";
import { neuronpediaPage } from "./neuronpedia.js";
import { placesOf } from "./places.js";

export type FeatureContext = Examples["features"][number]["contexts"][number];

/** What a run knows of a feature on one language. */
export interface FeatureOnLanguage {
  language: string;
  /** Its place in the language's ranking, from 1. */
  rank: number;
  v: number;
  /** What the language was measured on: texts, and tokens that count; null in a run of another tool. */
  texts: number | null;
  tokens_counted: number | null;
  /** Over the language's counted tokens, as are the two below; null in a run of another tool. */
  mean: number | null;
  /** Of the mean, over texts; null also with a single text. */
  standard_error: number | null;
  /** Share of the counted tokens on which it fires. */
  active_fraction: number | null;
  /** Share of its activation, on all tokens, that sits at the first position of the texts. */
  first_position_share: number | null;
  /** Fraction of variance that the layer's dictionary leaves unexplained there; null where nobody looked. */
  fvu: number | null;
}

/** One feature of a run: the result of `vscore feature --json`. */
export interface DescribedFeature {
  schema_version: 1;
  run: string;
  layer: number;
  feature: number;
  /** Its dictionary, as the run used it; null in a run of another tool. */
  dictionary: { release: string; sae_id: string; hook_name: string; d_sae: number } | null;
  neuronpedia: string | null;
  /** In the run's order. */
  languages: FeatureOnLanguage[];
  /** Texts in which it is strongest, of any language, strongest first; null where none are known. */
  contexts: FeatureContext[] | null;
}

/** Which feature "LAYER:FEATURE" means. @throws VscoreError (request) for another form, or what the run lacks */
export function featureIn(
  { name, meta, rankings }: FinishedRun | ForeignRun,
  text: string,
): { layer: number; feature: number } {
  const [, first, second] = /^(\d+):(\d+)$/.exec(text) ?? [];
  if (first === undefined || second === undefined)
    throw requestError(
      `Found the feature ${JSON.stringify(text)}. Expected LAYER:FEATURE, such as ${meta.layers[0]}:17. Top features are listed by: npx vscore show`,
    );
  const [layer, feature] = [Number(first), Number(second)];
  const ranking = rankings.get(layer);
  if (ranking === undefined || !meta.layers.includes(layer))
    throw requestError(
      `Found layer ${first}. The run ${name} has the layers ${meta.layers.join(", ")}. Choose among them.`,
    );
  if (feature >= ranking.features)
    throw requestError(
      `Found feature ${second}. The dictionary of layer ${layer} in the run ${name} has the features 0 to ${ranking.features - 1}. Choose among them.`,
    );
  return { layer, feature };
}

/** Everything that a run's files say of a feature. */
export function describeFeature(
  run: FinishedRun | ForeignRun,
  { layer, feature }: { layer: number; feature: number },
  examples: Examples | null,
): DescribedFeature {
  const statistics = run.statistics?.get(layer);
  const dictionary =
    run.statistics === null
      ? undefined
      : run.meta.dictionaries.find((entry) => entry.layer === layer);
  const kept = examples?.features.find((each) => each.layer === layer && each.feature === feature);
  return {
    schema_version: 1,
    run: run.name,
    layer,
    feature,
    dictionary:
      dictionary === undefined
        ? null
        : {
            release: dictionary.release,
            sae_id: dictionary.sae_id,
            hook_name: dictionary.hook_name,
            d_sae: dictionary.d_sae,
          },
    neuronpedia: run.statistics === null ? null : neuronpediaPage(run.meta, layer, feature),
    languages: placesOf(run, layer, feature).map((place, k): FeatureOnLanguage => {
      const at = k * (statistics?.features ?? 0) + feature;
      const error = statistics?.standardError[at] ?? Number.NaN;
      return {
        ...place,
        texts: run.statistics === null ? null : (run.meta.texts[place.language] ?? null),
        tokens_counted:
          run.statistics === null ? null : (run.meta.tokens_counted[place.language] ?? null),
        mean: statistics?.mean[at] ?? null,
        standard_error: Number.isFinite(error) ? error : null,
        active_fraction: statistics?.activeFraction[at] ?? null,
        first_position_share: statistics?.firstShare[at] ?? null,
        fvu: run.statistics === null ? null : knownFvu(run.fidelity, layer, place.language),
      };
    }),
    contexts: kept?.contexts ?? null,
  };
}

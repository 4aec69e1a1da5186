import type { DictionaryFacts } from "../engine/dictionary-facts.js";
import {
  lackingSteeredLayers,
  otherSaes,
  readElsewhere,
  STEERED_LAYERS,
} from "../exchange/steering.js";
import type { ScoredRun } from "../runs/read.js";
import { visible } from "../views/escape.js";

/**
 * What who steers with a CSV of a run must know, as lines.
 *
 * @param layers those in the CSV
 * @param dictionaries those of these layers; null where the run does not tell them
 * @param place the file that names them
 */
export function steeringCautions(
  run: ScoredRun,
  layers: readonly number[],
  dictionaries: readonly DictionaryFacts[] | null,
  place: string,
): string[] {
  const ofDictionaries =
    dictionaries === null
      ? [UNTOLD]
      : [...aboutSaes(dictionaries, place), ...aboutHooks(dictionaries, place)];
  return [
    ...aboutLayers(run, layers),
    ...(ofDictionaries.length > 0
      ? ofDictionaries
      : [
          `In another dictionary the same numbers are other features: load exactly those that ${place} names.`,
        ]),
  ];
}

const UNTOLD =
  "warning: the run does not tell which dictionaries its features are of, so no file beside the CSV names them. In another dictionary the same numbers are other features: ask who computed the run, and load exactly those.";

function aboutLayers(run: ScoredRun, layers: readonly number[]): string[] {
  const lacking = lackingSteeredLayers(run, layers);
  if (lacking.length === 0) return [];
  const leftOut = lacking.filter((layer) => run.meta.layers.includes(layer));
  const todo = [
    ...(leftOut.length > 0 ? [`The run has ${told(leftOut)}: name it in --layers too.`] : []),
    ...(leftOut.length < lacking.length
      ? [`A run computed with --layers ${STEERED_LAYERS.join(",")} has all of them.`]
      : []),
  ];
  return [
    `warning: the CSV lacks ${told(lacking)} of those that the steering repository steers by default (${STEERED_LAYERS.join(", ")}). There it computes features anew, with an SAE of its own choice, and does not say so. ${todo.join(" ")}`,
  ];
}

function aboutSaes(dictionaries: readonly DictionaryFacts[], place: string): string[] {
  const others = otherSaes(dictionaries);
  const example = others.find(({ layer }) => STEERED_LAYERS.includes(layer)) ?? others[0];
  if (example === undefined) return [];
  const such =
    example.there === null
      ? ""
      : ` (at layer ${example.layer} ${example.there}, here it is ${visible(example.here)})`;
  return [
    `warning: the steering repository's own loader takes other SAEs than those of this run: a layer's narrowest, and of these the one with the lowest L0${such}. Its gates would read other features than those ranked here. Have it load exactly the sae_id that ${place} names for each layer.`,
  ];
}

function aboutHooks(dictionaries: readonly DictionaryFacts[], place: string): string[] {
  const [first] = readElsewhere(dictionaries);
  if (first === undefined) return [];
  return [
    `warning: the steering repository gives every dictionary the output of its block, and these read another tensor (at layer ${first.layer} ${visible(first.hook_module)}): its gates would not see the features ranked here. Give each what ${place} names as its hook_name, or compute the run as it reads them, with --hook block-output.`,
  ];
}

const told = (layers: readonly number[]): string =>
  `${layers.length === 1 ? "layer" : "layers"} ${layers.join(", ")}`;

import type { EngineJobs, SpelledText } from "../engine/engine-jobs.js";
import { PieceCutter } from "../engine/piece-cutter.js";
import type { CorpusText } from "../plan.js";
import type { ExampleChoice } from "../reduce/examples.js";
import type { LayerStrongest } from "../reduce/strongest-texts.js";
import { isCounted, type TokenRule } from "../reduce/text-sums.js";
import type { Examples } from "../runs/examples-file.js";
import type { KeptOf, LanguageStrongest } from "../runs/strongest-file.js";
import type { LanguageSums } from "../runs/sums-file.js";
import { assembleExamples, type Shown, shownActivation, shownOf } from "./collect-examples.js";

/**
 * The examples of a run from what was kept while its languages went through the model: of the engine, only the spelling of the chosen texts
 * is asked.
 *
 * @param strongestOf what was kept of a language, by each part of the run
 */
export async function keptExamples(
  rule: TokenRule,
  choices: readonly ExampleChoice[],
  languages: readonly Pick<LanguageSums, "language" | "texts" | "provenance">[],
  texts: ReadonlyMap<string, readonly CorpusText[]>,
  jobs: EngineJobs,
  strongestOf: (sums: KeptOf) => readonly LanguageStrongest[],
): Promise<Examples> {
  const shown = new Map<ExampleChoice, Shown>();
  for (const { language, provenance } of languages) {
    const own = choices.filter((choice) => choice.language === language);
    const wanted = [...new Set(own.map(({ text }) => text))].sort((a, b) => a - b);
    if (wanted.length === 0) continue;
    const spelled = await jobs.spell(language, wanted);
    const strongest = strongestOf({ language, provenance });
    const cut = new Map<number, string[]>();
    for (const choice of own) {
      const text = spelled.get(choice.text);
      if (text === undefined) throw new Error(`text ${choice.text} of ${language} was not spelled`);
      const whole = texts.get(language)?.[choice.text]?.text ?? "";
      const pieces = cut.get(choice.text) ?? piecesOf(text, whole);
      cut.set(choice.text, pieces);
      const activations = activationsOf(strongest, choice, text.role, rule);
      shown.set(choice, shownOf(choice, { pieces, activations }));
    }
  }
  return assembleExamples(choices, languages, (choice) => shown.get(choice) as Shown);
}

function piecesOf({ start, end, words }: SpelledText, text: string): string[] {
  const cutter = new PieceCutter(text);
  return words.map((word, at) => cutter.next(start[at] as number, end[at] as number, word));
}

/** By token: a feature's activation, null where the token does not count. */
function activationsOf(
  strongest: readonly LanguageStrongest[],
  choice: ExampleChoice,
  role: Uint8Array,
  rule: TokenRule,
): (number | null)[] {
  const activations = Array.from(role, (each): number | null => (isCounted(each, rule) ? 0 : null));
  for (const layers of strongest) {
    const layer = layers.get(choice.layer);
    const entry = layer === undefined ? -1 : entryOf(layer, choice);
    if (layer === undefined || entry < 0) continue;
    for (let i = layer.tokens[entry] as number; i < (layer.tokens[entry + 1] as number); i++)
      activations[layer.position[i] as number] = shownActivation(layer.value[i] as number);
    return activations;
  }
  throw new Error(
    `text ${choice.text} of ${choice.language} was not kept for feature ${choice.feature} of layer ${choice.layer}`,
  );
}

/** Where the activations of a feature on a text are; −1 where they were not kept. */
function entryOf({ feature, texts, text }: LayerStrongest, choice: ExampleChoice): number {
  const at = feature.indexOf(choice.feature);
  if (at < 0) return -1;
  const own = text.subarray(texts[at], texts[at + 1]).indexOf(choice.text);
  return own < 0 ? -1 : (texts[at] as number) + own;
}

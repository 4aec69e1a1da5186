import { type Tensor, tensor } from "../../engine/safetensors.js";
import { type Held, measureLosses, type Under } from "./lid-measure.js";
import type { Prepared, Ready } from "./prepare.js";
import { tokenizePredicted } from "./prompt-lengths.js";
import type { SteeringTexts } from "./steering-texts.js";
import { perToken } from "./summarise-lid.js";

/** The model as it is. */
export const ALONE: Under = { settings: [{ alpha: 0, layers: [] }], bank: null };

/** Tokenises the texts on which side effects are measured. */
export async function holdOthers(ready: Ready): Promise<Map<string, Held>> {
  const held = new Map<string, Held>();
  for (const [language, texts] of ready.texts.others) {
    const name = `others:${language}`;
    held.set(language, { name, lengths: await tokenizePredicted(ready, name, language, texts) });
  }
  return held;
}

/** What steering does to the predictions of another language's texts: [as it is, then each setting][text], loss per predicted token. */
export interface SideEffect {
  language: string;
  own: number[][];
}

/** Of every language but the source. @param part how the parts of this setup are called */
export async function sideEffects(
  prepared: Prepared,
  others: ReadonlyMap<string, Held>,
  source: string,
  part: string,
  under: Under,
): Promise<SideEffect[]> {
  const found: SideEffect[] = [];
  for (const [language, texts] of others) {
    if (language === source) continue;
    prepared.onNews({ type: "phase", phase: `${source} steered: what it does to ${language}` });
    const plain = await measureLosses(
      prepared,
      `losses-${language}-none.safetensors`,
      texts,
      ALONE,
    );
    const changed = await measureLosses(prepared, `losses-${language}-${part}`, texts, under);
    const own = under.settings.map((_, setting) => perToken(changed, setting));
    found.push({ language, own: [perToken(plain, 0), ...own] });
  }
  return found;
}

/** Of setup `at`, `<at>.collateral.<code>` F64 [methods, texts]: what `rows.safetensors` keeps of side effects. */
export const costTensors = (at: number, costs: readonly SideEffect[]): [string, Tensor][] =>
  costs.map(({ language, own }) => [
    `${at}.collateral.${language}`,
    tensor("F64", [own.length, own[0]?.length ?? 0], Float64Array.from(own.flat())),
  ]);

/** The ids of languages' texts. */
export const idsOf = (languages: SteeringTexts["others"]): Record<string, string[]> =>
  Object.fromEntries([...languages].map(([code, own]) => [code, own.map(({ id }) => id)]));

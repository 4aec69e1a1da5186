import { z } from "zod";
import { fvuOf, NOT_REBUILT } from "../reduce/rebuilt.js";
import type { Meta } from "./meta.js";

const finite = z.number();

/** What was measured of a language at a layer. */
const OfLanguage = z.strictObject({
  tokens: z.int(),
  not_finite: z.int(),
  active: finite,
  error: finite,
  variance: finite,
  /** Of how many texts, and their losses in nats per predicted token; null where nobody looked, or nothing can be spliced in. */
  losses: z
    .strictObject({ texts: z.int(), as_is: finite, rebuilt: finite, zero: finite })
    .nullable(),
});
export type FidelityOfLanguage = z.infer<typeof OfLanguage>;

/** `fidelity.json`: how well a run's dictionaries rebuild its languages, on some of its texts. */
export const Fidelity = z.strictObject({
  schema_version: z.literal(1),
  /** Texts of each language that were rebuilt. */
  texts: z.record(z.string(), z.int()),
  layers: z.array(
    z.strictObject({
      layer: z.int(),
      /** L0 that the release states, where it does. */
      stated_l0: z.number().nullable(),
      /** The tensor that is rebuilt; null where the dictionary does not say: `untold` then says so. */
      rebuilds: z.string().nullable(),
      untold: z.string().nullable(),
      /** Whether the model passes it on as it is, so that the rebuilt one can take its place. */
      is_passed_on: z.boolean(),
      languages: z.record(z.string(), OfLanguage),
    }),
  ),
});
export type Fidelity = z.infer<typeof Fidelity>;

/** What is wrong with it for a run of these languages and layers; null: nothing. */
export function misfitOfFidelity(
  { texts, layers }: Fidelity,
  { languages, layers: wanted }: Pick<Meta, "languages" | "layers">,
): string | null {
  const lacking = languages.find((code) => texts[code] === undefined);
  if (lacking !== undefined) return `it has no ${lacking}`;
  const layer = wanted.find(
    (each) =>
      !layers.some(
        (entry) => entry.layer === each && languages.every((code) => code in entry.languages),
      ),
  );
  return layer === undefined ? null : `it has no layer ${layer}, or not all languages of it`;
}

/** What is known of a language at a layer. */
export const fidelityOf = (
  fidelity: Fidelity | null,
  layer: number,
  language: string,
): FidelityOfLanguage | null =>
  fidelity?.layers.find((entry) => entry.layer === layer)?.languages[language] ?? null;

/** Fraction of variance unexplained of a language at a layer; null where it is not known. */
export function knownFvu(
  fidelity: Fidelity | null,
  layer: number,
  language: string,
): number | null {
  const found = fidelityOf(fidelity, layer, language);
  return found === null ? null : fvuOf(found);
}

/** Whether the layer's dictionary is known not to rebuild the language: what it finds there is not to be trusted. */
export const isNotRebuilt = (
  run: { fidelity: Fidelity | null },
  layer: number,
  language: string,
): boolean => (knownFvu(run.fidelity, layer, language) ?? 0) >= NOT_REBUILT;

/** The same over some of its languages. */
export const ofLanguages = (fidelity: Fidelity, languages: readonly string[]): Fidelity => {
  const those = <T>(of: Record<string, T>): Record<string, T> =>
    Object.fromEntries(languages.map((code) => [code, of[code] as T]));
  return {
    ...fidelity,
    texts: those(fidelity.texts),
    layers: fidelity.layers.map((entry) => ({ ...entry, languages: those(entry.languages) })),
  };
};

/** The file's content. */
export const fidelityText = (fidelity: Fidelity): string =>
  `${JSON.stringify(fidelity, null, 1)}\n`;

/** Which languages are not rebuilt, a sentence a layer. */
export const notRebuiltWarnings = ({ layers }: Fidelity): string[] =>
  layers.flatMap(({ layer, languages }) => {
    const lost = Object.entries(languages)
      .map(([language, of]) => ({ language, fvu: fvuOf(of) ?? 0 }))
      .filter(({ fvu }) => fvu >= NOT_REBUILT);
    const named = lost.map(({ language, fvu }) => `${language} (FVU ${fvu.toFixed(2)})`);
    return lost.length === 0
      ? []
      : [
          `layer ${layer}: its dictionary leaves more than it explains of ${named.join(", ")}; what it finds there is not to be trusted`,
        ];
  });

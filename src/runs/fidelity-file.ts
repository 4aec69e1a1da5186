import { z } from "zod";
import { RebuildingFacts } from "../engine/dictionary-facts.js";
import { fvuOf, NOT_REBUILT } from "../reduce/rebuilt.js";
import type { Meta } from "./meta.js";

const finite = z.number();
const count = z.int().min(0);
const sum = z.number().min(0);

/** So many tokens are enough to tell whether a language is rebuilt: the variance of fewer is that of two or three words. */
export const ENOUGH_TOKENS = 50;

/** What was measured of a language at a layer. */
const OfLanguage = z.strictObject({
  tokens: count,
  not_finite: count,
  active: sum,
  error: sum,
  variance: sum,
  /** Of how many texts, and their losses in nats per predicted token; null where nobody looked, or nothing can be spliced in. */
  losses: z.strictObject({ texts: count, as_is: finite, rebuilt: finite, zero: finite }).nullable(),
});
export type FidelityOfLanguage = z.infer<typeof OfLanguage>;

/** `fidelity.json`: how well a run's dictionaries rebuild its languages, on some of its texts. */
export const Fidelity = z.strictObject({
  schema_version: z.literal(1),
  /** Of which model, and which texts: commit and fingerprints as in `meta.json`. */
  of: z.strictObject({
    model_revision: z.string().nullable(),
    texts_sha256: z.record(z.string(), z.string()),
  }),
  /** Texts of each language that were rebuilt. */
  texts: z.record(z.string(), count),
  layers: z.array(RebuildingFacts.extend({ languages: z.record(z.string(), OfLanguage) })),
});
export type Fidelity = z.infer<typeof Fidelity>;

/** What is wrong with it for a run of these languages, layers and texts; null: nothing. */
export function misfitOfFidelity(
  { of, texts, layers }: Fidelity,
  run: Pick<Meta, "languages" | "layers" | "model_revision" | "texts_sha256">,
): string | null {
  const { languages, layers: wanted } = run;
  if (of.model_revision !== run.model_revision) return "it is of another revision of the model";
  const other = languages.find((code) => of.texts_sha256[code] !== run.texts_sha256[code]);
  if (other !== undefined && texts[other] !== undefined) return `it is of other texts in ${other}`;
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

/** Fraction of variance unexplained of a language at a layer; null where nobody looked, or at too few tokens to tell. */
export function knownFvu(
  fidelity: Fidelity | null,
  layer: number,
  language: string,
): number | null {
  const found = fidelityOf(fidelity, layer, language);
  return found === null || found.tokens < ENOUGH_TOKENS ? null : fvuOf(found);
}

/** Whether the layer's dictionary is known not to rebuild the language: what it finds there is not to be trusted. */
export const isNotRebuilt = (
  run: { fidelity: Fidelity | null },
  layer: number,
  language: string,
): boolean => {
  const found = fidelityOf(run.fidelity, layer, language);
  return found !== null && isLost(found);
};

/** Whether more is left over than explained, of tokens enough to tell. */
const isLost = (of: FidelityOfLanguage): boolean =>
  of.tokens >= ENOUGH_TOKENS && (fvuOf(of) ?? 0) >= NOT_REBUILT;

/** The same over some of its languages. */
export const ofLanguages = (fidelity: Fidelity, languages: readonly string[]): Fidelity => {
  const those = <T>(of: Record<string, T>): Record<string, T> =>
    Object.fromEntries(languages.map((code) => [code, of[code] as T]));
  return {
    ...fidelity,
    of: { ...fidelity.of, texts_sha256: those(fidelity.of.texts_sha256) },
    texts: those(fidelity.texts),
    layers: fidelity.layers.map((entry) => ({ ...entry, languages: those(entry.languages) })),
  };
};

/** The file's content, keys in the schema's order: what was read back is written as it was. */
export const fidelityText = (fidelity: Fidelity): string =>
  `${JSON.stringify(Fidelity.parse(fidelity), null, 1)}\n`;

/** Which languages are not rebuilt, a sentence a layer. */
export const notRebuiltWarnings = ({ layers }: Fidelity): string[] =>
  layers.flatMap(({ layer, languages }) => {
    const lost = Object.entries(languages)
      .filter(([, of]) => isLost(of))
      .map(([language, of]) => ({ language, fvu: fvuOf(of) ?? 0 }));
    const named = lost.map(({ language, fvu }) => `${language} (FVU ${fvu.toFixed(2)})`);
    return lost.length === 0
      ? []
      : [
          `layer ${layer}: its dictionary leaves more than it explains of ${named.join(", ")}; what it finds there is not to be trusted`,
        ];
  });

import type { Examples } from "../../runs/examples-file.js";
import type { OwnFeature, ReadRow } from "./analyse.js";

/** What a reader of the means must know of the rows as they were read. */
export function rowWarnings(read: readonly ReadRow[]): string[] {
  const straddling = read.filter(({ inSentence }) => (inSentence?.straddling ?? 0) > 0);
  const unread = read.filter(({ alone }) => (alone?.tokens ?? 0) === 0);
  const own = new Map(
    read
      .filter(({ row }) => row.prefix_language === row.noun_language)
      .map(({ row }) => [`${row.prefix_language}\0${row.noun}`, row]),
  );
  const same = read.filter(
    ({ row }) =>
      row.prefix_language !== row.noun_language && own.has(`${row.prefix_language}\0${row.noun}`),
  );
  const told: [ReadRow[], string][] = [
    [straddling, "tokens that are both of prefix and noun are left out of the means"],
    [unread, "alone, the noun has no token that counts (the run leaves the first position out)"],
    [same, "the foreign noun is spelt as the prefix's language spells it"],
  ];
  return told
    .filter(([rows]) => rows.length > 0)
    .map(([rows, what]) => `in ${rows.length} of ${read.length} rows, ${what}`);
}

/** Languages of the run of which the rows say nothing, or lack what everything is compared with. */
export function coverageWarnings(read: readonly ReadRow[], languages: readonly string[]): string[] {
  const seen = new Set(read.flatMap(({ row }) => [row.prefix_language, row.noun_language]));
  const own = new Set(
    read
      .filter(({ row }) => row.prefix_language === row.noun_language)
      .map(({ row }) => row.prefix_language),
  );
  const absent = languages.filter((code) => !seen.has(code));
  const ownless = languages.filter((code) => seen.has(code) && !own.has(code));
  return [
    ...(absent.length > 0
      ? [`no prefix and no noun is in ${absent.join(", ")}: nothing is said there`]
      : []),
    ...(ownless.length > 0
      ? [`no sentence has both prefix and noun in ${ownless.join(", ")}: own own is – there`]
      : []),
  ];
}

/** Languages whose best feature is 0 on all of their own sentences' nouns, and what is known of why. */
export function silenceWarnings(
  read: readonly ReadRow[],
  own_feature: readonly OwnFeature[],
  layers: readonly number[],
  examples: Examples | null,
): string[] {
  return own_feature.flatMap(({ language, own }) => {
    const silent = layers.filter((_, at) => own[at] === 0);
    if (silent.length === 0) return [];
    const where = `${silent.length === 1 ? "layer" : "layers"} ${silent.join(", ")}`;
    const sentences = read
      .filter(({ row }) => row.prefix_language === language && row.noun_language === language)
      .map(({ row }) => row.sentence);
    const forms = formsText(textsOf(examples, language), sentences);
    return [
      `${language}: its best feature fires on none of its own nouns behind its own prefixes (${where}). Usually the run's texts are written otherwise than the sentences (Unicode normal form, spelling, script)${forms}`,
    ];
  });
}

/** Parts of the run's texts in a language that are kept with its best features. */
function textsOf(examples: Examples | null, language: string): string[] {
  const contexts = (examples?.features ?? []).flatMap(({ contexts }) => contexts);
  return contexts
    .filter((context) => context.language === language)
    .map(({ pieces }) => pieces.join(""));
}

/** Says it only where most of one side are in NFC and most of the other are not. */
function formsText(texts: readonly string[], sentences: readonly string[]): string {
  const [run, data] = [isMostlyNfc(texts), isMostlyNfc(sentences)];
  if (run === null || data === null || run === data) return "";
  return run
    ? ": those that the run keeps are in NFC, the sentences are not"
    : ": the sentences are in NFC, those that the run keeps are not";
}

function isMostlyNfc(texts: readonly string[]): boolean | null {
  if (texts.length === 0) return null;
  return texts.filter((text) => text === text.normalize("NFC")).length > texts.length / 2;
}

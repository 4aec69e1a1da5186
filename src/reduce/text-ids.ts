/** A text as sums files name it. */
interface NamedText {
  id: string;
  document?: string | undefined;
}

export interface SharedIds {
  /** By language and text, the number of what it was taken from. */
  ids: number[][];
  /** Whether texts of equal numbers are translations of each other. */
  isParallel: boolean;
  /** Whether some texts were taken from one document. */
  hasDocuments: boolean;
  /** Where ids mean translations: the languages too few of whose texts are there in most languages, so that none are paired. */
  apart: { language: number; shared: number; texts: number }[];
}

/** Languages have translations of each other where most of each one's texts are there in most of them. */
const MOST = 0.5;

/**
 * Numbers what texts were taken from: the document that the corpus names, or what stands before the last # of an id such as
 * `gnome/files#p3`, or the id alone.
 *
 * @param sharesIds whether equal ids of two languages mean translations; where they do not, languages are samples by themselves
 */
export function sharedIds(
  languages: readonly (readonly NamedText[])[],
  sharesIds: boolean,
): SharedIds {
  const names = languages.map((texts) => texts.map(documentName));
  const inLanguages = new Map<string, number>();
  for (const own of names)
    for (const name of new Set(own)) inLanguages.set(name, (inLanguages.get(name) ?? 0) + 1);
  const many = Math.max(2, MOST * languages.length);
  const isShared = (name: string) => (inLanguages.get(name) as number) >= many;
  // By name, so that a number hangs on no language's order.
  const numbers = new Map([...inLanguages.keys()].sort().map((name, at) => [name, at]));
  const apart = names.flatMap((own, language) => {
    const shared = own.filter(isShared).length;
    return shared >= MOST * own.length ? [] : [{ language, shared, texts: own.length }];
  });
  return {
    ids: names.map((own) => own.map((name) => numbers.get(name) as number)),
    isParallel: sharesIds && apart.length === 0,
    apart: sharesIds ? apart : [],
    hasDocuments: names.some((own) => new Set(own).size < own.length),
  };
}

const documentName = ({ id, document }: NamedText): string => document ?? documentInId(id) ?? id;

/** What stands before the last # of an id such as `gnome/files#p3`; undefined for any other. */
export const documentInId = (id: string): string | undefined => /^(.+)#/s.exec(id)?.[1];

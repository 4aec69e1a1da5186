/** The part of a browser that looking for a language uses. */
export interface PageElement {
  hidden: boolean;
  textContent: string;
  getAttribute(name: string): string | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
}
export interface FoldedElement extends PageElement {
  open: boolean;
}

/** As the page's own words are written: without accents, in lower case. */
const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/**
 * Shows of a page what is about the languages whose code or name has the term in it, unfolded; without a term everything, folded.
 *
 * @returns how many languages there are to be seen, in words
 */
export function findLanguage(
  page: { querySelectorAll(selector: string): Iterable<PageElement> },
  term: string,
): string {
  const wanted = plain(term.trim());
  const found = new Set<string>();
  for (const each of page.querySelectorAll("[data-find]")) {
    const words = each.getAttribute("data-find") ?? "";
    each.hidden = !words.includes(wanted);
    if (!each.hidden) found.add(words);
  }
  for (const folded of page.querySelectorAll("details") as Iterable<FoldedElement>) {
    const own = [...folded.querySelectorAll("[data-find]")];
    if (own.length === 0) continue;
    const isAny = own.some((each) => !each.hidden);
    folded.open = wanted !== "" && isAny;
    folded.hidden = !isAny;
  }
  const count = found.size === 1 ? "1 language" : `${found.size} languages`;
  return wanted !== "" && found.size === 0 ? `no language has “${term.trim()}” in it` : count;
}

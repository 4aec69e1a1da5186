import { FLORES_PLUS } from "../config/flores-plus.js";
import { nearestLanguages, searchLanguages } from "../config/languages.js";
import { isLocalCorpus, readLocalCorpus } from "../corpora/local-corpora.js";
import { requestError } from "../errors.js";
import { tableLines } from "../views/table.js";
import { asJson, type Output } from "./output.js";

/**
 * `vscore languages [SEARCH]`: FLORES+ codes and names, or those of a local corpus with how many texts each has.
 *
 * @throws VscoreError (request) where nothing matches
 */
export function languages(
  term: string | undefined,
  options: { json: boolean; corpus?: string | undefined },
  output: Output,
): void {
  const corpus = options.corpus ?? "flores";
  const texts = isLocalCorpus(corpus) ? readLocalCorpus(corpus, "dev", false).languages : null;
  const known = texts === null ? [...FLORES_PLUS.keys()] : [...texts.keys()].sort();
  const found = searchLanguages(term ?? "", known).map((language) => ({
    ...language,
    ...(texts === null ? {} : { texts: texts.get(language.code)?.length ?? 0 }),
  }));
  if (found.length === 0) {
    const near = nearestLanguages(term ?? "", known);
    const hint =
      near.length > 0 ? `Did you mean ${near.join(" or ")}?` : "All of them: npx vscore languages";
    const place = texts === null ? "FLORES+" : corpus;
    throw requestError(`No language of ${place} has "${term}" in its code or name. ${hint}`);
  }
  if (options.json) {
    output.data(asJson({ schema_version: 1, languages: found }));
    return;
  }
  const columns = ["code", "name", ...(texts === null ? [] : ["texts (dev)"])];
  const rows = found.map(({ code, name, texts }) => [code, name, String(texts ?? "")]);
  output.result(
    tableLines(
      columns.map((title) => ({ title })),
      rows,
    ).join("\n"),
  );
}

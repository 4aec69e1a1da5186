import { FLORES_PLUS } from "../config/flores-plus.js";
import { nearestLanguages, searchLanguages } from "../config/languages.js";
import { PRESETS } from "../config/presets.js";
import { requestError } from "../errors.js";
import { tableLines } from "../views/table.js";
import { asJson, type Output } from "./output.js";

/** `vscore models`: the presets and what they fill in. */
export function models(options: { json: boolean }, output: Output): void {
  const list = Object.entries(PRESETS).map(([name, { about, fills }]) => ({
    name,
    about,
    ...fills,
  }));
  if (options.json) {
    output.data(asJson({ schema_version: 1, models: list }));
    return;
  }
  const lines = list.flatMap(
    ({ name, about, model_id, sae_release, sae_id_template, layers, languages, corpus }) => [
      name,
      `  ${about}`,
      `  model ${model_id}; dictionaries ${sae_release}, ${sae_id_template}`,
      `  layers ${layers?.join(",")}; corpus ${corpus ?? "flores"}; languages ${languages?.join(",")}`,
      "",
    ],
  );
  output.result(
    [
      ...lines,
      "custom",
      "  any other: --model-id, --sae-release, --sae-id-template, --languages and --layers say which",
    ].join("\n"),
  );
}

/** `vscore languages [SEARCH]`: FLORES+ codes and names. @throws VscoreError (request) where nothing matches */
export function languages(
  term: string | undefined,
  options: { json: boolean },
  output: Output,
): void {
  const found = searchLanguages(term ?? "");
  if (found.length === 0) {
    const near = nearestLanguages(term ?? "", FLORES_PLUS.keys());
    throw requestError(
      `No FLORES+ language has "${term}" in its code or name.${near.length > 0 ? ` Did you mean ${near.join(" or ")}?` : " All of them: npx vscore languages"}`,
    );
  }
  if (options.json) output.data(asJson({ schema_version: 1, languages: found }));
  else
    output.result(
      tableLines(
        [{ title: "code" }, { title: "name" }],
        found.map(({ code, name }) => [code, name]),
      ).join("\n"),
    );
}

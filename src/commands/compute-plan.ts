import { earlierSpeed } from "../compute/earlier-speed.js";
import { estimateRun } from "../compute/estimate.js";
import { checkCorpus, chooseFrom, type GatheredTexts } from "../compute/gather-texts.js";
import { siteWords } from "../compute/part-site.js";
import { CONTROL_WORDS } from "../config/controls.js";
import { languageName } from "../config/languages.js";
import type { RunConfig } from "../config/schema.js";
import { requestError } from "../errors.js";
import type { Part } from "../parts.js";
import { siteOf } from "../runs/site.js";
import { estimateText, spanText } from "../views/amounts.js";
import { wrapped } from "../views/cells.js";
import { rangeText } from "../views/digits.js";
import { tableLines } from "../views/table.js";
import { asJson, type Output } from "./output.js";

/** What a run would do, from what can be known without starting anything. */
export function describePlan(
  config: RunConfig,
  part: Part | null,
  splitGiven: boolean,
  json: boolean,
  output: Output,
): void {
  const site = siteOf(config.out_dir);
  if (site === "other")
    throw requestError(
      `--out-dir ${config.out_dir} holds files that are not a run. Choose another folder.`,
    );
  const corpus = checkCorpus(config, splitGiven);
  const chosen = corpus === null ? null : chooseFrom(config, corpus.languages, corpus, []);
  const languages = config.languages.map((language) => {
    const texts = chosen?.languages.get(language);
    const bytes = texts?.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
    return {
      language,
      name: languageName(language),
      texts: texts?.length ?? null,
      bytes: bytes ?? null,
    };
  });
  const warnings = chosen?.warnings ?? [];
  const facts = estimateRun(config, corpus);
  const earlier = facts.tokens === null ? null : earlierSpeed(config, facts.tokens);
  const speed =
    earlier === null
      ? null
      : `about ${spanText(earlier.seconds)}, as ${earlier.name} took (${Math.round(earlier.tokensPerSecond)} tokens/s), and the start`;
  const estimate = estimateText(facts, config.device);
  if (json) {
    output.data(
      asJson({
        ...{
          schema_version: 1,
          config,
          shard: part,
          out_dir_holds: site,
          languages,
          estimate: { ...facts, seconds: earlier === null ? null : earlier.seconds },
        },
        warnings,
      }),
    );
    return;
  }
  const rows = languages.map(({ language, name, texts, bytes }) => [
    language,
    name,
    texts === null
      ? config.n_texts_per_lang === -1
        ? "all"
        : `≤ ${config.n_texts_per_lang}`
      : String(texts),
    bytes === null ? "(known once fetched)" : String(bytes),
  ]);
  const columns = [
    { title: "language" },
    { title: "name" },
    { title: "texts", align: "right" },
    { title: "bytes", align: "right" },
  ] as const;
  output.result(
    [
      `model         ${config.model_id}`,
      `dictionaries  ${config.sae_release}, ${config.sae_id_template}, layers ${config.layers.join(", ")}`,
      `corpus        ${config.corpus}${config.split === null ? "" : `, split ${config.split}`}`,
      `counted       special tokens: ${config.special_tokens}, first position: ${config.first_token}, mean over ${config.pool}s`,
      ...(config.control === "none"
        ? []
        : [`control       ${config.control}: ${CONTROL_WORDS[config.control]}`]),
      `batches       up to ${config.batch_tokens} tokens, device ${config.device}, dtype ${config.dtype}${config.deterministic ? ", deterministic" : ""}`,
      ...(part === null
        ? []
        : [`part          ${part.part} of ${part.of}: which texts shows once they are tokenised`]),
      `estimate      ${estimate.tokens} tokens; disk: ${estimate.disk}`,
      `memory        of the device: ${estimate.device}; for the scores: ${estimate.memory}`,
      `time          ${speed ?? estimate.work}`,
      `out-dir       ${config.out_dir} (${site === "free" ? "free" : `holds ${siteWords(site, config.out_dir)}: compute asks for --resume, --overwrite or another --out-dir`})`,
      "",
      ...(rows.length <= LISTED_LANGUAGES ? tableLines(columns, rows) : namesOf(config, chosen)),
      ...warnings.map((warning) => `warning: ${warning}`),
      "",
      "Nothing was started.",
    ].join("\n"),
  );
}

/** More languages are named in a paragraph, not a row each. */
export const LISTED_LANGUAGES = 40;

/** Languages of a plan, with how many texts each has, where that is known. */
function namesOf({ languages, n_texts_per_lang: n }: RunConfig, chosen: GatheredTexts | null) {
  const most = n === -1 ? "all" : `up to ${n}`;
  const texts =
    chosen === null ? most : rangeText([...chosen.languages.values()].map(({ length }) => length));
  return [
    `${languages.length} languages, ${texts} texts in each (names: npx vscore languages):`,
    ...wrapped(languages.join(", "), 100),
  ];
}

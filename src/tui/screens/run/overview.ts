import { languageName } from "../../../config/languages.js";
import { NOT_REBUILT } from "../../../reduce/rebuilt.js";
import { controlWords } from "../../../runs/controls.js";
import { type Fidelity, knownFvu } from "../../../runs/fidelity-file.js";
import type { FinishedRun } from "../../../runs/read.js";
import { wrapped } from "../../../views/cells.js";
import { rangeText } from "../../../views/digits.js";
import { EMPTY, type Line, span } from "../../../views/line.js";
import { precisionWords } from "../../../views/precision-text.js";
import { duration } from "../../../views/progress.js";
import { workersText } from "../../../views/workers-text.js";
import type { OpenedRun } from "../../model.js";
import { isOurs } from "./state.js";

const LABEL = 14;

/** What the run was made from, how, and what to mind. */
export function overviewLines(run: OpenedRun, columns: number): Line[] {
  const facts = isOurs(run) ? ourFacts(run as FinishedRun) : foreignFacts(run);
  return facts.flatMap(([label, text, style]) =>
    label === ""
      ? [EMPTY]
      : wrapped(text, columns - LABEL - 4).map(
          (part, at): Line => [
            span(`  ${(at === 0 ? label : "").padEnd(LABEL)}`, { dim: true }),
            span(part, style),
          ],
        ),
  );
}

/** More languages are told together: / finds one of them. */
const LISTED = 40;

const manyFact = ({ languages, texts, tokens_counted }: FinishedRun["meta"]): Fact => {
  const of = (counts: Readonly<Record<string, number>>) =>
    rangeText(languages.map((code) => counts[code] ?? 0));
  return [
    "languages",
    `${languages.length}: ${of(texts)} texts in each, ${of(tokens_counted)} counted tokens; / finds one`,
  ];
};

type Fact = [label: string, text: string, style?: { color?: string }];

function ourFacts({ meta, fidelity }: FinishedRun): Fact[] {
  const revision = (value: string | null) => (value === null ? "" : ` @ ${value.slice(0, 19)}`);
  const [first] = meta.dictionaries;
  return [
    ...meta.warnings.map((text): Fact => ["warning", text, { color: "yellow" }]),
    ["model", `${meta.model_id}${revision(meta.model_revision)} (${meta.model_class})`],
    ["dictionaries", `${meta.sae_release}, ${meta.sae_id_template}`],
    ["", ""],
    ...meta.dictionaries.map(
      ({ layer, d_sae, hook_name, architecture }): Fact => [
        ...([`layer ${layer}`, `${d_sae} features, ${architecture}, reads ${hook_name}`] as const),
      ],
    ),
    ...(fidelity === null ? [] : rebuiltFacts(fidelity)),
    [
      "hook",
      meta.hook === "metadata" ? `as the dictionaries say (${first?.hook_module})` : meta.hook,
    ],
    ["", ""],
    [
      "corpus",
      `${meta.corpus}${meta.split === null ? "" : ` (${meta.split})`}${revision(meta.corpus_revision)}`,
    ],
    [
      "texts",
      `${meta.n_texts_per_lang === -1 ? "all" : meta.n_texts_per_lang} asked for, ${meta.sample}`,
    ],
    ...(meta.languages.length > LISTED ? [manyFact(meta)] : []),
    ...(meta.languages.length > LISTED ? [] : meta.languages).map(
      (code): Fact => [
        code,
        `${meta.texts[code]} ${meta.texts[code] === 1 ? "text" : "texts"}, ${meta.tokens_counted[code]} counted tokens  ${languageName(code)}`,
      ],
    ),
    [
      "counted",
      `special tokens: ${meta.special_tokens}, first position: ${meta.first_token}; mean over ${meta.pool}s`,
    ],
    ...[controlWords(meta)].flatMap((words): Fact[] =>
      words === null ? [] : [["control", words]],
    ),
    ["", ""],
    [
      "device",
      `${meta.device} (${meta.device_name}), ${meta.dtype}${meta.deterministic ? ", deterministic" : ""}, batches of ${meta.batch_tokens} tokens${workersText(meta)}`,
    ],
    ...[precisionWords(meta)].flatMap((words): Fact[] =>
      words === null ? [] : [["precision", words]],
    ),
    [
      "made",
      `${meta.finished.slice(0, 16).replace("T", " ")} UTC in ${duration(meta.duration_s)}${resumes(meta.resumed)}`,
    ],
    ...(meta.merged_from === null
      ? []
      : [["merged from", `${meta.merged_from.length} parts`] as Fact]),
    ...(meta.rescored_from === null ? [] : [["rescored from", meta.rescored_from] as Fact]),
    [
      "versions",
      Object.entries(meta.versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(", "),
    ],
    ["vscore", meta.vscore_version],
  ];
}

/** How well the dictionaries rebuild the languages: the best and the worst of each layer. */
const rebuiltFacts = (fidelity: Fidelity): Fact[] =>
  fidelity.layers.flatMap(({ layer, languages }): Fact[] => {
    const known = Object.keys(languages)
      .flatMap((language) => {
        const fvu = knownFvu(fidelity, layer, language);
        return fvu === null ? [] : [{ language, fvu }];
      })
      .sort((a, b) => a.fvu - b.fvu);
    const [best, worst] = [known[0], known.at(-1)];
    if (best === undefined || worst === undefined) return [];
    const told = ({ language, fvu }: typeof best) => `${fvu.toFixed(2)} (${language})`;
    const counted = Math.max(...Object.values(fidelity.texts));
    return [
      [
        `rebuilt, ${layer}`,
        `variance unexplained from ${told(best)} to ${told(worst)}, on ${counted} texts a language`,
        worst.fvu >= NOT_REBUILT ? { color: "yellow" } : {},
      ],
    ];
  });

const resumes = (count: number): string =>
  count === 0 ? "" : `, resumed ${count === 1 ? "once" : `${count} times`}`;

const foreignFacts = ({ meta }: OpenedRun): Fact[] => [
  ["format", "of the original tool: v-scores only, no means, no standard errors, no contexts"],
  ...Object.entries(meta).map(
    ([key, value]): Fact => [
      ...([key.slice(0, LABEL), Array.isArray(value) ? value.join(" ") : String(value)] as const),
    ],
  ),
];

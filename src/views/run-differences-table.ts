import type { RunDifference, RunDifferences } from "../comparison/run-differences.js";
import type { DictionaryIdentity, FactKey } from "../comparison/run-facts.js";
import { tableLines } from "./table.js";

const LABELS: Record<RunDifference["key"] | FactKey, string> = {
  model_id: "model",
  model_revision: "model revision",
  sae_release: "release of the dictionaries",
  sae_id_template: "ids of the dictionaries",
  dictionaries: "dictionaries",
  dictionary: "dictionary",
  hook: "what the dictionaries read",
  layers: "layers",
  languages: "languages",
  corpus: "corpus",
  split: "split",
  corpus_revision: "corpus revision",
  n_texts_per_lang: "texts a language, as asked",
  texts: "texts a language",
  texts_sha256: "the texts themselves",
  sample: "sample of texts",
  seed: "seed",
  special_tokens: "special tokens",
  first_token: "first position",
  pool: "mean over",
  control: "control",
  dtype: "precision",
};

/** In what two runs differ, and what one of them does not tell. */
export function differenceLines({ differences, untold }: RunDifferences): string[] {
  const isDictionary = ({ key }: RunDifference) => key === "dictionary";
  const before = differences.findIndex(isDictionary);
  const rows = differences.flatMap((difference, at) => {
    if (!isDictionary(difference)) return [rowOf(difference)];
    // Those of other layers are told in the line of the first.
    return at === before ? [dictionaryRow(differences.filter(isDictionary))] : [];
  });
  const columns = [{ title: "differs" }, { title: "first" }, { title: "second" }];
  return [
    ...(rows.length > 0
      ? tableLines(columns, rows)
      : ["The runs differ in nothing that both tell of model, dictionaries, texts and rules."]),
    ...(differences.some(({ key }) => key === "languages")
      ? ["v is a difference to the other languages: with others it differs for that alone."]
      : []),
    ...(["first", "second"] as const)
      .filter((side) => untold[side].length > 0)
      .map(
        (side) =>
          `Not told by the ${side}: ${untold[side].map((key) => LABELS[key]).join(", ")}. They may differ as well.`,
      ),
  ];
}

const rowOf = ({ key, first, second }: RunDifference): string[] => [
  LABELS[key],
  ...(key === "languages" || key === "layers"
    ? [onlyIn(first, second), onlyIn(second, first)]
    : key === "texts_sha256"
      ? [`of ${someOf(Object.keys(Object(first)))}`, "as many others"]
      : [worded(first), worded(second)]),
];

function onlyIn(here: unknown, there: unknown): string {
  const only = (here as unknown[]).filter((each) => !(there as unknown[]).includes(each));
  const all = `${(here as unknown[]).length}`;
  return only.length === 0 ? all : `${all}, only here: ${someOf(only)}`;
}

const LISTED = 8;

const someOf = (values: readonly unknown[]): string =>
  values.length <= LISTED
    ? values.join(", ")
    : `${values.slice(0, LISTED).join(", ")} and ${values.length - LISTED} more`;

function worded(value: unknown): string {
  if (value === null) return "–";
  if (typeof value === "object") {
    const counts = Object.values(value as Record<string, number>);
    const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
    return fewest === most ? `${most}` : `${fewest}–${most}`;
  }
  return value === -1 ? "all" : shortened(String(value));
}

/** Commits and hashes are told apart by their first digits. */
const shortened = (text: string): string =>
  text.replace(/^((?:sha256:)?[0-9a-f]{12})[0-9a-f]{28,}$/, "$1…");

/** The dictionaries of the first layer in which they differ, by what tells them apart. */
function dictionaryRow(differences: readonly RunDifference[]): string[] {
  const [{ layer, first, second }] = differences as [RunDifference];
  const [a, b] = [first as DictionaryIdentity, second as DictionaryIdentity];
  const more = differences.length - 1;
  const parts = (["release", "sae_id", "source", "hook_name", "revision"] as const).filter(
    (key) => key === "sae_id" || (a[key] !== b[key] && a[key] !== null && b[key] !== null),
  );
  // Another release or id has another revision anyway.
  const shown = parts.filter(
    (key) => key !== "revision" || (a.release === b.release && a.sae_id === b.sae_id),
  );
  const wordsOf = (dictionary: DictionaryIdentity) =>
    shown.map((key) => shortened(dictionary[key] ?? "")).join(" ");
  return [
    `dictionary of layer ${layer}${more === 0 ? "" : ` (and ${more} more)`}`,
    wordsOf(a),
    wordsOf(b),
  ];
}

import type { ScoredRun } from "../runs/read.js";
import {
  type DictionaryIdentity,
  dictionaryAt,
  FACT_KEYS,
  type FactKey,
  factsOf,
  type RunFacts,
} from "./run-facts.js";

/** One thing that was otherwise in the second run than in the first, as both tell it. */
export interface RunDifference {
  /** A key of `meta.json`; `dictionary` is that of one layer. */
  key: Exclude<FactKey, "dictionaries" | "sae_id_template"> | "dictionary";
  /** Of a dictionary alone. */
  layer?: number;
  /** Of `texts` and `texts_sha256`: of those languages alone that differ. */
  first: unknown;
  second: unknown;
}

export interface RunDifferences {
  differences: RunDifference[];
  /** What each run does not tell: in that the two may differ as well. */
  untold: { first: FactKey[]; second: FactKey[] };
}

/** In what two runs differ that decides their scores. */
export function runDifferences(first: ScoredRun, second: ScoredRun): RunDifferences {
  const [a, b] = [factsOf(first), factsOf(second)];
  return {
    differences: FACT_KEYS.flatMap((key) => differencesIn(key, a, b)),
    untold: { first: untoldOf(a), second: untoldOf(b) },
  };
}

function differencesIn(key: FactKey, a: RunFacts, b: RunFacts): RunDifference[] {
  if (a[key] === undefined || b[key] === undefined) return [];
  switch (key) {
    // It only names the dictionaries, which are told one by one.
    case "sae_id_template":
      return [];
    case "dictionaries":
      return dictionaryDifferences(a, b);
    case "languages":
    case "layers":
      return isSameSet(a[key] as unknown[], b[key] as unknown[]) ? [] : [both(key, a, b)];
    case "texts":
      return ofLanguages(key, a, b, (first, second) => first !== second);
    case "texts_sha256":
      // Other counts are other texts; what is left to tell are as many that are others.
      return ofLanguages(
        key,
        a,
        b,
        (one, two, code) => one !== two && a.texts?.[code] === b.texts?.[code],
      );
    case "n_texts_per_lang":
      if (a.texts !== undefined && b.texts !== undefined) return [];
      break;
    case "seed":
      if (![a, b].some(isDrawn)) return [];
      break;
  }
  return a[key] === b[key] ? [] : [both(key, a, b)];
}

/** Whether anything of a run hangs on its seed. */
const isDrawn = ({ sample, control = "none" }: RunFacts): boolean =>
  sample === "random" || !["none", "romanised"].includes(control);

const both = (key: Exclude<RunDifference["key"], "dictionary">, a: RunFacts, b: RunFacts) => ({
  ...{ key, first: a[key], second: b[key] },
});

const isSameSet = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  new Set(a).symmetricDifference(new Set(b)).size === 0;

/** Those of the languages of both in which a fact differs. */
function ofLanguages(
  key: "texts" | "texts_sha256",
  a: RunFacts,
  b: RunFacts,
  differ: (first: unknown, second: unknown, code: string) => boolean,
): RunDifference[] {
  const [first, second] = [a[key] ?? {}, b[key] ?? {}];
  const codes = Object.keys(first).filter(
    (code) => Object.hasOwn(second, code) && differ(first[code], second[code], code),
  );
  const only = (of: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(codes.map((code) => [code, of[code]]));
  return codes.length === 0 ? [] : [{ key, first: only(first), second: only(second) }];
}

function dictionaryDifferences(a: RunFacts, b: RunFacts): RunDifference[] {
  return (a.layers ?? []).flatMap((layer) => {
    const [first, second] = [dictionaryAt(a, layer), dictionaryAt(b, layer)];
    if (first === undefined || second === undefined || isToldAlike(first, second)) return [];
    return [{ key: "dictionary", layer, first, second }];
  });
}

/** Null is what was not told, and no other value. */
const isToldAlike = (first: DictionaryIdentity, second: DictionaryIdentity): boolean =>
  (Object.keys(first) as (keyof DictionaryIdentity)[]).every(
    (key) => first[key] === null || second[key] === null || first[key] === second[key],
  );

/** Keys that say nothing of their own where others are told. */
const IMPLIED: FactKey[] = [
  "sae_release",
  "sae_id_template",
  "n_texts_per_lang",
  "seed",
  "control",
];

const untoldOf = (facts: RunFacts): FactKey[] =>
  FACT_KEYS.filter((key) => facts[key] === undefined && !IMPLIED.includes(key));

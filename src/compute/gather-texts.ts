import { FLORES_PLUS } from "../config/flores-plus.js";
import { isFloresPlus, nearestLanguages } from "../config/languages.js";
import type { RunConfig } from "../config/schema.js";
import { isLocalCorpus, type LocalCorpus, readLocalCorpus } from "../corpora/local-corpora.js";
import type { EngineJobs } from "../engine/engine-jobs.js";
import { requestError } from "../errors.js";
import { type CorpusText, chooseTexts } from "../plan.js";
import { GATED_CORPUS } from "../runs/files.js";
import { joinOnIds, shortInEnglish } from "./join-texts.js";

export interface GatheredTexts {
  /** Language code → chosen texts, in config order. */
  languages: Map<string, CorpusText[]>;
  revision: string | null;
  /** Whether equal ids of two languages mean translations. */
  sharesIds: boolean;
  warnings: string[];
}

/** Refuses languages that the corpus cannot have. For a local corpus, reads it. */
export function checkCorpus(config: RunConfig, splitGiven: boolean): LocalCorpus | null {
  if (!isLocalCorpus(config.corpus)) {
    refuseUnknown(
      config.languages,
      isFloresPlus,
      [...FLORES_PLUS.keys()],
      "FLORES+",
      "npx vscore languages",
    );
    return null;
  }
  if (config.corpus_revision !== null) {
    throw requestError(
      `--corpus-revision ${config.corpus_revision}: the corpus ${config.corpus} is local and has no revisions. Leave it out, or take --corpus flores.`,
    );
  }
  const corpus = readLocalCorpus(config.corpus, config.split, splitGiven);
  const known = [...corpus.languages.keys()];
  const place = corpus.split === null ? config.corpus : `${config.corpus} (split ${corpus.split})`;
  refuseUnknown(config.languages, (code) => corpus.languages.has(code), known, place, null);
  return corpus;
}

/** The texts of a run: chosen from a local corpus, or fetched by the engine and joined on their ids. */
export async function gatherTexts(
  config: RunConfig,
  local: LocalCorpus | null,
  jobs: EngineJobs,
): Promise<GatheredTexts> {
  if (local !== null) return chooseFrom(config, local.languages, local, []);
  const isPaper = config.sample === "paper" && !config.languages.includes("eng_Latn");
  const fetched = await jobs.flores({
    languages: isPaper ? [...config.languages, "eng_Latn"] : config.languages,
    split: config.split ?? "dev",
    revision: config.corpus_revision,
  });
  const first = fetched.get(config.languages[0] as string);
  const warnings: string[] = first?.warning ? [first.warning] : [];
  const corpus = { revision: first?.revision ?? null, sharesIds: true };
  const languages = new Map([...fetched].map(([code, { texts }]) => [code, texts]));
  return chooseFrom(config, languages, corpus, warnings);
}

/** Chooses each language's texts; a corpus with fewer than asked for gives all that it has, with a warning. */
export function chooseFrom(
  config: RunConfig,
  languages: ReadonlyMap<string, CorpusText[]>,
  corpus: Pick<LocalCorpus, "sharesIds"> & { revision: string | null },
  warnings: string[],
): GatheredTexts {
  const lengths = new Set(config.languages.map((code) => languages.get(code)?.length));
  const { revision } = corpus;
  const sharesIds = corpus.sharesIds === "of one length" ? lengths.size === 1 : corpus.sharesIds;
  const chosen = new Map<string, CorpusText[]>();
  const short: string[] = [];
  const usable = usableTexts(config, languages, sharesIds, warnings);
  for (const code of config.languages) {
    const texts = usable.get(code) ?? [];
    if (texts.length === 0)
      throw requestError(
        isJoined(config) && (languages.get(code)?.length ?? 0) > 0
          ? `No text of ${config.corpus} is there in all of ${config.languages.join(", ")}: none of the ${languages.get(code)?.length} in ${code} is left. ${wayToJoin(config, languages)}`
          : `The corpus ${config.corpus} has no text in ${code}. Leave it out of --languages.`,
      );
    if (texts.length < config.n_texts_per_lang) short.push(`${code} ${texts.length}`);
    chosen.set(code, chooseTexts(texts, config.n_texts_per_lang, config.sample, config.seed));
  }
  if (short.length > 0) {
    warnings.push(`fewer than ${config.n_texts_per_lang} texts, all are used: ${short.join(", ")}`);
  }
  const decomposed = [...chosen].flatMap(([code, texts]) => {
    const count = texts.filter(({ text }) => text !== text.normalize("NFC")).length;
    return count > texts.length / 2 ? [`${code} ${count} of ${texts.length}`] : [];
  });
  if (decomposed.length > 0)
    warnings.push(
      `texts not in Unicode's composed form (NFC), whose features may be silent on composed text: ${decomposed.join(", ")}`,
    );
  return { languages: chosen, revision, sharesIds, warnings };
}

/** Whose texts are in the way: without this language the others have the most in common. */
function wayToJoin(
  { languages: codes, join, corpus }: RunConfig,
  languages: ReadonlyMap<string, CorpusText[]>,
): string {
  const best = codes
    .map((left) => {
      const others = codes.filter((code) => code !== left);
      const [first] = joinOnIds(others, languages).languages.values();
      return { left, common: first?.length ?? 0 };
    })
    .reduce((most, each) => (each.common > most.common ? each : most));
  const whose =
    best.common > 0 && codes.length > 2
      ? `Leave ${best.left} out of --languages: the others have ${best.common} in common`
      : "Leave languages out of --languages";
  return `${whose}${join === "ids" && corpus !== GATED_CORPUS ? "; or do without --join ids" : ""}.`;
}

const isJoined = ({ corpus, join }: RunConfig): boolean =>
  corpus === GATED_CORPUS || join === "ids";

/** What may be chosen: joined on ids where that is asked for, and what the paper would take. */
function usableTexts(
  config: RunConfig,
  languages: ReadonlyMap<string, CorpusText[]>,
  sharesIds: boolean,
  warnings: string[],
): ReadonlyMap<string, CorpusText[]> {
  if ((isJoined(config) || config.sample === "paper") && !sharesIds)
    throw requestError(
      `${config.join === "ids" ? "--join ids" : "--sample paper"}: texts of ${config.corpus} have no ids that translations share. Expected an "id" in every line, or files of one length. Add them, or leave it out.`,
    );
  let usable = new Map(config.languages.map((code) => [code, languages.get(code) ?? []]));
  if (isJoined(config)) {
    const { languages: joined, leftOut } = joinOnIds(config.languages, usable);
    if (leftOut.length > 0) {
      const counts = config.languages.map((code) => usable.get(code)?.length ?? 0);
      const fewest = Math.min(...counts);
      const scarce = config.languages.filter((_, at) => counts[at] === fewest);
      warnings.push(
        `sentences that not every language has are left out (${leftOut.join(", ")}); the fewest, ${fewest}, are there in ${scarce.slice(0, 3).join(", ")}${scarce.length > 3 ? " and others" : ""}; all have ${[...joined.values()][0]?.length ?? 0}`,
      );
    }
    usable = joined;
  }
  return config.sample === "paper" ? shortInEnglish(usable, languages.get("eng_Latn")) : usable;
}

function refuseUnknown(
  codes: readonly string[],
  isKnown: (code: string) => boolean,
  known: readonly string[],
  corpus: string,
  list: string | null,
): void {
  const unknown = codes.filter((code) => !isKnown(code));
  if (unknown.length === 0) return;
  const words = unknown.map((code) => {
    const near = nearestLanguages(code, known);
    return near.length > 0 ? `${code} (did you mean ${near.join(" or ")}?)` : code;
  });
  const where =
    list === null
      ? `It has: ${[...known].sort().join(", ") || "no language at all"}.`
      : `To look codes up: ${list}`;
  throw requestError(`--languages: ${corpus} has no ${words.join(", ")}. ${where}`);
}

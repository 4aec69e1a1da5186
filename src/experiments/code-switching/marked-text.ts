import type { EngineJobs } from "../../engine/engine-jobs.js";
import { requestError } from "../../errors.js";
import { refuseUnreadable } from "../../explore/text-lines.js";
import type { FinishedRun } from "../../runs/read.js";
import type { SpanSums } from "../spans.js";
import { bestFeatures, readSpans } from "./code-switch.js";

/** A word that was marked, in code points of the text without its marks. */
export interface MarkedWord {
  word: string;
  start: number;
  end: number;
}

/** What each language's best feature does on a marked word: the result of `vscore codeswitch --text --json`. */
export interface MarkedTextResult {
  schema_version: 1;
  run: string;
  text: string;
  words: (MarkedWord & {
    tokens: number;
    straddling: number;
    tokens_alone: number;
    layers: {
      layer: number;
      /** In the run's order: mean over the word's tokens, in the text and alone; null where no token counts. */
      languages: {
        language: string;
        feature: number;
        in_text: number | null;
        alone: number | null;
      }[];
    }[];
  })[];
  warnings: string[];
}

/** A text's words between [[ and ]], and the text without these marks. @throws VscoreError (request) */
export function parseMarks(marked: string): { text: string; words: MarkedWord[] } {
  refuseUnreadable(marked);
  let text = "";
  const words: MarkedWord[] = [];
  let open: number | null = null;
  const length = () => Array.from(text).length;
  for (const part of marked.split(/(\[\[|\]\])/)) {
    if (part === "[[") {
      if (open !== null) throw badMarks("a [[ inside another");
      open = length();
    } else if (part === "]]") {
      if (open === null) throw badMarks("a ]] without its [[");
      const word = Array.from(text).slice(open).join("");
      if (word.trim() === "") throw badMarks("nothing between [[ and ]]");
      const start = open + (Array.from(word).length - Array.from(word.trimStart()).length);
      const trimmed = word.trim();
      words.push({ word: trimmed, start, end: start + Array.from(trimmed).length });
      open = null;
    } else text += part;
  }
  if (open !== null) throw badMarks("a [[ without its ]]");
  if (words.length === 0) throw badMarks("no marked word");
  return { text, words };
}

const badMarks = (found: string) =>
  requestError(
    `--text: found ${found}. Expected words marked like this: "Il a perdu son [[dog]] hier." Mark at least one.`,
  );

/** Reads a text and its marked words alone, and compares what each language's best feature does on them. */
export async function readMarkedText(
  run: FinishedRun,
  marked: string,
  jobs: EngineJobs,
  onLoaded: () => void,
): Promise<MarkedTextResult> {
  const { text, words } = parseMarks(marked);
  const watched = bestFeatures(run);
  const spans = words.flatMap(({ word, start, end }, at) => [
    { text: 0, start, end },
    { text: at + 1, start: 0, end: Array.from(word).length },
  ]);
  const texts = [text, ...words.map(({ word }) => word)];
  const { sums, warnings } = await readSpans(run, texts, spans, watched, jobs, onLoaded);
  const mean = (span: SpanSums | null, layer: number, k: number) =>
    span === null || span.tokens === 0 ? null : (span.sums.get(layer)?.[k] as number) / span.tokens;
  return {
    schema_version: 1,
    run: run.name,
    text,
    words: words.map((word, at) => {
      const [inText, alone] = [sums[2 * at] ?? null, sums[2 * at + 1] ?? null];
      return {
        ...word,
        tokens: inText?.tokens ?? 0,
        straddling: inText?.straddling ?? 0,
        tokens_alone: alone?.tokens ?? 0,
        layers: run.meta.layers.map((layer) => ({
          layer,
          languages: run.meta.languages.map((language, k) => ({
            language,
            feature: watched.get(layer)?.[k] as number,
            in_text: mean(inText, layer, k),
            alone: mean(alone, layer, k),
          })),
        })),
      };
    }),
    warnings: [
      ...warnings,
      ...words.flatMap(({ word }, at) =>
        sums[2 * at] === null
          ? [`${word}: the text was cut to the model's context before it`]
          : (sums[2 * at]?.tokens ?? 0) === 0
            ? [`${word}: no token that counts lies within it alone`]
            : (sums[2 * at]?.straddling ?? 0) > 0
              ? [`${word}: tokens that are also of what stands beside it are left out`]
              : [],
      ),
    ],
  };
}

import { requestError } from "../../errors.js";
import type { Ready } from "./prepare.js";

/** What stands behind a prompt: how many tokens, what they are, and what to do where there is no room for them. */
export interface Follows {
  tokens: number;
  what: string;
  advice: string;
}

/** A continuation. */
export const newTokens = (tokens: number): Follows => ({
  ...{ tokens, what: "of --max-new-tokens" },
  advice: "Lower --max-new-tokens, or take the text out of the corpus.",
});

/** The longest of languages' names. */
export async function longestName(
  { jobs }: Pick<Ready, "jobs">,
  names: readonly string[],
): Promise<Follows> {
  const { plain, specialFirst } = await jobs.tokenize(
    "names of languages",
    names.map((name) => ` ${name}`),
  );
  // No plain token stands at the first position, where that one is special.
  const tokens = Math.max(0, ...plain.map((count, at) => count + 1 - (specialFirst[at] as number)));
  return { tokens, what: "of a language's name", advice: "Take it out of the corpus." };
}

/**
 * Tokenises prompts under a name: how many tokens each has.
 *
 * @throws VscoreError (request) where one was cut, or leaves no room for what follows it
 */
export async function tokenizePrompts(
  { jobs, loaded }: Pick<Ready, "jobs" | "loaded">,
  name: string,
  prompts: readonly { id: string; text: string }[],
  { tokens: more, what, advice }: Follows,
): Promise<Uint32Array> {
  const { tokens, truncated } = await jobs.tokenize(
    name,
    prompts.map(({ text }) => text),
  );
  const { max_positions: most } = loaded.model;
  const [first] = truncated;
  if (first !== undefined)
    throw requestError(
      `The prompt of text ${prompts[first]?.id} is longer than the ${most} tokens that the model reads: it would end before it asks. Expected shorter texts. Take it out of the corpus.`,
    );
  const long = tokens.findIndex((count) => count + more > most);
  if (long >= 0)
    throw requestError(
      `The prompt of text ${prompts[long]?.id} has ${tokens[long]} tokens, and ${more} ${what} are to follow. Expected at most ${most} together, as many as the model reads. ${advice}`,
    );
  return tokens;
}

/** Like `tokenizeTexts`, of texts that are to be predicted. @throws VscoreError (request) for one in which nothing is */
export async function tokenizePredicted(
  { jobs }: Pick<Ready, "jobs">,
  name: string,
  language: string,
  texts: readonly { id: string; text: string }[],
): Promise<Uint32Array> {
  const { tokens, plain } = await jobs.tokenize(
    name,
    texts.map(({ text }) => text),
  );
  const empty = plain.indexOf(0);
  if (empty >= 0)
    throw requestError(
      `The text ${texts[empty]?.id} of ${language} has no token behind the first, special ones aside: nothing is predicted in it. Expected at least one. Take it out of the corpus.`,
    );
  return tokens;
}

/** Tokenises texts under a name, cut to what the model reads: how many tokens each has. */
export async function tokenizeTexts(
  { jobs }: Pick<Ready, "jobs">,
  name: string,
  texts: readonly { text: string }[],
): Promise<Uint32Array> {
  const { tokens } = await jobs.tokenize(
    name,
    texts.map(({ text }) => text),
  );
  return tokens;
}

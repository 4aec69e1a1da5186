import { requestError } from "../../errors.js";

/**
 * How a model is steered. "none": not at all. "SV": the vector is added everywhere. "SAE": where one of the source language's top
 * features fires. "Learned": as far as a gate lets it that was trained on these features. "Random" and
 * "RandomSAE": as SV and SAE, with a random vector of the same length (controls).
 */
export type Family = "none" | "SV" | "SAE" | "Learned" | "Random" | "RandomSAE";

export interface Method {
  /** As the steering repository writes it: No SV, SV-1L … */
  name: string;
  family: Family;
  /** How many layers from the base layer on; 0 for none. */
  k: number;
}

export const NO_SV: Method = { name: "No SV", family: "none", k: 0 };
const MOST_LAYERS = 3;

const family = (name: Exclude<Family, "none">): Method[] =>
  Array.from({ length: MOST_LAYERS }, (_, at) => ({
    ...{ name: `${name}-${at + 1}L`, family: name, k: at + 1 },
  }));

/** The seven of the steering repository. */
export const SEVEN: readonly Method[] = [NO_SV, ...family("SV"), ...family("SAE")];
const ALL: readonly Method[] = [
  ...[...SEVEN, ...family("Learned"), ...family("Random"), ...family("RandomSAE")],
];

/** Whether a method's gate reads features. */
export const isGated = ({ family: of }: Method): boolean =>
  ["SAE", "Learned", "RandomSAE"].includes(of);

/**
 * The methods that a list names, always with No SV, in one order. "all" is all seven; a family's name is its three.
 *
 * @throws VscoreError (request)
 */
export function parseMethods(text: string): Method[] {
  const named = text.split(",").map((part) => part.trim());
  const chosen = new Set<Method>([NO_SV]);
  for (const name of named) {
    const found =
      name === "all"
        ? SEVEN
        : ALL.filter((each) => each.name === name || (each.family === name && name !== "none"));
    if (found.length === 0)
      throw requestError(
        `--methods: found ${JSON.stringify(name)}. Expected all, SV, SAE, Learned, Random, RandomSAE, or one such as ${ALL.map((each) => each.name).join(", ")}. Correct it.`,
      );
    for (const each of found) chosen.add(each);
  }
  return ALL.filter((each) => chosen.has(each));
}

/** The layers of a method: from the base layer on, as far as the model has them. */
export const windowOf = ({ k }: Pick<Method, "k">, base: number, modelLayers: number): number[] =>
  Array.from({ length: k }, (_, at) => base + at).filter((layer) => layer < modelLayers);

import type { Meta } from "../runs/meta.js";

/** A feature's page on Neuronpedia; null where its dictionary's own metadata name none, and for a random one: no page is of it. */
export function neuronpediaPage(
  { dictionaries, control }: Pick<Meta, "dictionaries" | "control">,
  layer: number,
  feature: number,
): string | null {
  if (control === "random-dictionary") return null;
  const id = dictionaries.find((entry) => entry.layer === layer)?.neuronpedia_id;
  // The id comes from a file that anybody may have written.
  const path = id?.split("/").map(encodeURIComponent).join("/");
  return path === undefined ? null : `https://www.neuronpedia.org/${path}/${feature}`;
}

import type { Meta } from "../runs/meta.js";

/** A feature's page on Neuronpedia; null where its dictionary's own metadata name none. */
export function neuronpediaPage(
  { dictionaries }: Pick<Meta, "dictionaries">,
  layer: number,
  feature: number,
): string | null {
  const id = dictionaries.find((entry) => entry.layer === layer)?.neuronpedia_id;
  // The id comes from a file that anybody may have written.
  const path = id?.split("/").map(encodeURIComponent).join("/");
  return path === undefined ? null : `https://www.neuronpedia.org/${path}/${feature}`;
}

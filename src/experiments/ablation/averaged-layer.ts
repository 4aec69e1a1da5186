/** Where the numbers over all layers stand: null, their mean, where there are several; else the one. */
export const averagedLayer = (layers: readonly number[]): number | null =>
  layers.length > 1 ? null : (layers[0] ?? null);

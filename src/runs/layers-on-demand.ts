/** So many bytes of layers are kept at most, and one layer at least. */
const KEPT_BYTES = 128e6;

/**
 * What there is of each layer, read or made when it is asked for. The ones that were asked for last are kept: all of them where they are
 * small, else not so many that they would fill the memory.
 */
export class LayersOnDemand<T> implements ReadonlyMap<number, T> {
  private readonly kept = new Map<number, T>();
  private readonly most: number;

  /** @param layers in their order @param bytes of one layer */
  constructor(
    private readonly layers: readonly number[],
    bytes: number,
    private readonly read: (layer: number) => T,
  ) {
    this.most = Math.max(1, Math.floor(KEPT_BYTES / Math.max(1, bytes)));
  }

  get size(): number {
    return this.layers.length;
  }

  has(layer: number): boolean {
    return this.layers.includes(layer);
  }

  get(layer: number): T | undefined {
    if (!this.has(layer)) return undefined;
    const found = this.kept.get(layer) ?? this.read(layer);
    this.kept.delete(layer);
    this.kept.set(layer, found);
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= this.most) break;
      this.kept.delete(oldest);
    }
    return found;
  }

  keys(): MapIterator<number> {
    return this.layers.values();
  }

  *entries(): MapIterator<[number, T]> {
    for (const layer of this.layers) yield [layer, this.get(layer) as T];
  }

  *values(): MapIterator<T> {
    for (const [, layer] of this.entries()) yield layer;
  }

  [Symbol.iterator](): MapIterator<[number, T]> {
    return this.entries();
  }

  forEach(tell: (of: T, layer: number, layers: ReadonlyMap<number, T>) => void): void {
    for (const [layer, of] of this.entries()) tell(of, layer, this);
  }
}

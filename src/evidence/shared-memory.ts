type Numbers = Float64Array | Float32Array | Int32Array | Uint32Array | Uint16Array | Uint8Array;

const isNumbers = (value: object): value is Numbers =>
  ArrayBuffer.isView(value) && !(value instanceof DataView);

/** Plain data whose typed arrays lie in memory that threads have in common: posting them copies nothing. */
export function inSharedMemory<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if (isNumbers(value)) {
    if (value.buffer instanceof SharedArrayBuffer) return value;
    const shared = new (value.constructor as new (of: SharedArrayBuffer) => Numbers)(
      new SharedArrayBuffer(value.byteLength),
    );
    shared.set(value);
    return shared as T;
  }
  if (Array.isArray(value)) return value.map(inSharedMemory) as T;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, inSharedMemory(each)]),
  ) as T;
}

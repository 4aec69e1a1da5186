import {
  bytesOf,
  bytesPerElement,
  type Entry,
  MAX_HEADER_BYTES,
  SafetensorsError,
  type Tensor,
} from "./safetensors.js";

/**
 * One blob, byte for byte determined by its arguments: tensors by falling element size then in the order given,
 * header padded with spaces so that the body, and with it every tensor, is aligned.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Record<string, string> = {},
): Uint8Array {
  const ordered = [...tensors].sort(
    ([, a], [, b]) => bytesPerElement(b.dtype) - bytesPerElement(a.dtype),
  );
  let at = 0;
  const entries = ordered.map(([name, { dtype, shape, data }]): Entry => {
    const expected = shape.reduce((product, n) => product * n, 1);
    if (data.length !== expected) {
      throw new SafetensorsError(
        `tensor ${name} holds ${data.length} values, its shape [${shape}] ${expected}`,
      );
    }
    const start = at;
    at += data.byteLength;
    return { name, dtype, shape, start, end: at };
  });
  const head = encodeHeader(entries, metadata);
  const blob = new Uint8Array(head.byteLength + at);
  blob.set(head);
  for (const [index, [, { data }]] of ordered.entries())
    blob.set(bytesOf(data), head.byteLength + (entries[index] as Entry).start);
  return blob;
}

/** What stands before the body: the header's length, and the header. @param entries in the order of the body */
export function encodeHeader(
  entries: readonly Entry[],
  metadata: Record<string, string>,
): Uint8Array {
  const header: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) header.push(["__metadata__", metadata]);
  for (const { name, dtype, shape, start, end } of entries)
    header.push([name, { dtype, shape, data_offsets: [start, end] }]);
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const headerLength = Math.ceil(json.byteLength / 8) * 8;
  if (headerLength > MAX_HEADER_BYTES) {
    throw new SafetensorsError(
      `header would have ${headerLength} bytes, at most ${MAX_HEADER_BYTES} are allowed`,
    );
  }
  const head = new Uint8Array(8 + headerLength).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(headerLength), true);
  head.set(json, 8);
  return head;
}

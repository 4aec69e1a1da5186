import { createHash } from "node:crypto";
import { z } from "zod";

/**
 * The safetensors format: 8 bytes of header length (u64, little-endian), a JSON header, then the tensors' bytes, which the
 * header's offsets tile without gap or overlap. See https://github.com/huggingface/safetensors#format.
 */
const ARRAYS = {
  F64: Float64Array,
  F32: Float32Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  I32: Int32Array,
  U32: Uint32Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
  /** Half-precision values stay as their bits. */
  F16: Uint16Array,
  BF16: Uint16Array,
  BOOL: Uint8Array,
} as const satisfies Record<Dtype, unknown>;

interface ArrayTypes {
  F64: Float64Array;
  F32: Float32Array;
  I64: BigInt64Array;
  U64: BigUint64Array;
  I32: Int32Array;
  U32: Uint32Array;
  I16: Int16Array;
  U16: Uint16Array;
  I8: Int8Array;
  U8: Uint8Array;
  F16: Uint16Array;
  BF16: Uint16Array;
  BOOL: Uint8Array;
}

export type Dtype = keyof ArrayTypes;
export type ArrayOf<D extends Dtype> = ArrayTypes[D];

export interface Tensor<D extends Dtype = Dtype> {
  dtype: D;
  shape: number[];
  /** Row-major; `data.length` is the product of `shape`. */
  data: ArrayOf<D>;
}

export interface Safetensors {
  metadata: Record<string, string>;
  tensors: Map<string, Tensor>;
}

/** Longer headers are refused unread. */
export const MAX_HEADER_BYTES = 16 * 1024 * 1024;

export class SafetensorsError extends Error {
  override name = "SafetensorsError";
}

const HeaderEntry = z.strictObject({
  dtype: z.enum(Object.keys(ARRAYS) as [Dtype, ...Dtype[]]),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});
const Header = z
  .object({ __metadata__: z.record(z.string(), z.string()).optional() })
  .catchall(HeaderEntry);

/** A tensor's place in the body. */
export interface Entry {
  name: string;
  dtype: Dtype;
  shape: number[];
  start: number;
  end: number;
}

export const bytesPerElement = (dtype: Dtype): number => ARRAYS[dtype].BYTES_PER_ELEMENT;

export interface ParsedHeader {
  metadata: Record<string, string>;
  entries: Entry[];
  /** Bytes after the header. */
  bodyLength: number;
}

/** @throws SafetensorsError where the announced length is not that of a header. */
export function parseHeaderLength(first8: Uint8Array): number {
  const length = new DataView(first8.buffer, first8.byteOffset, 8).getBigUint64(0, true);
  if (length < 2n || length > BigInt(MAX_HEADER_BYTES)) {
    throw new SafetensorsError(
      `header length ${length} is not within 2 … ${MAX_HEADER_BYTES} bytes`,
    );
  }
  return Number(length);
}

/** Parses and validates a header: known dtypes, sizes that fit their shapes, offsets that tile the body. */
export function parseHeader(bytes: Uint8Array): ParsedHeader {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new SafetensorsError("header is not UTF-8 JSON", { cause: error });
  }
  const parsed = Header.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new SafetensorsError(`header entry ${issue?.path.join(".")}: ${issue?.message}`);
  }
  const { __metadata__: metadata = {}, ...tensors } = parsed.data;
  const entries = Object.entries(tensors as Record<string, z.infer<typeof HeaderEntry>>)
    .map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [start, end],
        },
      ]) => ({ name, dtype, shape, start, end }),
    )
    .sort((a, b) => a.start - b.start || a.end - b.end);
  let at = 0;
  for (const { name, dtype, shape, start, end } of entries) {
    const size = shape.reduce((product, n) => product * n, 1) * ARRAYS[dtype].BYTES_PER_ELEMENT;
    if (start !== at)
      throw new SafetensorsError(`tensor ${name} begins at ${start}, expected ${at}`);
    if (end - start !== size)
      throw new SafetensorsError(`tensor ${name} has ${end - start} bytes, expected ${size}`);
    at = end;
  }
  return { metadata, entries, bodyLength: at };
}

/**
 * Views onto a message's body. Zero-copy where a tensor is aligned to its own element size within `body`'s buffer,
 * else that tensor is copied.
 */
export function viewTensors(header: ParsedHeader, body: Uint8Array): Safetensors {
  if (body.byteLength !== header.bodyLength) {
    throw new SafetensorsError(`body has ${body.byteLength} bytes, expected ${header.bodyLength}`);
  }
  const tensors = new Map<string, Tensor>();
  for (const { name, dtype, shape, start, end } of header.entries) {
    const ArrayType = ARRAYS[dtype];
    const offset = body.byteOffset + start;
    const length = (end - start) / ArrayType.BYTES_PER_ELEMENT;
    const data =
      offset % ArrayType.BYTES_PER_ELEMENT === 0
        ? new ArrayType(body.buffer as ArrayBuffer, offset, length)
        : new ArrayType(body.slice(start, end).buffer, 0, length);
    tensors.set(name, { dtype, shape, data });
  }
  return { metadata: header.metadata, tensors };
}

/** Reads one complete blob. */
export function decodeSafetensors(bytes: Uint8Array): Safetensors {
  if (bytes.byteLength < 8)
    throw new SafetensorsError(`file has ${bytes.byteLength} bytes, expected at least 8`);
  const headerLength = parseHeaderLength(bytes);
  if (bytes.byteLength < 8 + headerLength) {
    throw new SafetensorsError(
      `file ends within its header (${bytes.byteLength} of ${8 + headerLength} bytes)`,
    );
  }
  const header = parseHeader(bytes.subarray(8, 8 + headerLength));
  return viewTensors(header, bytes.subarray(8 + headerLength));
}

export const bytesOf = (data: ArrayOf<Dtype>): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** SHA-256 over names, dtypes, shapes and values, in order of the names: the same for the same tensors in any layout. */
export const tensorsHash = (tensors: ReadonlyMap<string, Tensor>): string =>
  hashInOrder(
    [...tensors].map(([name, { dtype, shape, data }]) => ({ name, dtype, shape, data })),
    ({ data }) => [bytesOf(data)],
  );

/** The same, of values that come piece by piece. */
export function hashInOrder<T extends Pick<Entry, "name" | "dtype" | "shape">>(
  tensors: readonly T[],
  piecesOf: (tensor: T) => Iterable<Uint8Array>,
): string {
  const hash = createHash("sha256");
  const byName = new Map(tensors.map((each) => [each.name, each]));
  for (const name of [...byName.keys()].sort()) {
    const each = byName.get(name) as T;
    hash.update(JSON.stringify([name, each.dtype, each.shape]));
    for (const piece of piecesOf(each)) hash.update(piece);
  }
  return hash.digest("hex");
}

export const tensor = <D extends Dtype>(
  dtype: D,
  shape: number[],
  data: ArrayOf<D>,
): Tensor<D> => ({ dtype, shape, data });

/**
 * Gives a file's tensor of that name, dtype and, if given, shape.
 *
 * @param memory gives the bytes that it is read into; not asked where the tensor is in memory already
 * @throws SafetensorsError where there is none
 */
export type TakeTensor = <D extends Dtype>(
  name: string,
  dtype: D,
  shape?: number[],
  memory?: (bytes: number) => Uint8Array,
) => ArrayOf<D>;

/** The tensor of that name, dtype and, if given, shape. */
export function takeTensor<D extends Dtype>(
  from: Safetensors,
  name: string,
  dtype: D,
  shape?: number[],
): ArrayOf<D> {
  return expectTensor(from.tensors, name, dtype, shape).data as ArrayOf<D>;
}

/** What a file says of a tensor of that name. @throws SafetensorsError where there is none, or one of another dtype or shape */
export function expectTensor<T extends { dtype: Dtype; shape: number[] }>(
  tensors: ReadonlyMap<string, T>,
  name: string,
  dtype: Dtype,
  shape?: number[],
): T {
  const found = tensors.get(name);
  if (found === undefined) {
    throw new SafetensorsError(
      `tensor ${name} is missing; there are: ${[...tensors.keys()].join(", ") || "none"}`,
    );
  }
  const isShape =
    shape === undefined ||
    (found.shape.length === shape.length && found.shape.every((n, i) => n === shape[i]));
  if (found.dtype !== dtype || !isShape) {
    throw new SafetensorsError(
      `tensor ${name} is ${found.dtype}[${found.shape}], expected ${dtype}[${shape ?? "…"}]`,
    );
  }
  return found;
}

/** An array of that dtype over bytes that begin at a place of its alignment. */
export const arrayOver = <D extends Dtype>(dtype: D, bytes: Uint8Array): ArrayOf<D> =>
  new ARRAYS[dtype](
    bytes.buffer as ArrayBuffer,
    bytes.byteOffset,
    bytes.byteLength / bytesPerElement(dtype),
  ) as ArrayOf<D>;

/**
 * As much of WebAssembly's binary format as loops over numbers need (core specification 2.0, § 5): instructions are functions that
 * give bytes. V8 makes of the same loop in JavaScript two to four times as slow a one, and has no vectors there.
 */
export type Code = readonly number[];

/** Unsigned and signed LEB128. */
const unsigned = (value: number): Code =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
const signed = (value: number): Code =>
  value >= -0x40 && value < 0x40 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];

const VALUE_TYPES = { i32: 0x7f, f64: 0x7c, v128: 0x7b } as const;
export type ValueType = keyof typeof VALUE_TYPES;

const vector = (opcode: number): Code => [0xfd, ...unsigned(opcode)];
/** Of memory: how many bytes it is aligned to, as a power of 2, and what is added to the address. */
const memory =
  (opcode: Code, align: number) =>
  (offset: number): Code => [...opcode, align, ...unsigned(offset)];

export const i32 = {
  constant: (value: number): Code => [0x41, ...signed(value)],
  load: memory([0x28], 2),
  /** One byte, unsigned. */
  loadByte: memory([0x2d], 0),
  store: memory([0x36], 2),
  isBelow: [0x49],
  add: [0x6a],
  shiftLeft: [0x74],
} as const;

export const f64 = {
  load: memory([0x2b], 3),
  store: memory([0x39], 3),
  add: [0xa0],
} as const;

/** Two f64 each. */
export const f64x2 = {
  load: memory(vector(0x00), 3),
  /** The same number twice. */
  loadTwice: memory(vector(0x0a), 3),
  store: memory(vector(0x0b), 3),
  zero: [...vector(0x0c), ...new Array<number>(16).fill(0)],
  isAtLeast: vector(0x4c),
  add: vector(0xf0),
  subtract: vector(0xf1),
  multiply: vector(0xf2),
  divide: vector(0xf3),
  /** The second where the first is less, else the first, also where one of them is NaN. */
  greater: vector(0xf7),
} as const;

/** Four i32. */
export const i32x4 = {
  /** Of four unsigned 16-bit numbers. */
  loadHalves: memory(vector(0x04), 3),
  /** The first two. */
  lowAsF64: vector(0xfe),
} as const;

/** Masks of `f64x2.isAtLeast` are −1 or 0 as i64: taken from a count they add what they tell. */
export const counts = {
  subtract: vector(0xd1),
  /** One of the two, as an i32. */
  first: [...vector(0x1d), 0, 0xa7],
  second: [...vector(0x1d), 1, 0xa7],
} as const;

/** The body again as long as the condition that it leaves is not 0. */
export const repeat = (...body: readonly Code[]): Code => [
  ...[0x03, 0x40],
  ...body.flat(),
  ...[0x0d, 0x00, 0x0b],
];

export interface Local {
  get: Code;
  set: Code;
  /** Sets it and leaves the value. */
  tee: Code;
}

/** Adds to an i32. */
export const step = (local: Local, by: number): Code => [
  ...[...local.get, ...i32.constant(by), ...i32.add],
  ...local.set,
];

export interface WasmFunction {
  /** All i32. */
  parameters: readonly string[];
  locals: Readonly<Record<string, ValueType>>;
  body: (of: (name: string) => Local) => readonly Code[];
}

/** What TypeScript tells of it to browsers alone. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>);
  }
  class Memory {
    constructor(size: { initial: number });
    readonly buffer: ArrayBuffer;
  }
  class Instance {
    constructor(module: Module, imports: { host: { memory: Memory } });
    readonly exports: unknown;
  }
}

const PAGE = 65_536;

/** A module of functions without results that share one memory. It is compiled once, when it is first used. */
export class WasmModule<Name extends string> {
  private compiled: WebAssembly.Module | undefined;

  constructor(private readonly functions: Readonly<Record<Name, WasmFunction>>) {}

  /** A memory of so many bytes, all 0, and the functions on it: addresses are its bytes. */
  instantiate(size: number): {
    buffer: ArrayBuffer;
    functions: Record<Name, (...parameters: number[]) => void>;
  } {
    this.compiled ??= new WebAssembly.Module(bytesOf(this.functions));
    const memory = new WebAssembly.Memory({ initial: Math.ceil(size / PAGE) });
    const { exports } = new WebAssembly.Instance(this.compiled, { host: { memory } });
    return { buffer: memory.buffer, functions: exports as Record<Name, () => void> };
  }
}

function bytesOf(functions: Readonly<Record<string, WasmFunction>>): Uint8Array<ArrayBuffer> {
  const all = Object.entries(functions);
  const signatures = all.map(([, { parameters }]) => [
    ...[0x60, ...unsigned(parameters.length)],
    ...parameters.map(() => VALUE_TYPES.i32),
    0,
  ]);
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, signatures),
    ...section(2, [[...named("host"), ...named("memory"), 0x02, 0x00, 1]]),
    ...section(3, [...all.keys()].map(unsigned)),
    ...section(
      7,
      all.map(([name], at) => [...named(name), 0x00, ...unsigned(at)]),
    ),
    ...section(
      10,
      all.map(([, each]) => sized(codeOf(each))),
    ),
  ]);
}

function codeOf({ parameters, locals, body }: WasmFunction): Code {
  const names = [...parameters, ...Object.keys(locals)];
  const of = (name: string): Local => {
    const at = names.indexOf(name);
    if (at < 0) throw new Error(`found no local ${name}, expected one of ${names.join(", ")}`);
    const of = (opcode: number): Code => [opcode, ...unsigned(at)];
    return { get: of(0x20), set: of(0x21), tee: of(0x22) };
  };
  const types = Object.values(locals).map((type) => [1, VALUE_TYPES[type]]);
  return [...unsigned(types.length), ...types.flat(), ...body(of).flat(), 0x0b];
}

const sized = (bytes: Code): Code => [...unsigned(bytes.length), ...bytes];
const named = (name: string): Code => sized([...new TextEncoder().encode(name)]);
const section = (id: number, entries: readonly Code[]): Code => [
  id,
  ...sized([...unsigned(entries.length), ...entries.flat()]),
];

import { type Tensor, takeTensor, tensor } from "../../engine/safetensors.js";
import {
  type EngineGate,
  type EngineSetting,
  gateRates,
  labelLosses,
  steeredLosses,
} from "../../engine/steer-jobs.js";
import { planShards } from "../../plan.js";
import { decodeSealed, encodeSealed } from "../../runs/sealed-file.js";
import { collectLosses, decodeLosses, encodeLosses, type TextLosses } from "../ablation/losses.js";
import { halving, keptPart } from "./kept-part.js";
import type { Prepared } from "./prepare.js";

/** −log p of C names behind T prompts under S settings, nats: [setting][text][name]. */
export interface NameLosses {
  /** Tokens of each name. */
  tokens: Uint32Array;
  /** Of a name's first token, and summed over all of them. */
  first: Float64Array[][];
  total: Float64Array[][];
}

/** Texts as the engine holds them. */
export interface Held {
  name: string;
  lengths: Uint32Array;
}

/** Under which settings, and from which file of vectors. */
export interface Under {
  settings: readonly EngineSetting[];
  bank: string | null;
}

/** How well the names of languages are predicted behind prompts; a part of the experiment that stays. */
export function measureNames(
  prepared: Prepared,
  part: string,
  prompts: Held,
  names: readonly string[],
  under: Under,
): Promise<NameLosses> {
  const count = prompts.lengths.length;
  const [S, C] = [under.settings.length, names.length];
  // Each prompt is read once with each name behind it.
  const cost = prompts.lengths.map((tokens) => tokens + LONGEST_NAME);
  return keptPart(
    prepared,
    part,
    (bytes) => decodeNames(bytes, S, count, C),
    () =>
      halving(prepared, cost, async (budget) => {
        const found: NameLosses = {
          tokens: new Uint32Array(C),
          ...{ first: empty(S, count, C), total: empty(S, count, C) },
        };
        const shards = planShards(cost, Math.max(1, Math.floor(budget / C)));
        const pass = {
          texts: prompts.name,
          shards,
          ...under,
          positions: prepared.request.positions,
        };
        const labels = names.map((name) => ` ${name}`);
        for await (const frame of labelLosses(prepared.jobs, { ...pass, labels })) {
          found.tokens = frame.labelTokens;
          for (let s = 0; s < S; s++)
            for (const [at, text] of frame.text.entries()) {
              const start = (s * frame.text.length + at) * C;
              (found.first[s] as Float64Array[])[text] = frame.first.slice(start, start + C);
              (found.total[s] as Float64Array[])[text] = frame.total.slice(start, start + C);
            }
        }
        return refuseGaps(found, part);
      }),
    encodeNames,
  );
}

/** A name has rarely more tokens than this; the budget is no hard limit. */
const LONGEST_NAME = 4;

const empty = (S: number, T: number, C: number): Float64Array[][] =>
  Array.from({ length: S }, () =>
    Array.from({ length: T }, () => new Float64Array(C).fill(Number.NaN)),
  );

function refuseGaps(found: NameLosses, part: string): NameLosses {
  if ([...found.first, ...found.total].flat().some((row) => row.some(Number.isNaN)))
    throw new Error(`the engine left out some of ${part}`);
  return found;
}

function encodeNames({ tokens, first, total }: NameLosses): Uint8Array {
  const shape = [first.length, first[0]?.length ?? 0, tokens.length];
  const flat = (rows: Float64Array[][]) =>
    tensor("F64", shape, Float64Array.from(rows.flat().flatMap((row) => [...row])));
  return encodeSealed(
    new Map<string, Tensor>([
      ["first", flat(first)],
      ["total", flat(total)],
      ["tokens", tensor("U32", [tokens.length], tokens)],
    ]),
    { schema: "1" },
  );
}

function decodeNames(bytes: Uint8Array, S: number, T: number, C: number): NameLosses {
  const blob = decodeSealed(bytes);
  const rows = (name: string) => {
    const all = takeTensor(blob, name, "F64", [S, T, C]);
    return Array.from({ length: S }, (_, s) =>
      Array.from({ length: T }, (_, t) => all.slice((s * T + t) * C, (s * T + t + 1) * C)),
    );
  };
  return {
    tokens: takeTensor(blob, "tokens", "U32", [C]),
    first: rows("first"),
    total: rows("total"),
  };
}

/** Losses of texts under settings; a part that stays. */
export function measureLosses(
  prepared: Prepared,
  part: string,
  texts: Held,
  under: Under,
): Promise<TextLosses> {
  const count = texts.lengths.length;
  const S = under.settings.length;
  return keptPart(
    prepared,
    part,
    (bytes) => decodeLosses(bytes, S, count),
    () =>
      halving(prepared, texts.lengths, (budget) => {
        const shards = planShards(texts.lengths, budget);
        const pass = { texts: texts.name, shards, ...under, positions: prepared.request.positions };
        return collectLosses(steeredLosses(prepared.jobs, pass), { sets: S, texts: count }, part);
      }),
    encodeLosses,
  );
}

/** How far each gate would be open in the model as it is, summed over the texts' tokens. */
export async function measureGates(
  prepared: Prepared,
  texts: Held,
  gates: readonly { layer: number; gate: EngineGate }[],
): Promise<{ tokens: number; open: number[] }> {
  return halving(prepared, texts.lengths, async (budget) => {
    const found = { tokens: 0, open: gates.map(() => 0) };
    const shards = planShards(texts.lengths, budget);
    for await (const frame of gateRates(prepared.jobs, { texts: texts.name, shards, gates })) {
      found.tokens += frame.tokens.reduce((sum, n) => sum + n, 0);
      for (let gate = 0; gate < gates.length; gate++)
        for (let at = 0; at < frame.text.length; at++)
          found.open[gate] =
            (found.open[gate] as number) + (frame.open[gate * frame.text.length + at] as number);
    }
    return found;
  });
}

import type { LossFrame } from "../../engine/engine-jobs.js";
import { type Tensor, takeTensor, tensor } from "../../engine/safetensors.js";
import { decodeSealed, encodeSealed } from "../../runs/sealed-file.js";

/** Losses of one language's texts under several sets of features: a finished part of an ablation. */
export interface TextLosses {
  /** Tokens of each of the T texts that are predicted. */
  tokens: Uint32Array;
  /** [set][text]: Σ of −log p over these tokens, in nats. */
  loss: Float64Array[];
}

/**
 * Puts together what the engine sends of so many sets and texts.
 *
 * @param what in words, for what it may leave out
 * @param onFrame how many texts under sets each frame brought
 */
export async function collectLosses(
  frames: AsyncIterable<LossFrame>,
  { sets, texts }: { sets: number; texts: number },
  what: string,
  onFrame: (count: number) => void = () => undefined,
): Promise<TextLosses> {
  const tokens = new Uint32Array(texts);
  const loss = Array.from({ length: sets }, () => new Float64Array(texts).fill(Number.NaN));
  for await (const frame of frames) {
    for (const [at, text] of frame.text.entries()) {
      tokens[text] = frame.tokens[at] as number;
      for (const [set, row] of loss.entries())
        row[text] = frame.loss[set * frame.text.length + at] as number;
    }
    onFrame(frame.text.length * sets);
  }
  if (loss.some((row) => row.some(Number.isNaN)))
    throw new Error(`the engine left out losses of ${what}`);
  return { tokens, loss };
}

export function encodeLosses({ tokens, loss }: TextLosses): Uint8Array {
  const all = new Float64Array(loss.length * tokens.length);
  for (const [set, row] of loss.entries()) all.set(row, set * tokens.length);
  return encodeSealed(
    new Map<string, Tensor>([
      ["loss", tensor("F64", [loss.length, tokens.length], all)],
      ["tokens", tensor("U32", [tokens.length], tokens)],
    ]),
    { schema: "1" },
  );
}

/** @throws SafetensorsError where the bytes are not such a part of so many sets and texts */
export function decodeLosses(bytes: Uint8Array, sets: number, texts: number): TextLosses {
  const blob = decodeSealed(bytes);
  const all = takeTensor(blob, "loss", "F64", [sets, texts]);
  return {
    tokens: takeTensor(blob, "tokens", "U32", [texts]),
    loss: Array.from({ length: sets }, (_, set) => all.slice(set * texts, (set + 1) * texts)),
  };
}

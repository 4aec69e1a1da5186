import { z } from "zod";
import {
  decodeSafetensors,
  type Safetensors,
  SafetensorsError,
  type Tensor,
  tensorsHash,
} from "../engine/safetensors.js";
import { encodeSafetensors } from "../engine/write-safetensors.js";
import { textHash } from "../plan.js";

/** A safetensors file that carries the hash of its tensors, so that damage within them shows. */
export const encodeSealed = (
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Record<string, string>,
): Uint8Array => encodeSafetensors(tensors, { ...metadata, sha256: tensorsHash(tensors) });

/** @throws SafetensorsError where the bytes are not what was written */
export function decodeSealed(bytes: Uint8Array): Safetensors {
  const blob = decodeSafetensors(bytes);
  const { sha256, ...metadata } = blob.metadata;
  if (sha256 !== tensorsHash(blob.tensors)) {
    throw new SafetensorsError("its content is not what was written (the hash does not fit)");
  }
  return { ...blob, metadata };
}

const SealedJson = z.strictObject({ sha256: z.string(), content: z.json() });

/** The same of JSON: what its content is written as has the hash. */
export const encodeSealedJson = (content: unknown): Uint8Array =>
  new TextEncoder().encode(JSON.stringify({ sha256: textHash(JSON.stringify(content)), content }));

/** @throws SyntaxError or ZodError where the bytes are not what was written */
export function decodeSealedJson(bytes: Uint8Array): unknown {
  const { sha256, content } = SealedJson.parse(JSON.parse(new TextDecoder().decode(bytes)));
  if (sha256 === textHash(JSON.stringify(content))) return content;
  throw new SyntaxError("its content is not what was written (the hash does not fit)");
}

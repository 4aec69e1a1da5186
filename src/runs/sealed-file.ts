import {
  decodeSafetensors,
  encodeSafetensors,
  type Safetensors,
  SafetensorsError,
  type Tensor,
  tensorsHash,
} from "../engine/safetensors.js";

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

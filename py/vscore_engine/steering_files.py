"""Steering vectors and learned gates as the steering repository keeps them, in `.pt` files."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vscore_engine.errors import EngineError
from vscore_engine.frames import encode
from vscore_engine.run_files import load_safetensors, save
from vscore_engine.torch_archive import load_plain

if TYPE_CHECKING:
    import torch


def write_bank(source: Path, target: Path, metadata: Mapping[str, Any]) -> None:
    """safetensors with `layer.<L>` F32[d] -> {"metadata", "sv_bank": {L: float32[d]}}."""
    tensors = load_safetensors(source)
    bank = {
        int(name.removeprefix("layer.")): tensor.float().clone()
        for name, tensor in sorted(tensors.items(), key=lambda entry: entry[0])
    }
    save({"metadata": dict(metadata), "sv_bank": dict(sorted(bank.items()))}, target)


def write_gates(
    target: Path, gates: Mapping[str, Mapping[str, Any]], metadata: Mapping[str, Any]
) -> None:
    """Layer -> {"features", "weight", "bias"} as {"metadata", "learned_gate_bank": {L: {...}}}."""
    import torch

    bank = {
        int(layer): {
            "feature_indices": [int(feature) for feature in gate["features"]],
            "weight": torch.tensor(gate["weight"], dtype=torch.float32),
            "bias": float(gate["bias"]),
        }
        for layer, gate in gates.items()
    }
    save({"metadata": dict(metadata), "learned_gate_bank": bank}, target)


def read_bank(source: Path, target: Path, name: str) -> dict[str, object]:
    """The other way: writes `layer.<L>` F32[d] as safetensors, returns {"metadata", "layers"}.

    Takes a bare {L: vector} too, as the repository's own reader does; "metadata" is null then.
    Raises "request" for everything else; `name` is what errors call the file.
    """
    content = load_plain(source, lambda reason: _refuse(name, reason))
    if not isinstance(content, dict):
        raise _refuse(name, "it holds no dictionary")
    metadata: object = None
    if "sv_bank" in content:
        metadata, content = content.get("metadata"), content["sv_bank"]
    if not isinstance(content, dict) or not content:
        raise _refuse(name, "its sv_bank holds no vectors")
    layers: dict[int, Any] = {}
    for key, vector in content.items():
        layer = _layer(name, key)
        if layer in layers:
            raise _refuse(name, f"it has layer {layer} twice")
        layers[layer] = _vector(name, key, vector).numpy()
    tensors = [(f"layer.{layer}", vector) for layer, vector in layers.items()]
    with target.open("wb") as file:
        for buffer in encode({}, tensors):
            file.write(buffer)
    return {"metadata": _plain(metadata), "layers": list(layers)}


# Of a layer's number. int() refuses thousands of them.
_MOST_DIGITS = 6


def _layer(name: str, key: object) -> int:
    if not str(key).isdecimal() or len(str(key)) > _MOST_DIGITS:
        raise _refuse(name, f"{str(key)[:40]!r} is not the number of a layer")
    return int(str(key))


def _vector(name: str, key: object, vector: object) -> "torch.Tensor":
    import torch

    if (
        not isinstance(vector, torch.Tensor)
        or vector.ndim != 1
        or vector.layout != torch.strided
        or not vector.is_floating_point()
        or vector.numel() * vector.element_size() > vector.untyped_storage().nbytes()
    ):
        raise _refuse(name, f"layer {key} holds something else than one vector of numbers")
    # One that was trained may still carry its gradients.
    single = vector.detach().float().contiguous()
    if not bool(torch.isfinite(single).all()):
        raise _refuse(name, f"the vector of layer {key} is not all finite numbers of float32")
    return single


def _plain(metadata: object) -> dict[str, object] | None:
    """What of the metadata is text, numbers, or lists and dictionaries of these."""
    if not isinstance(metadata, dict):
        return None
    return {str(key): value for key, value in metadata.items() if _is_plain(value)}


def _is_plain(value: object) -> bool:
    if isinstance(value, list | tuple):
        return all(_is_plain(each) for each in value)
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(each) for key, each in value.items())
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, str | int | bool | type(None))


def _refuse(name: str, reason: str) -> EngineError:
    return EngineError(
        "request",
        f'{name} holds no steering vectors: {reason}. {{"metadata", "sv_bank": {{layer: float '
        "vector}} was expected, as build_steering_vectors.py writes it. Choose another file.",
    )

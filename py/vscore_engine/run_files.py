"""Convert a run's scores between safetensors (what vscore reads) and `.pt` (what PyTorch reads).

Needs torch and safetensors alone, no model.
"""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vscore_engine.errors import EngineError
from vscore_engine.frames import encode
from vscore_engine.torch_archive import load_plain

if TYPE_CHECKING:
    import torch

INDEX = "top_index_per_lan"
VALUE = "top_values_per_lan"


def write_pt(source: Path, target: Path, layers: Sequence[int]) -> None:
    """safetensors -> .pt, layers in the given order.

    Reads `layer.<L>.index` I32[K, F] and `layer.<L>.value` F32[K, F]; writes
    {"layers": {"<L>": {INDEX: int64[K, F], VALUE: float32[K, F]}}}. The same tensors give the same
    bytes under any name: torch.save writes a file's own name into it, but a buffer has none.
    """
    import torch

    tensors = load_safetensors(source)
    content: dict[str, dict[str, torch.Tensor]] = {}
    for layer in layers:
        names = f"layer.{layer}.index", f"layer.{layer}.value"
        if not tensors.keys() >= set(names):
            raise EngineError(
                "request",
                f"{source} has no scores of layer {layer}. Tensors {names[0]} and {names[1]} were "
                "expected. Check the layers, or make the run again.",
            )
        index, value = (tensors[name] for name in names)
        content[str(layer)] = {INDEX: index.to(torch.int64), VALUE: value.to(torch.float32)}
    save({"layers": content}, target)


def write_tensor(source: Path, target: Path, name: str) -> None:
    """One tensor of a safetensors file -> a .pt that is this tensor: int64 or float32.

    Scripts that read such files index with the integers, for which PyTorch wants int64.
    """
    import torch

    tensors = load_safetensors(source)
    if name not in tensors:
        raise EngineError(
            "request",
            f"{source} has no tensor {name}. One of {', '.join(tensors) or 'none'} was expected. "
            "Check the layers, or make the run again.",
        )
    tensor = tensors[name]
    save(tensor.to(torch.float32 if tensor.is_floating_point() else torch.int64), target)


def save(content: object, target: Path) -> None:
    """torch.save, of which the same content gives the same bytes under any name."""
    import torch

    buffer = io.BytesIO()
    torch.save(content, buffer)
    target.write_bytes(buffer.getbuffer())


def read_pt(source: Path, target: Path) -> dict[str, object]:
    """.pt -> safetensors, checked: {"layers", "languages": K, "features": {layer: F}}.

    The file may come from anyone, so code in it is never run (weights_only). Raises "request" for
    everything that is not what `write_pt` describes.
    """
    import torch

    content = load_plain(source, lambda reason: _refuse(source, reason))
    layers = _check_content(source, content)
    tensors: list[tuple[str, Any]] = []
    for layer, (index, value) in layers.items():
        tensors.append((f"layer.{layer}.index", index.to(torch.int32).contiguous().numpy()))
        tensors.append((f"layer.{layer}.value", value.to(torch.float32).contiguous().numpy()))
    with target.open("wb") as file:
        for buffer in encode({}, tensors):
            file.write(buffer)
    shapes = {str(layer): index.shape for layer, (index, _) in layers.items()}
    return {
        "layers": list(layers),
        "languages": next(iter(shapes.values()))[0],
        "features": {layer: shape[1] for layer, shape in shapes.items()},
    }


def load_safetensors(source: Path) -> "dict[str, torch.Tensor]":
    """All tensors of a safetensors file. Raises "request" for a file that is none, or not there."""
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        return load(source.read_bytes())
    except FileNotFoundError as error:
        raise EngineError(
            "request",
            f"There is no file {source}. The scores of a finished run were expected. "
            "Check the path.",
        ) from error
    except SafetensorError as error:
        raise EngineError(
            "request",
            f"{source} cannot be read: {error}. A whole safetensors file was expected. "
            "Make the run again.",
        ) from error


def _check_content(source: Path, content: object) -> "dict[int, tuple[torch.Tensor, torch.Tensor]]":
    layers = content.get("layers") if isinstance(content, dict) else None
    if not isinstance(layers, dict) or not layers or set(content) != {"layers"}:  # type: ignore[arg-type]
        raise _refuse(source, 'it does not hold {"layers": {...}} alone')
    checked: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}
    languages = None
    for key, entry in layers.items():
        if not str(key).isdecimal() or int(key) in checked:
            raise _refuse(source, f"{key!r} is not the number of a layer, or there twice")
        pair = _check_layer(source, key, entry)
        languages = languages or pair[0].shape[0]
        if pair[0].shape[0] != languages:
            raise _refuse(
                source, f"layer {key} has {pair[0].shape[0]} languages, another has {languages}"
            )
        checked[int(key)] = pair
    return checked


def _check_layer(source: Path, key: object, entry: object) -> "tuple[torch.Tensor, torch.Tensor]":
    import torch

    if not isinstance(entry, dict) or set(entry) != {INDEX, VALUE}:
        raise _refuse(source, f"layer {key} does not hold {INDEX} and {VALUE} alone")
    index, value = entry[INDEX], entry[VALUE]
    if not (isinstance(index, torch.Tensor) and isinstance(value, torch.Tensor)):
        raise _refuse(source, f"layer {key} holds something else than tensors")
    if index.ndim != 2 or index.shape != value.shape or index.numel() == 0:
        raise _refuse(
            source, f"layer {key} has shapes {tuple(index.shape)} and {tuple(value.shape)}"
        )
    for tensor in (index, value):
        if tensor.layout != torch.strided or tensor.device.type != "cpu":
            raise _refuse(source, f"layer {key} holds something else than plain tensors")
        # A view may claim more elements than there are bytes behind it.
        if tensor.numel() * tensor.element_size() > tensor.untyped_storage().nbytes():
            raise _refuse(source, f"layer {key} claims more numbers than the file holds")
    if index.is_floating_point() or index.is_complex() or index.dtype == torch.bool:
        raise _refuse(source, f"the indices of layer {key} are {index.dtype}")
    if value.dtype not in (torch.float32, torch.float16, torch.bfloat16):
        raise _refuse(
            source, f"the values of layer {key} are {value.dtype}, not of 32 bits or less"
        )
    if not torch.isfinite(value).all():
        raise _refuse(source, f"the values of layer {key} are not all finite numbers")
    expected = torch.arange(index.shape[1]).expand(index.shape)
    if not torch.equal(index.long().sort(dim=1).values, expected):
        raise _refuse(source, f"a row of layer {key} is not an order of all its features")
    if (value[:, 1:] > value[:, :-1]).any():
        raise _refuse(source, f"the values of layer {key} do not fall from left to right")
    return index, value


def _refuse(source: Path, reason: str) -> EngineError:
    return EngineError(
        "request",
        f"{source} is no score file: {reason}. For each layer, {INDEX} (integers) and {VALUE} "
        "(floats) of the shape [languages, features] were expected. Choose another file.",
    )

"""What this machine makes of a batch, and how many features a release says are active."""

import re
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from vscore_engine.activations import forward
from vscore_engine.dictionaries import Dictionary
from vscore_engine.models import LoadedModel
from vscore_engine.tokens import TokenizedText

if TYPE_CHECKING:
    import torch


def check(
    loaded: LoadedModel,
    dictionaries: Mapping[int, Dictionary],
    texts: Mapping[str, Sequence[TokenizedText]],
    on_layer: Callable[[int], None] = lambda _: None,
) -> dict[str, object]:
    """Encode every language's texts, all of them in one padded batch, and some of them alone.

    on_layer is told how many layers are done.

    Returns {"layers": [{"layer", "max_difference"}], "tokens_per_s", "memory_bytes", "tf32"}.
    max_difference: the largest |a - b| / max(1, |b|) of an activation of a counted token (neither
    special nor at the first position) between the batch and the text alone, for the first text of
    each language; None where an activation is not finite.
    """
    batch = [text for language in texts.values() for text in language]
    counted = np.concatenate([text.role == 0 for text in batch])

    inputs = forward(loaded, dictionaries, batch)
    began = time.perf_counter()
    # The second time nothing is warmed up any more.
    forward(loaded, dictionaries, batch)
    _wait_for(loaded.device)
    seconds = time.perf_counter() - began
    firsts = [language[0] for language in texts.values() if language]
    alone = [forward(loaded, dictionaries, [text]) for text in firsts]
    ends = np.cumsum([len(text.ids) for text in batch])
    is_first = np.zeros(len(counted), dtype=bool)
    for text, end in zip(batch, ends, strict=True):
        is_first[end - len(text.ids) : end] = any(text is first for first in firsts)

    layers = []
    for number, (layer, entry) in enumerate(dictionaries.items()):
        on_layer(number)
        chosen = is_first & counted
        batched = _encoded(entry, inputs[layer].float())[chosen]
        single = _encoded(entry, _joined([one[layer] for one in alone]).float())
        difference = _difference(batched, single[counted[is_first]])
        layers.append({"layer": layer, "max_difference": difference})
    return {
        "layers": layers,
        "tokens_per_s": float(len(counted) / seconds),
        "memory_bytes": peak_memory(loaded.device),
        "tf32": _tf32(),
    }


def stated_l0(entry: Dictionary) -> float | None:
    """Mean number of active features that the release states, in its registry or its paths."""
    if entry.source.path is not None:
        return None
    in_path = re.search(r"average_l0_(\d+)", f"{entry.source.sae_id} {entry.source.place}")
    if in_path:
        return float(in_path.group(1))
    from sae_lens.loading.pretrained_saes_directory import get_pretrained_saes_directory

    release = get_pretrained_saes_directory().get(entry.source.release)
    stated = None if release is None else release.expected_l0.get(entry.source.sae_id)
    return float(stated) if stated else None


def peak_memory(device: "torch.device") -> int:
    """Most bytes so far: of our tensors on a CUDA device, else of the process."""
    import torch

    if device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(device))
    # Linux counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _encoded(entry: Dictionary, rows: "torch.Tensor") -> np.ndarray:
    import torch

    with torch.inference_mode():
        return entry.encode(rows).cpu().numpy()


def _difference(batched: np.ndarray, alone: np.ndarray) -> float | None:
    """Largest relative difference of an activation; None where a number is not finite."""
    if batched.size == 0:
        return 0.0
    found = np.abs(batched - alone) / np.maximum(1, np.abs(alone))
    most = float(found.max())
    return most if np.isfinite(most) else None


def _joined(parts: "list[torch.Tensor]") -> "torch.Tensor":
    import torch

    return torch.cat(parts)


def _wait_for(device: "torch.device") -> None:
    import torch

    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _tf32() -> bool:
    import torch

    return bool(torch.backends.cuda.matmul.allow_tf32)

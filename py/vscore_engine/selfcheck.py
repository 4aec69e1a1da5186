"""What this machine makes of a batch, and how many features a release says are active."""

import re
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from vscore_engine.activations import all_of, forward, one_pass, points_of
from vscore_engine.devices import rounds_products, wait_for
from vscore_engine.dictionaries import Dictionary
from vscore_engine.encoding import block_height
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
    import torch

    batch = [text for language in texts.values() for text in language]
    counted = np.concatenate([text.role == 0 for text in batch])

    # Among the others' padding, where a run would have kept texts of other lengths apart.
    inputs = one_pass(loaded, points_of(dictionaries), batch, all_of(batch))
    began = time.perf_counter()
    # The second time nothing is warmed up any more.
    forward(loaded, dictionaries, batch)
    wait_for(loaded.device)
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
        single = torch.cat([one[layer] for one in alone]) if alone else inputs[layer][:0]
        difference = _difference(entry, inputs[layer], single, is_first, counted)
        layers.append({"layer": layer, "max_difference": difference})
    return {
        "layers": layers,
        "tokens_per_s": float(len(counted) / seconds),
        "memory_bytes": peak_memory(loaded.device),
        "tf32": rounds_products(),
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


def _difference(
    entry: Dictionary,
    batch: "torch.Tensor",
    alone: "torch.Tensor",
    is_first: np.ndarray,
    counted: np.ndarray,
) -> float | None:
    """Largest relative difference of an activation; None where a number is not finite.

    batch: rows [n, d_in] of all texts; alone: those of the first texts, which are at `is_first` in
    the batch. Compared at the counted tokens, block by block.
    """
    import torch

    # Of each row of the batch, the row of the same token alone.
    same = np.cumsum(is_first) - 1
    most = 0.0
    height = block_height(entry)
    for start in range(0, len(batch), height):
        own = slice(start, start + height)
        compared = (is_first & counted)[own]
        if not compared.any():
            continue
        with torch.inference_mode():
            batched = entry.encode(batch[own].float())[torch.from_numpy(compared).to(batch.device)]
            single = entry.encode(alone[torch.from_numpy(same[own][compared])].float())
            found = (batched - single).abs() / single.abs().clamp(min=1)
        if not torch.isfinite(found).all():
            return None
        most = max(most, float(found.max()))
    return most

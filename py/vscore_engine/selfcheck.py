"""Does a dictionary fit the tensor it reads? A few sentences, reconstructed, and counted.

A wrong hook point, model or precision shows in numbers that every release states: how much of the
variance is explained and how many features are active. Sums only: their ratios, and what they say,
are formed in TypeScript.
"""

import re
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from vscore_engine.activations import forward
from vscore_engine.dictionaries import Dictionary, at_output
from vscore_engine.errors import EngineError
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
    """Check every dictionary on every language's texts, all of them in one padded batch.

    on_layer is told how many layers are done.

    Returns {"layers": [{"layer", "stated_l0", "output_module", "max_difference", "languages":
    {code: {"tokens", "active", "error", "variance", "not_finite"}}}], "tokens_per_s",
    "memory_bytes", "tf32"}. Over the counted tokens (neither special nor at the first position) of
    a language: active is the number of (token, feature) pairs; error sum |y - y'|^2 and variance
    sum |y - mean(y)|^2, in float64, where y is the tensor that the dictionary reconstructs (of a
    transcoder: the one that `hook_name_out` of its metadata names). max_difference: the largest
    |a - b| / max(1, |b|) of an activation between the batch and the text alone, for the first text
    of each language.
    """
    batch = [text for language in texts.values() for text in language]
    counted = np.concatenate([text.role == 0 for text in batch])
    outputs = {layer: at_output(entry, loaded.config) for layer, entry in dictionaries.items()}

    inputs = forward(loaded, dictionaries, batch)
    began = time.perf_counter()
    # The second time nothing is warmed up any more.
    forward(loaded, dictionaries, batch)
    _wait_for(loaded.device)
    seconds = time.perf_counter() - began
    targets = forward(loaded, outputs, batch)
    firsts = [language[0] for language in texts.values() if language]
    alone = [forward(loaded, dictionaries, [text]) for text in firsts]
    ends = np.cumsum([len(text.ids) for text in batch])
    is_first = np.zeros(len(counted), dtype=bool)
    for text, end in zip(batch, ends, strict=True):
        is_first[end - len(text.ids) : end] = any(text is first for first in firsts)

    layers = []
    for number, (layer, entry) in enumerate(dictionaries.items()):
        on_layer(number)
        rows = inputs[layer].float()
        y = targets[layer].float()
        features, rebuilt = _apply(entry, rows)
        single = _encoded(entry, _joined([one[layer] for one in alone]).float())
        layers.append(
            {
                "layer": layer,
                "stated_l0": stated_l0(entry),
                "output_module": outputs[layer].point.describe(loaded.config.model_type),
                "max_difference": _difference(
                    features[is_first & counted], single[counted[is_first]]
                ),
                "languages": _by_language(texts, counted, features, rebuilt, y),
            }
        )
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


def _apply(entry: Dictionary, rows: "torch.Tensor") -> tuple[np.ndarray, np.ndarray]:
    """Activations f32 [n, d_sae] and reconstruction f64 [n, d_out] of rows [n, d_in]."""
    import torch

    if rows.shape[-1] != int(entry.sae.cfg.d_in):
        raise EngineError(
            "request",
            f"The dictionary {entry.source.name} reads vectors of {entry.sae.cfg.d_in} values, the "
            f"tensor has {rows.shape[-1]}. The same width was expected. Choose another dictionary.",
        )
    with torch.inference_mode():
        # forward, not decode(encode()): it adds a transcoder's skip connection.
        return _encoded(entry, rows), entry.sae(rows).double().cpu().numpy()


def _encoded(entry: Dictionary, rows: "torch.Tensor") -> np.ndarray:
    import torch

    with torch.inference_mode():
        return entry.encode(rows).cpu().numpy()


def _by_language(
    texts: Mapping[str, Sequence[TokenizedText]],
    counted: np.ndarray,
    features: np.ndarray,
    rebuilt: np.ndarray,
    target: "torch.Tensor",
) -> dict[str, dict[str, object]]:
    y = target.double().cpu().numpy()
    sums: dict[str, dict[str, object]] = {}
    start = 0
    for language, own in texts.items():
        stop = start + sum(len(text.ids) for text in own)
        rows = np.flatnonzero(counted[start:stop]) + start
        start = stop
        finite = np.isfinite(y[rows]).all(axis=1) & np.isfinite(features[rows]).all(axis=1)
        finite &= np.isfinite(rebuilt[rows]).all(axis=1)
        good = rows[finite]
        centred = y[good] - y[good].mean(axis=0) if len(good) else y[good]
        sums[language] = {
            "tokens": len(good),
            "not_finite": len(rows) - len(good),
            "active": int((features[good] != 0).sum()),
            "error": float(((y[good] - rebuilt[good]) ** 2).sum()),
            "variance": float((centred**2).sum()),
        }
    return sums


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

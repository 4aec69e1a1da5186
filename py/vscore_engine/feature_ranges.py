"""Ranges of a dictionary's features, each encoded by itself.

By the dictionary's own encoder, with views of the weights of those features alone.
"""

from typing import Any

import torch
from torch.func import functional_call

# Architectures of which each feature is computed without the others.
_ELEMENTWISE = {
    "standard",
    "jumprelu",
    "gated",
    "transcoder",
    "skip_transcoder",
    "jumprelu_transcoder",
    "jumprelu_skip_transcoder",
}
# The dimension of each weight that counts features; None where all features share it.
_FEATURES = {
    "W_enc": 1,
    "W_dec": 0,
    "b_enc": 0,
    "threshold": 0,
    "b_gate": 0,
    "b_mag": 0,
    "r_mag": 0,
    "b_dec": None,
    "W_skip": None,
}


def is_divisible(sae: Any, least: int) -> bool:
    """Whether ranges of at least so many features can be encoded one by one.

    Of the k largest, each range has at most k: `top_k` then takes them from what all ranges found.
    """
    if any(name not in _FEATURES for name, _ in sae.named_parameters()):
        return False
    kind = sae.cfg.architecture()
    return kind in _ELEMENTWISE or (kind == "topk" and int(sae.cfg.k) <= least)


def encodes_alone(sae: Any) -> bool:
    """Whether encoding needs no decoder: some encoders weigh what they find by its norms, others
    decode as they go."""
    kind = sae.cfg.architecture()
    rescales = getattr(sae.cfg, "rescale_acts_by_decoder_norm", False)
    return kind in _ELEMENTWISE or (kind == "topk" and not rescales)


def top_k(sae: Any) -> int | None:
    """How many features of a token are active at most, where that couples the ranges."""
    return int(sae.cfg.k) if sae.cfg.architecture() == "topk" else None


def encode_range(sae: Any, rows: torch.Tensor, first: int, stop: int) -> torch.Tensor:
    """Rows f32 [n, d_in] -> activations f32 [n, stop - first] of features `first` to `stop`."""
    weights = {}
    for name, weight in sae.named_parameters():
        dimension = _FEATURES[name]
        # One that was given back has no features.
        if dimension is not None and weight.numel():
            weight = weight.narrow(dimension, first, stop - first)
        weights[f"sae.{name}"] = weight
    return functional_call(_Encodes(sae), weights, (rows,))


class _Encodes(torch.nn.Module):
    """A module whose forward pass is the dictionary's `encode`."""

    def __init__(self, sae: Any) -> None:
        super().__init__()
        self.sae = sae

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        found = self.sae.encode(rows)
        return found.to_dense() if found.is_sparse else found

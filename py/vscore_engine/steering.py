"""Add vectors to the residual stream behind blocks, everywhere or where a gate is open."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from vscore_engine.capture import as_read, find_layers, watch
from vscore_engine.dictionaries import Dictionary
from vscore_engine.encoding import block_height
from vscore_engine.errors import EngineError
from vscore_engine.hook_points import HookPoint
from vscore_engine.interventions import edited
from vscore_engine.tokens import TokenizedText, place_of

if TYPE_CHECKING:
    import torch


class Gate(Protocol):
    """How far a vector is added at a token, told by what a dictionary sees there."""

    @property
    def dictionary(self) -> Dictionary:
        """What is read, and where."""
        ...

    def opening(self, rows: "torch.Tensor") -> "torch.Tensor":
        """Rows [n, d_in] of what the dictionary reads -> f32 [n], from 0 to 1."""
        ...


@dataclass(frozen=True)
class FeatureGate:
    """1 where any of the features is more active than the threshold, else 0."""

    dictionary: Dictionary
    features: tuple[int, ...]
    threshold: float

    def opening(self, rows: "torch.Tensor") -> "torch.Tensor":
        return (
            (activations_of(self.dictionary, rows, self.features) > self.threshold).any(-1).float()
        )


@dataclass(frozen=True)
class LearnedGate:
    """sigmoid(w . a + b) of the features' activations a."""

    dictionary: Dictionary
    features: tuple[int, ...]
    weight: "torch.Tensor"
    bias: "torch.Tensor"

    def opening(self, rows: "torch.Tensor") -> "torch.Tensor":
        active = activations_of(self.dictionary, rows, self.features)
        return (active @ self.weight + self.bias).sigmoid()


@dataclass(frozen=True)
class SteeredLayer:
    """h -> h + g(h) v behind the block `layer`; `vector` f32 [d_model]; without a gate g is 1."""

    layer: int
    vector: "torch.Tensor"
    gate: Gate | None


def activations_of(
    dictionary: Dictionary, rows: "torch.Tensor", features: Sequence[int]
) -> "torch.Tensor":
    """f32 [n, k] of some features on rows [n, d_in], by the dictionary's own encoder.

    Dense activations are never held for more than a block of rows. Without gradients.
    """
    import torch

    columns = list(features)
    parts = []
    with torch.no_grad():
        for block in rows.split(block_height(dictionary)):
            # A copy: a view would keep the whole width.
            parts.append(dictionary.encode(block.float())[:, columns].float().clone())
    return torch.cat(parts) if parts else rows.new_zeros((0, len(columns)))


def steered_positions(
    texts: Sequence[TokenizedText], positions: str, *, left: bool = False
) -> np.ndarray:
    """bool [texts, longest], padded as `pad` does it: where a vector is added.

    all: at every token, as the steering repository does it. counted: neither at the first position
    of a text, which is an attention sink, nor at special tokens.
    """
    longest = max(len(text.ids) for text in texts)
    wanted = np.zeros((len(texts), longest), dtype=bool)
    for row, text in enumerate(texts):
        own = place_of(text, longest, left=left)
        wanted[row, own] = True if positions == "all" else text.role == 0
    return wanted


@contextmanager
def steered(
    text_model: Any, layers: Sequence[SteeredLayer], positions: "torch.Tensor"
) -> Iterator[None]:
    """Steer every forward pass inside; then the model is as before.

    positions: bool [batch, prompt]. Tokens behind these, which are being written, are steered.
    A gate reads the state that arrives: of a second layer, one that the first has steered.
    """
    with ExitStack() as stack:
        for each in layers:
            stack.enter_context(_steered_layer(text_model, each, positions))
        yield


@contextmanager
def _steered_layer(
    text_model: Any, each: SteeredLayer, positions: "torch.Tensor"
) -> Iterator[None]:
    opening: list[torch.Tensor] = []
    gate = each.gate

    def add(hidden: "torch.Tensor") -> "torch.Tensor":
        wanted = _at(positions, hidden)
        share = wanted.float() if gate is None else opening.pop()
        return (hidden.float() + share.unsqueeze(-1) * each.vector).to(hidden.dtype)

    with ExitStack() as stack:
        if gate is not None:
            point = gate.dictionary.point
            module = find_layers(text_model)[point.layer].get_submodule(point.module)

            def read(value: "torch.Tensor") -> None:
                wanted = _at(positions, value)
                rows = as_read(value[wanted], point, module)
                closed = rows.new_zeros(wanted.shape).float()
                opening[:] = [closed.masked_scatter(wanted, gate.opening(rows))]

            # Before the hook that adds: it reads what arrives there.
            stack.callback(watch(module, point, read).remove)
        stack.enter_context(edited(text_model, HookPoint(each.layer, "", "output"), add))
        yield


def _at(positions: "torch.Tensor", hidden: "torch.Tensor") -> "torch.Tensor":
    """bool [batch, position] of a pass over the prompt, over more than it, or over what follows."""
    import torch

    batch, length = hidden.shape[:2]
    known = positions.shape[1]
    if length < known:
        # With a cache, what was seen before does not pass again.
        return positions.new_ones((batch, length))
    return torch.cat([positions, positions.new_ones((batch, length - known))], dim=1)


def refuse_later(layer: int, dictionary: Dictionary) -> None:
    """A gate must be read before its vector is added. Raises "request" otherwise."""
    point = dictionary.point
    if point.layer > layer:
        raise EngineError(
            "request",
            f"The dictionary {dictionary.source.name} of layer {layer} reads layer {point.layer}. "
            "A gate was expected that is read before the vector is added. Choose another layer.",
        )

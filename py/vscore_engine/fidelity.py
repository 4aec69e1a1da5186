"""How well dictionaries rebuild the tensors that they read: sums of a batch, and what the model
predicts with the rebuilt tensor in place of its own.

Sums only: shares of variance, and what they say, are formed in TypeScript.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from vscore_engine.activations import rows_at
from vscore_engine.capture import as_read, find_layers, watch
from vscore_engine.dictionaries import Dictionary, at_output
from vscore_engine.encoding import block_height
from vscore_engine.errors import EngineError
from vscore_engine.hook_points import HookPoint
from vscore_engine.interventions import edited
from vscore_engine.models import LoadedModel
from vscore_engine.tokens import TokenizedText

if TYPE_CHECKING:
    import torch


@dataclass
class Target:
    """The tensor that a dictionary rebuilds: of an SAE, the one that it reads.

    point is None where the dictionary does not say which; untold then says so in words.
    """

    point: HookPoint | None
    untold: str | None = None

    @property
    def is_passed_on(self) -> bool:
        """Whether the model itself passes the tensor on, so that another can take its place."""
        return self.point is not None and self.point.transform == "none"


def target_of(entry: Dictionary, text_config: Any) -> Target:
    """What a loaded dictionary rebuilds in this model."""
    try:
        return Target(at_output(entry, text_config).point)
    except EngineError as error:
        if error.kind != "request":
            raise
        return Target(None, str(error))


@dataclass
class Rebuilt:
    """Sums over the counted tokens of a batch, of one layer.

    tokens: those whose numbers are finite; not_finite: the others. active: (token, feature) pairs.
    error: sum |y - y'|^2; deviation: sum |y - mean|^2 around the batch's own mean f64 [d_out],
    where y is the tensor that is rebuilt as y'. All in float64.
    """

    tokens: int = 0
    not_finite: int = 0
    active: int = 0
    error: float = 0.0
    deviation: float = 0.0
    mean: np.ndarray = field(default_factory=lambda: np.zeros(0))


def rebuild(
    loaded: LoadedModel,
    dictionaries: Mapping[int, Dictionary],
    targets: Mapping[int, Target],
    texts: Sequence[TokenizedText],
) -> dict[int, Rebuilt]:
    """One forward pass over a batch: what each layer's dictionary makes of its counted tokens.

    Counted: neither special nor at the first position. A layer without a target has an empty mean,
    error and deviation 0. Raises "request" for a tensor of another width than the dictionary's.
    """
    points: dict[int, HookPoint] = {}
    for layer, entry in dictionaries.items():
        points[2 * layer] = entry.point
        point = targets[layer].point
        if point is not None and point != entry.point:
            points[2 * layer + 1] = point
    wanted = [text.role == 0 for text in texts]
    if not any(own.any() for own in wanted):
        return {layer: Rebuilt() for layer in dictionaries}
    rows = rows_at(loaded, points, texts, wanted)
    found = {}
    for layer, entry in dictionaries.items():
        x = rows.pop(2 * layer).float()
        y = None if targets[layer].point is None else rows.pop(2 * layer + 1, x).float()
        found[layer] = _sums(entry, x, y)
    return found


def _sums(entry: Dictionary, x: "torch.Tensor", y: "torch.Tensor | None") -> Rebuilt:
    _refuse_width(entry, x)
    sums = Rebuilt()
    height = block_height(entry)
    kept: list[np.ndarray] = []
    for start in range(0, len(x), height):
        rows = x[start : start + height]
        active, rebuilt = apply(entry, rows)
        finite = np.isfinite(rebuilt).all(axis=1) & np.isfinite(active)
        finite &= np.isfinite(rows.double().cpu().numpy()).all(axis=1)
        if y is not None:
            target = y[start : start + height].double().cpu().numpy()
            finite &= np.isfinite(target).all(axis=1)
            sums.error += float(((target - rebuilt)[finite] ** 2).sum())
            kept.append(target[finite])
        sums.tokens += int(finite.sum())
        sums.not_finite += int((~finite).sum())
        sums.active += int(active[finite].sum())
    if y is not None and sums.tokens:
        whole = np.concatenate(kept)
        sums.mean = whole.mean(axis=0)
        sums.deviation = float(((whole - sums.mean) ** 2).sum())
    return sums


def apply(entry: Dictionary, rows: "torch.Tensor") -> tuple[np.ndarray, np.ndarray]:
    """Active features f64 [n] (not finite where an activation is not) and the reconstruction f64
    [n, d_out] of rows f32 [n, d_in]."""
    import torch

    with torch.inference_mode():
        dense = entry.encode(rows)
        active = (dense != 0).sum(dim=-1).double()
        active[~torch.isfinite(dense).all(dim=-1)] = float("nan")
        # A skip connection is added by forward alone, which encodes once more.
        has_skip = "skip" in entry.sae.cfg.architecture()
        rebuilt = entry.sae(rows) if has_skip else entry.sae.decode(dense)
        return active.cpu().numpy(), rebuilt.double().cpu().numpy()


def _refuse_width(entry: Dictionary, rows: "torch.Tensor") -> None:
    if rows.shape[-1] == int(entry.sae.cfg.d_in):
        return
    raise EngineError(
        "request",
        f"The dictionary {entry.source.name} reads vectors of {entry.sae.cfg.d_in} values, the "
        f"tensor has {rows.shape[-1]}. The same width was expected. Choose another dictionary.",
    )


@contextmanager
def spliced(
    loaded: LoadedModel, entry: Dictionary, target: Target, texts: Sequence[TokenizedText]
) -> Iterator[None]:
    """Inside, passes over exactly these texts, in this order, go on with what the dictionary
    rebuilds at their counted tokens; all other positions keep the model's own tensor.
    """
    import torch

    seen: dict[str, torch.Tensor] = {}
    module = find_layers(loaded.text_model)[entry.point.layer].get_submodule(entry.point.module)

    def rebuilt(hidden: "torch.Tensor", counted: "torch.Tensor") -> "torch.Tensor":
        rows = as_read(seen["input"][counted], entry.point, module).float()
        values = torch.cat([entry.sae(part) for part in rows.split(block_height(entry))])
        if _passed_on(target).centred:
            # The dictionary rebuilds what is left of the tensor without its mean.
            values = values + hidden[counted].float().mean(-1, keepdim=True)
        return values.to(hidden.dtype)

    with ExitStack() as stack:
        handle = watch(module, entry.point, lambda value: seen.update(input=value))
        stack.callback(handle.remove)
        stack.enter_context(_replaced(loaded, target, texts, rebuilt))
        yield


def zeroed(
    loaded: LoadedModel, target: Target, texts: Sequence[TokenizedText]
) -> AbstractContextManager[None]:
    """The same with zeros: what the tensor is worth at all."""

    def nothing(hidden: "torch.Tensor", counted: "torch.Tensor") -> "torch.Tensor":
        del counted
        return hidden.new_zeros(())

    return _replaced(loaded, target, texts, nothing)


def _replaced(
    loaded: LoadedModel,
    target: Target,
    texts: Sequence[TokenizedText],
    values: "Callable[[torch.Tensor, torch.Tensor], torch.Tensor]",
) -> AbstractContextManager[None]:
    def replace(hidden: "torch.Tensor") -> "torch.Tensor":
        counted = _counted(texts, hidden)
        changed = hidden.clone()
        changed[counted] = values(hidden, counted)
        return changed

    return edited(loaded.text_model, _passed_on(target), replace)


def _passed_on(target: Target) -> HookPoint:
    if target.point is None or not target.is_passed_on:
        raise EngineError("bug", "There is no tensor to put another in the place of. Report it.")
    return target.point


def _counted(texts: Sequence[TokenizedText], hidden: "torch.Tensor") -> "torch.Tensor":
    """bool [texts, positions] of a right-padded batch: neither special, nor first, nor padding."""
    import torch

    mask = np.zeros(tuple(hidden.shape[:2]), dtype=bool)
    for row, text in enumerate(texts):
        mask[row, : len(text.ids)] = text.role == 0
    return torch.from_numpy(mask).to(hidden.device)

"""Take directions out of a running model: hooks that change what passes, always removed."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, get_args

from vscore_engine.capture import find_layers
from vscore_engine.errors import EngineError
from vscore_engine.hook_points import HookPoint

if TYPE_CHECKING:
    import torch

Projection = Literal["span", "paper", "legacy"]
PROJECTIONS: tuple[str, ...] = get_args(Projection)

# Of the largest singular value: below it, a direction is a combination of the others.
_RANK_TOLERANCE = 1e-6


def removal(directions: "torch.Tensor", projection: str) -> "torch.Tensor":
    """The rows A f32 [r, d] for which h - (h A^T) A takes `directions` [k, d] out of h.

    span: an orthonormal basis of what they span, so that nothing is left along any of them
    (h - Q Q^T h). paper: each by itself, d / |d| (Deng et al., 2025: h - sum of (h.d) d / |d|^2),
    which takes twice what two of them share. legacy: d / |d|^2, the norm divided out twice, as the
    ablation repository does: a direction of norm n keeps the factor 1 - 1 / n^2.

    Raises ValueError for a direction of length zero: it names nothing that could be taken out.
    """
    import torch

    rows = directions.double()
    norms = rows.norm(dim=-1, keepdim=True)
    if not bool((norms > 0).all()) or not bool(torch.isfinite(rows).all()):
        raise ValueError("a direction of length zero, or not finite")
    if projection == "paper":
        return (rows / norms).float()
    if projection == "legacy":
        return (rows / norms**2).float()
    if projection == "span":
        _, sizes, basis = torch.linalg.svd(rows / norms, full_matrices=False)
        return basis[sizes > _RANK_TOLERANCE * sizes[0]].float()
    raise EngineError(
        "bug",
        f"There is no projection {projection!r}. One of {', '.join(PROJECTIONS)} was expected. "
        "Install the two halves of vscore together.",
    )


def remover(rows: "torch.Tensor", *, centred: bool = False) -> "Callable[[Any], Any]":
    """h [..., d] -> h - (h A^T) A, computed in float32, given back in h's own dtype.

    centred: what is projected is h less its mean over the width, where the dictionary reads it so.
    """

    def remove(hidden: "torch.Tensor") -> "torch.Tensor":
        wide = hidden.float()
        seen = wide - wide.mean(-1, keepdim=True) if centred else wide
        return (wide - (seen @ rows.T) @ rows).to(hidden.dtype)

    return remove


@contextmanager
def edited(text_model: Any, point: HookPoint, edit: "Callable[[Any], Any]") -> Iterator[None]:
    """Change the tensor at a hook point in every forward pass inside; then the model is as before.

    Raises "request" for a point that lies inside a module, as a normalised input does: nothing can
    be put back there.
    """
    if point.transform != "none":
        raise EngineError(
            "request",
            f"The dictionary reads a normalised tensor ({point.module} {point.side}). A tensor "
            "that the model itself passes on was expected: only there can a direction be taken "
            "out. Choose another dictionary.",
        )
    module = find_layers(text_model)[point.layer].get_submodule(point.module)

    def before(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        del module
        if args:
            return (edit(args[0]), *args[1:]), kwargs
        return args, {**kwargs, "hidden_states": edit(kwargs["hidden_states"])}

    def after(module: Any, args: tuple[Any, ...], output: Any) -> Any:
        del module, args
        # A block returns a tensor or a tuple, depending on the version of transformers.
        if isinstance(output, tuple):
            return (edit(output[0]), *output[1:])
        return edit(output)

    if point.side == "input":
        handle = module.register_forward_pre_hook(before, with_kwargs=True)
    else:
        handle = module.register_forward_hook(after)
    try:
        yield
    finally:
        handle.remove()


def directions_of(sae: Any, features: Sequence[int]) -> "torch.Tensor":
    """Decoder rows f32 [k, d_out] of some features."""
    import torch

    width = int(sae.cfg.d_sae)
    stray = [feature for feature in features if not 0 <= feature < width]
    if stray or not features:
        raise EngineError(
            "bug",
            f"Features {list(features)[:5]} were asked for. Numbers below {width}, at least one, "
            "were expected. Please report it.",
        )
    return sae.W_dec[torch.tensor(list(features), device=sae.W_dec.device)].float()

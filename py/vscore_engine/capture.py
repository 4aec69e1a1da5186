"""Read tensors out of a running model: hooks that are always removed, and stop the pass early."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vscore_engine.errors import EngineError
from vscore_engine.hook_points import ARCHITECTURES, HookPoint

if TYPE_CHECKING:
    import torch


def find_layers(text_model: Any) -> Any:
    """The ModuleList of blocks of a base model (without LM head)."""
    for name in ("layers", "h"):
        layers = getattr(text_model, name, None)
        if layers is not None:
            return layers
    raise EngineError(
        "request",
        f"A model of class {type(text_model).__name__} has no list of blocks named layers or h. "
        f"Supported types are {', '.join(sorted(ARCHITECTURES))}. Choose such a model.",
    )


class _AllCaptured(Exception):
    """Ends a forward pass early: everything that was asked for has been seen."""


@dataclass
class Capture:
    """Runs forward passes and keeps what the hooks saw.

    `select` is applied to each captured tensor [batch, position, width] inside the hook, so that
    only the rows that count stay in memory, and later in-place operations cannot change them.
    """

    points: Mapping[int, HookPoint]
    select: "Callable[[torch.Tensor], torch.Tensor]"
    captured: "dict[int, torch.Tensor]" = field(default_factory=dict)

    def take(self, key: int, point: HookPoint, module: Any, value: "torch.Tensor") -> None:
        self.captured[key] = as_read(self.select(value), point, module)
        if len(self.captured) == len(self.points):
            raise _AllCaptured

    def run(self, forward: Callable[[], object]) -> "dict[int, torch.Tensor]":
        """Call `forward` until every point is captured: {key: tensor}.

        Raises "bug" if one was not reached: an empty answer would be a wrong result.
        """
        self.captured = {}
        with suppress(_AllCaptured):
            forward()
        missing = sorted(set(self.points) - set(self.captured))
        if missing:
            raise EngineError(
                "bug",
                f"The forward pass ended without reaching the hooks of layers {missing}. Every "
                "hook was expected to fire. Please report it with the model's name.",
            )
        return self.captured


@contextmanager
def capture(
    text_model: Any,
    points: Mapping[int, HookPoint],
    select: "Callable[[torch.Tensor], torch.Tensor]",
) -> Iterator[Capture]:
    """Register hooks for `points`; remove them whatever happens."""
    layers = find_layers(text_model)
    reader = Capture(points, select)
    handles = []
    try:
        for key, point in points.items():
            module = layers[point.layer].get_submodule(point.module)
            handles.append(_register(module, key, point, reader))
        yield reader
    finally:
        for handle in handles:
            handle.remove()


def _register(module: Any, key: int, point: HookPoint, reader: Capture) -> Any:
    return watch(module, point, lambda value: reader.take(key, point, module, value))


def watch(module: Any, point: HookPoint, take: "Callable[[torch.Tensor], None]") -> Any:
    """Hand what passes at a point of `module` to `take`: the handle by which that ends."""

    def before(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        del module
        # transformers passes the hidden states by position or by name.
        take(args[0] if args else kwargs["hidden_states"])

    def after(module: Any, args: tuple[Any, ...], output: Any) -> None:
        del module, args
        # A block returns a tensor or a tuple, depending on the version of transformers.
        take(output[0] if isinstance(output, tuple) else output)

    if point.side == "input":
        return module.register_forward_pre_hook(before, with_kwargs=True)
    return module.register_forward_hook(after)


def as_read(x: "torch.Tensor", point: HookPoint, module: Any) -> "torch.Tensor":
    """What a dictionary reads of the tensor at its point.

    rms: x / sqrt(mean(x^2) + eps). layer_norm: the same of x - mean(x). In float32.
    """
    if point.centred:
        x = x - x.float().mean(-1, keepdim=True).to(x.dtype)
    if point.transform == "none":
        return x
    eps = getattr(module, "variance_epsilon", None) or module.eps
    x = x.float()
    if point.transform == "layer_norm":
        x = x - x.mean(-1, keepdim=True)
    return x / (x.pow(2).mean(-1, keepdim=True) + eps).sqrt()

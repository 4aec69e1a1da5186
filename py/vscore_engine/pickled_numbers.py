"""Arrays and scalars as numpy pickles them, made from their parts without numpy's pickling.

Names, arguments and states are those that numpy 1 (`numpy.core`) and 2 (`numpy._core`) write.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np

# Whole numbers up to here are the same in every reader of JSON.
LARGEST_INT = 1 << 53

_CODES = {"b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"}
_ORDERS = {"<", ">", "|", "="}
_MOST_DIMENSIONS = 8
# Dimensions of no elements count as one: lists of nothing take memory too.
_MOST_ELEMENTS = 1 << 24


class Refused(Exception):
    """What a pickle holds that it must not. Its text says what was found."""


@dataclass(frozen=True)
class Name:
    """The name of something that a builder stands for. It is never looked up."""

    text: str


class PendingDtype:
    """A dtype of numbers; its byte order comes with its state."""

    def __init__(self, code: str) -> None:
        self.code = code
        self._order = "="

    def fill(self, state: object) -> None:
        # (version, byte order, sub-dtype, names, fields, size, alignment, flags)
        if (
            not isinstance(state, tuple)
            or len(state) != 8
            or state[0] != 3
            or not isinstance(state[1], str)
            or state[1] not in _ORDERS
            or any(part is not None for part in state[2:5])
        ):
            raise Refused(f"a dtype {self.code} has fields, metadata or an unknown state")
        self._order = state[1]

    def resolve(self) -> "np.dtype":
        import numpy as np

        return np.dtype(("=" if self._order == "|" else self._order) + self.code)


class PendingArray:
    """An array of numbers; its content comes with its state."""

    def __init__(self) -> None:
        self.array: np.ndarray | None = None

    def fill(self, state: object) -> None:
        # (version, shape, dtype, whether in Fortran's order, bytes)
        if self.array is not None or not isinstance(state, tuple) or len(state) != 5:
            raise Refused("an array has an unknown state, or two")
        _, shape, dtype, is_fortran, data = state
        self.array = _array(data, dtype, shape, "F" if is_fortran is True else "C")


def _array(data: object, dtype: object, shape: object, order: Literal["C", "F"]) -> "np.ndarray":
    import numpy as np

    if not isinstance(dtype, PendingDtype):
        raise Refused("an array has no dtype of numbers")
    if not isinstance(data, bytes | bytearray):
        raise Refused(f"an array's content is a {type(data).__name__}, not bytes")
    if (
        not isinstance(shape, tuple)
        or len(shape) > _MOST_DIMENSIONS
        or not all(type(n) is int and n >= 0 for n in shape)
    ):
        # Not written out: parts that are nested and shared could be endless.
        raise Refused("the shape of an array is not a few whole numbers")
    if math.prod(max(n, 1) for n in shape) > _MOST_ELEMENTS:
        raise Refused(f"an array has the shape {shape}, of more than {_MOST_ELEMENTS} elements")
    resolved = dtype.resolve()
    if math.prod(shape) * resolved.itemsize != len(data):
        raise Refused(f"an array of the shape {shape} has {len(data)} bytes as {dtype.code}")
    flat = np.frombuffer(data, resolved) if len(data) > 0 else np.zeros(0, resolved)
    return flat.reshape(shape, order=order)


def _build_dtype(arguments: object) -> PendingDtype:
    # (code, align, copy)
    code = arguments[0] if isinstance(arguments, tuple) and arguments else None
    if not isinstance(code, str) or code not in _CODES:
        told = code[:40] if isinstance(code, str) else type(code).__name__
        raise Refused(f"it holds numpy's dtype {told!r}, which is none of numbers")
    return PendingDtype(code)


def _reconstruct(arguments: object) -> PendingArray:
    # (class, shape to begin with, code to begin with)
    if not isinstance(arguments, tuple) or arguments[:1] != (Name("numpy ndarray"),):
        raise Refused("it asks numpy for something else than an array")
    return PendingArray()


def _from_buffer(arguments: object) -> PendingArray:
    if not isinstance(arguments, tuple) or len(arguments) != 4:
        raise Refused("an array has an unknown form")
    data, dtype, shape, order = arguments
    made = PendingArray()
    made.array = _array(data, dtype, shape, "F" if order == "F" else "C")
    return made


def _scalar(arguments: object) -> float | int | bool:
    if not isinstance(arguments, tuple) or len(arguments) != 2:
        raise Refused("a number of numpy has an unknown form")
    dtype, data = arguments
    return _array(data, dtype, (), "C").item()


def _no_function(_: object) -> object:
    raise Refused("it calls numpy ndarray")


BUILDERS: dict[str, Callable[[object], object]] = {
    "numpy dtype": _build_dtype,
    "numpy ndarray": _no_function,
    **{
        f"numpy.{core}.{name}": builder
        for core in ("core", "_core")
        for name, builder in (
            ("multiarray _reconstruct", _reconstruct),
            ("multiarray scalar", _scalar),
            ("numeric _frombuffer", _from_buffer),
        )
    },
}

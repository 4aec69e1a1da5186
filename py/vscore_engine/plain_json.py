"""Values of a pickle as values of JSON."""

import hashlib
import math
from pathlib import Path

from vscore_engine.errors import EngineError
from vscore_engine.pickled_numbers import LARGEST_INT, PendingArray, Refused
from vscore_engine.restricted_pickle import read_plain

_LARGEST_FILE = 1 << 26
_DEEPEST = 32
# Parts that are shared are written each time: a small file could ask for any amount.
_MOST_COST = 1_000_000
_CHARACTERS_PER_COST = 8


def read_pickle(source: Path) -> dict[str, object]:
    """A pickle that anybody wrote: {"value", "sha256" of its bytes, "not_finite": how many null}.

    Raises "request" for what holds more than plain values and numbers.
    """
    content = _content(source)
    json = PlainJson()
    try:
        value = json.of(read_plain(content))
    except Refused as error:
        raise _refusal(source, str(error)) from error
    digest = hashlib.sha256(content).hexdigest()
    return {"value": value, "sha256": digest, "not_finite": json.not_finite}


def _content(source: Path) -> bytes:
    try:
        # A pipe or a device may never end.
        if source.exists() and not source.is_file():
            raise _refusal(source, "it is no file")
        size = source.stat().st_size
        if size > _LARGEST_FILE:
            raise _refusal(source, f"it has {size} bytes, more than {_LARGEST_FILE}")
        return source.read_bytes()
    except OSError as error:
        raise EngineError(
            "request",
            f"{source} cannot be read ({error.strerror}). A file was expected. Check the path.",
        ) from error


def _refusal(source: Path, reason: str) -> EngineError:
    return EngineError(
        "request",
        f"{source} is refused: {reason}. Plain values (dict, list, tuple, set, text, number) and "
        "numpy arrays of numbers were expected; nothing of the file was run. Choose another file.",
    )


class PlainJson:
    """Makes JSON's values of a pickle's: tuples are lists, a key ("a", "b") is "a|b", NaN is null.

    Raises Refused for what has no such form, or would be too large.
    """

    def __init__(self) -> None:
        self.not_finite = 0
        self._cost = 0

    def of(self, value: object, depth: int = 0) -> object:
        """The value as JSON has it. Counts in `not_finite` the numbers that became null."""
        self._pay(1)
        if depth > _DEEPEST:
            raise Refused(f"its values are nested more than {_DEEPEST} deep")
        if value is None or isinstance(value, bool | int):
            return self._whole(value)
        if isinstance(value, float):
            return self._number(value)
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, PendingArray):
            return self._array(value)
        if isinstance(value, list | tuple):
            return [self.of(item, depth + 1) for item in value]
        if isinstance(value, set):
            return [self.of(item, depth + 1) for item in sorted(value, key=repr)]
        if isinstance(value, dict):
            return self._dict(value, depth)
        raise Refused(f"a value of type {type(value).__name__} is among its results")

    def _dict(self, value: dict[object, object], depth: int) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, item in value.items():
            parts = key if isinstance(key, tuple) else (key,)
            name = "|".join(str(part) for part in parts)
            if name in found:
                raise Refused(f"two of its keys are written {name[:80]!r}")
            found[self._text(name)] = self.of(item, depth + 1)
        return found

    def _array(self, value: PendingArray) -> object:
        import numpy as np

        if value.array is None:
            raise Refused("an array has no content")
        array = value.array
        self._pay(math.prod(max(n, 1) for n in array.shape))
        # As floats, the smallest integer has an absolute value too.
        if array.dtype.kind in "iu" and (np.abs(array.astype(np.float64)) > LARGEST_INT).any():
            raise Refused("an array holds whole numbers above 2^53")
        if array.dtype.kind == "f":
            finite = np.isfinite(array)
            self.not_finite += int(array.size - finite.sum())
            if not finite.all():
                array = array.astype(object)
                array[~finite] = None
        return array.tolist()

    def _whole(self, value: int | bool | None) -> int | bool | None:
        if value is not None and abs(value) > LARGEST_INT:
            raise Refused("it holds a whole number above 2^53")
        return value

    def _number(self, value: float) -> float | None:
        if math.isfinite(value):
            return value
        self.not_finite += 1
        return None

    def _text(self, value: str) -> str:
        self._pay(len(value) // _CHARACTERS_PER_COST)
        return value

    def _pay(self, cost: int) -> None:
        self._cost += cost
        if self._cost > _MOST_COST:
            raise Refused("its values would take more room than a result needs")

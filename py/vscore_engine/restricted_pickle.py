"""Read pickles of plain values and arrays of numbers that anybody may have written.

A pickle is a program for a small machine that can import and call whatever it names. This is a
machine of our own: it has only the operations that build plain values, and for the few names under
which numpy pickles numbers it has builders of its own. Nothing is ever imported or called by name,
and every value stands in the file: no operation makes more of it than it has bytes.
"""

import pickletools
import struct
from collections.abc import Callable

from vscore_engine.pickled_numbers import (
    BUILDERS,
    LARGEST_INT,
    Name,
    PendingArray,
    PendingDtype,
    Refused,
)

_MOST_STEPS = 2_000_000
_MOST_ENTRIES = 100_000

_VALUES = {
    *("BININT", "BININT1", "BININT2", "INT", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"),
    *("UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"),
    *("SHORT_BINBYTES", "BINBYTES", "BINBYTES8", "BYTEARRAY8"),
}
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_PUTS = frozenset(["PUT", "BINPUT", "LONG_BINPUT"])
_GETS = frozenset(["GET", "BINGET", "LONG_BINGET"])
_TUPLES = {"EMPTY_TUPLE": 0, "TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_REFUSED = {
    "PERSID": "a persistent id",
    "BINPERSID": "a persistent id",
    "EXT1": "an extension code",
    "EXT2": "an extension code",
    "EXT4": "an extension code",
    "NEXT_BUFFER": "a buffer that is not in the file",
    "READONLY_BUFFER": "a buffer that is not in the file",
    "NEWOBJ": "an object of a class",
    "NEWOBJ_EX": "an object of a class",
    "OBJ": "an object of a class",
}


class _Mark:
    """Where on the stack the items of a container begin."""


def read_plain(content: bytes) -> object:
    """Return a pickle's value. Arrays in it are `PendingArray`.

    Raises Refused for everything else than plain values and numbers, naming what was found.
    """
    try:
        return _Machine().run(content)
    except (ValueError, OverflowError, EOFError, IndexError, struct.error) as error:
        raise Refused(f"it is no whole pickle ({str(error)[:160]})") from error


class _Machine:
    def __init__(self) -> None:
        self._stack: list[object] = []
        self._memo: dict[int, object] = {}

    def run(self, content: bytes) -> object:
        for steps, (operation, argument, position) in enumerate(pickletools.genops(content)):
            if steps >= _MOST_STEPS:
                raise Refused(f"it has more than {_MOST_STEPS} operations")
            name = operation.name
            if name == "STOP":
                if position is None or position + 1 != len(content):
                    raise Refused("bytes follow its end")
                break
            self._step(name, argument)
        value = self._pop()
        if self._stack:
            raise Refused(f"{len(self._stack)} values are left over beside its own")
        return value

    def _step(self, name: str, argument: object) -> None:
        stack = self._stack
        if name in _VALUES:
            stack.append(_checked(argument))
        elif name in _CONSTANTS:
            stack.append(_CONSTANTS[name])
        elif name == "MEMOIZE":
            self._put(len(self._memo))
        elif name in _PUTS:
            self._put(argument)
        elif name in _GETS:
            if argument not in self._memo:
                raise Refused(f"it asks for the memo's entry {argument!r}, which was never made")
            stack.append(self._memo[argument])  # type: ignore[index]  # a number, as in the memo
        elif name == "MARK":
            stack.append(_Mark())
        elif name in _TUPLES:
            items = [self._pop() for _ in range(_TUPLES[name])]
            stack.append(tuple(reversed(items)))
        elif name == "GLOBAL":
            stack.append(_known(str(argument)))
        elif name in _CONTAINERS:
            _CONTAINERS[name](self)
        elif name == "INST":
            raise _may_be_code(str(argument))
        elif name not in ("PROTO", "FRAME"):
            raise Refused(f"it holds {_REFUSED.get(name, f'the operation {name}')}")

    def _put(self, number: object) -> None:
        if not isinstance(number, int) or number < 0 or number in self._memo:
            raise Refused(f"it writes the memo's entry {number!r} a second time, or below 0")
        self._memo[number] = self._top()

    def _pop(self) -> object:
        value = self._top()
        del self._stack[-1]
        return value

    def _top(self) -> object:
        if not self._stack or isinstance(self._stack[-1], _Mark):
            raise Refused("it takes a value from where there is none")
        return self._stack[-1]

    def _items(self) -> list[object]:
        """What stands above the last mark; takes it and the mark away."""
        at = len(self._stack) - 1
        while at >= 0 and not isinstance(self._stack[at], _Mark):
            at -= 1
        if at < 0:
            raise Refused("it closes a container that was never opened")
        items = self._stack[at + 1 :]
        del self._stack[at:]
        return items

    def _extend(self, items: list[object]) -> None:
        target = self._top()
        if type(target) is not list:
            raise Refused(f"it appends to {_described(target)}")
        target.extend(items)

    def _set_items(self, items: list[object]) -> None:
        target = self._top()
        if type(target) is not dict:
            raise Refused(f"it sets entries of {_described(target)}")
        _fill(target, items)

    def _add_items(self) -> None:
        items = self._items()
        target = self._top()
        if type(target) is not set:
            raise Refused(f"it adds items to {_described(target)}")
        target.update(_members(items))

    def _stack_global(self) -> None:
        name, module = self._pop(), self._pop()
        if not isinstance(name, str) or not isinstance(module, str):
            raise Refused("it names something by what is no text")
        self._stack.append(_known(f"{module} {name}"))

    def _reduce(self) -> None:
        arguments, function = self._pop(), self._pop()
        builder = BUILDERS.get(function.text) if isinstance(function, Name) else None
        if builder is None:
            raise Refused(f"it calls {_described(function)}")
        self._stack.append(builder(arguments))

    def _build(self) -> None:
        state, target = self._pop(), self._top()
        if not isinstance(target, PendingArray | PendingDtype):
            raise Refused(f"it sets the state of {_described(target)}")
        target.fill(state)

    def _append(self) -> None:
        self._extend([self._pop()])

    def _set_item(self) -> None:
        value, key = self._pop(), self._pop()
        self._set_items([key, value])


_CONTAINERS: dict[str, Callable[[_Machine], object]] = {
    "EMPTY_LIST": lambda m: m._stack.append([]),
    "LIST": lambda m: m._stack.append(m._items()),
    "TUPLE": lambda m: m._stack.append(tuple(m._items())),
    "EMPTY_DICT": lambda m: m._stack.append({}),
    "DICT": lambda m: m._stack.append(_fill({}, m._items())),
    "EMPTY_SET": lambda m: m._stack.append(set()),
    "FROZENSET": lambda m: m._stack.append(_members(m._items())),
    "APPEND": _Machine._append,
    "APPENDS": lambda m: m._extend(m._items()),
    "SETITEM": _Machine._set_item,
    "SETITEMS": lambda m: m._set_items(m._items()),
    "ADDITEMS": _Machine._add_items,
    "STACK_GLOBAL": _Machine._stack_global,
    "REDUCE": _Machine._reduce,
    "BUILD": _Machine._build,
}


def _known(text: str) -> Name:
    if text not in BUILDERS:
        raise _may_be_code(text)
    return Name(text)


def _may_be_code(text: str) -> Refused:
    return Refused(f"it names {text[:80]}, which may be code")


def _checked(value: object) -> object:
    if isinstance(value, int) and abs(value) > LARGEST_INT:
        raise Refused(f"it holds a whole number of {value.bit_length()} bits")
    return value


def _fill(target: dict[object, object], items: list[object]) -> dict[object, object]:
    if len(items) % 2 == 1 or len(target) + len(items) // 2 > _MOST_ENTRIES:
        raise Refused(f"a dict is filled with {len(items)} keys and values")
    for key, value in zip(items[::2], items[1::2], strict=True):
        parts = key if type(key) is tuple else (key,)
        # Looked at before they are hashed: to hash what is nested deeply ends the process.
        if not all(type(part) in (str, int) for part in parts):
            raise Refused(f"a key of a dict is {_described(key)}")
        if key in target:
            raise Refused(f"a dict has the key {str(key)[:80]!r} twice")
        target[key] = value
    return target


def _members(items: list[object]) -> set[object]:
    for item in items:
        if type(item) not in (str, int, float, bool, type(None)):
            raise Refused(f"an item of a set is {_described(item)}")
    return set(items)


def _described(value: object) -> str:
    return value.text if isinstance(value, Name) else f"a value of type {type(value).__name__}"

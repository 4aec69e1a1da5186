"""Pickles from anybody: plain values and numbers are read, everything else is refused unrun."""

import builtins
import codecs
import collections
import datetime
import functools
import io
import os
import pickle
import struct
import sys

import numpy as np
import pytest

from pickled_calls import Calls
from vscore_engine.pickled_numbers import Refused
from vscore_engine.restricted_pickle import read_plain

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
PLAIN = [
    None,
    True,
    False,
    0,
    -1,
    255,
    70_000,
    1 << 40,
    -(1 << 52),
    0.1,
    -1e-300,
    "",
    "é\u0000\n'\\",
    "日本語" * 100,
    (),
    (1,),
    (1, 2.5, None),
    (1, 2, 3, "four"),
    [],
    [1, [2, [3, (4,)]]],
    {},
    {"a": 1, 2: "b", ("en", "fr"): [0.5], (1, "x", 2): {}},
    {"nested": {("a", "b"): {"list": [1, 2, {"deep": (None, True)}]}}},
]


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_plain_values_are_what_pickle_makes_of_them(value, protocol):
    content = pickle.dumps(value, protocol)
    found = read_plain(content)
    assert found == pickle.loads(content)
    assert type(found) is type(value)


@pytest.mark.parametrize("protocol", [4, 5])
def test_sets_and_bytes(protocol):
    for value in (set(), {1, "two", 3.0}, b"", b"\x00\xff" * 200):
        assert read_plain(pickle.dumps(value, protocol)) == value
    assert read_plain(pickle.dumps(frozenset([1, 2]), protocol)) == {1, 2}
    assert read_plain(pickle.dumps(bytearray(b"abc"), 5)) == b"abc"


def test_shared_parts_stay_shared():
    part = [1]
    first, second = read_plain(pickle.dumps([part, part]))
    assert first is second


class WithState:
    def __init__(self):
        self.secret = 1


class Persistent(pickle.Pickler):
    def persistent_id(self, obj):
        return "elsewhere" if obj == "me" else None


def persistent(protocol):
    file = io.BytesIO()
    Persistent(file, protocol).dump(["me"])
    return file.getvalue()


OBJECTS = np.array([Calls(os.mkdir, "never-made")], dtype=object)
RECORDS = np.zeros(2, dtype=[("a", "f8"), ("b", "O")])

# By what the refusal must name.
EVIL = {
    "os.system": (pickle.dumps(Calls(os.system, "mkdir never-made")), "posix system"),
    "os.system in an older form": (
        pickle.dumps(Calls(os.system, "mkdir never-made"), 0),
        "posix system",
    ),
    "os.mkdir within a list": (pickle.dumps([1, {"a": Calls(os.mkdir, "never-made")}]), "mkdir"),
    "builtins.eval": (pickle.dumps(Calls(builtins.eval, "open('never-made', 'w')")), "eval"),
    "builtins.exec": (pickle.dumps(Calls(builtins.exec, "open('never-made', 'w')")), "exec"),
    "builtins.getattr": (pickle.dumps(Calls(getattr, "a", "upper")), "getattr"),
    "builtins.__import__": (pickle.dumps(Calls(__import__, "this")), "__import__"),
    "a call by INST": (b"(S'mkdir never-made'\nios\nsystem\n.", "STRING"),
    "a call by INST, no text": (b"(Vmkdir never-made\nios\nsystem\n.", "os system"),
    "a call by OBJ": (b"(cos\nsystem\nVmkdir never-made\no.", "os system"),
    "a name from the stack": (b"\x80\x04\x8c\x02os\x8c\x06system\x93.", "os system"),
    "a name that is no text": (b"\x80\x04K\x01]\x93.", "no text"),
    "a name with dots": (b"\x80\x04\x8c\x05numpy\x8c\x0blib.npyio.x\x93.", "numpy lib.npyio"),
    "a name behind one that is known": (
        b"\x80\x04\x8c\x05numpy\x8c\x05dtype\x93\x8c\x05numpy\x8c\x04load\x93.",
        "numpy load",
    ),
    "a large allocation": (pickle.dumps(Calls(bytearray, 10**12)), "bytearray"),
    "codecs": (pickle.dumps(Calls(codecs.decode, b"x", "zip")), "codecs decode"),
    "bytes through codecs": (pickle.dumps(b"abc", 2), "codecs encode"),
    "a partial function": (pickle.dumps(functools.partial(os.mkdir, "never-made")), "partial"),
    "a class": (pickle.dumps(collections.OrderedDict(a=1)), "OrderedDict"),
    "a default dict": (pickle.dumps(collections.defaultdict(list)), "defaultdict"),
    "a date": (pickle.dumps(datetime.date(2020, 1, 1)), "datetime date"),
    "an instance": (pickle.dumps(WithState()), "WithState"),
    "an instance in an older form": (pickle.dumps(WithState(), 0), "_reconstructor"),
    "an exception": (pickle.dumps(ValueError("x")), "ValueError"),
    "a module that is not loaded": (b"cvscore_never_imported\nthing\n.", "vscore_never_imported"),
    "a complex number": (pickle.dumps(1j), "complex"),
    "a range": (pickle.dumps(range(10**12)), "range"),
    "a slice": (pickle.dumps(slice(1)), "slice"),
    "a persistent id": (persistent(4), "persistent id"),
    "a persistent id as text": (persistent(0), "persistent id"),
    "an extension code": (b"\x80\x02\x82\x01.", "extension code"),
    "a new object": (b"\x80\x02cnumpy\nndarray\nK\x01\x85\x81.", "an object of a class"),
    "a buffer from elsewhere": (
        pickle.dumps(np.arange(3.0), 5, buffer_callback=lambda _: False),
        "not in the file",
    ),
    "an array of objects": (pickle.dumps(OBJECTS), "O8"),
    "an array of records": (pickle.dumps(RECORDS), "mkdir|V16|O8"),
    "an array of texts": (pickle.dumps(np.array(["abc"])), "U3"),
    "an array of dates": (pickle.dumps(np.array(["2020-01-01"], "M8[D]")), "M8"),
    "an array of complex numbers": (pickle.dumps(np.array([1j])), "c16"),
    "a subclass of arrays": (pickle.dumps(np.zeros(2).view(np.recarray)), "recarray"),
    "a masked array": (pickle.dumps(np.ma.masked_array([1.0], [True])), "numpy.ma"),
    "a random generator": (pickle.dumps(np.random.default_rng(0)), "numpy.random"),
    "a function of numpy": (pickle.dumps(Calls(np.zeros, 10**12)), "numpy zeros"),
    "a call of ndarray": (b"\x80\x02cnumpy\nndarray\nJ\x00\x00\x00\x7f\x85R.", "numpy ndarray"),
    "another class to reconstruct": (
        b"\x80\x03cnumpy._core.multiarray\n_reconstruct\nK\x01\x85R.",
        "something else than an array",
    ),
    "a call of what is no name": (b"\x80\x02K\x01K\x02\x85R.", "calls a value of type int"),
    "a state for a dict": (b"\x80\x02}}b.", "sets the state of a value of type dict"),
    "whole numbers of many bits": (pickle.dumps(1 << 5000), "5001 bits"),
    "an undeclared memo": (b"\x80\x02h\x05.", "never made"),
    "a memo written twice": (b"\x80\x02K\x01q\x00K\x02q\x00.", "a second time"),
    "a memo at a mark": (b"\x80\x02(q\x00.", "where there is none"),
    "an empty stack": (b"\x80\x020.", "operation POP"),
    "nothing but an end": (b".", "where there is none"),
    "a value beside": (b"\x80\x02K\x01K\x02.", "left over"),
    "a mark that is not there": (b"\x80\x02t.", "never opened"),
    "a copy of the top": (b"\x80\x02K\x012\x86.", "operation DUP"),
    "items for a number": (b"\x80\x02K\x01K\x02a.", "appends to a value of type int"),
    "entries for a list": (b"\x80\x02]K\x01K\x02s.", "sets entries of a value of type list"),
    "items of no set": (b"\x80\x04](K\x01\x90.", "adds items to a value of type list"),
    "keys without a value": (b"\x80\x02(K\x01d.", "1 keys and values"),
    "a key twice": (b"\x80\x02}(K\x01NK\x01Nu.", "key '1' twice"),
    "a key that is a list": (b"\x80\x02}]Ns.", "a key of a dict is a value of type list"),
    "a key that is nested": (
        b"\x80\x02}" + b")" + b"\x85" * 300_000 + b"Ns.",
        "a key of a dict is a value of type tuple",
    ),
    "an item of a set that is nested": (
        b"\x80\x04\x8f()" + b"\x85" * 300_000 + b"\x90.",
        "an item of a set is a value of type tuple",
    ),
    "a state that is nested": (
        b"\x80\x03cnumpy\ndtype\nX\x02\x00\x00\x00f8\x85R(K\x03)"
        + b"\x85" * 300_000
        + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb.",
        "dtype f8",
    ),
    "a shape that is nested": (
        b"\x80\x03cnumpy._core.multiarray\n_reconstruct\ncnumpy\nndarray\n\x85R(K\x01)"
        + b"\x85" * 300_000
        + b"cnumpy\ndtype\nX\x02\x00\x00\x00f8\x85R\x89C\x00tb.",
        "shape",
    ),
    "a length that is not there": (
        b"\x80\x04\x8e" + struct.pack("<Q", 1 << 40) + b"x.",
        "no whole",
    ),
    "an array's length that is not there": (
        b"\x80\x05\x96" + struct.pack("<Q", 1 << 40) + b"x.",
        "no whole",
    ),
    "another file behind it": (
        pickle.dumps(1) + pickle.dumps(Calls(os.mkdir, "never-made")),
        "follow",
    ),
    "no pickle": (b"layer,language\n0,en\n", "never opened"),
    "an empty file": (b"", "no whole"),
    "half a pickle": (pickle.dumps(PLAIN)[:-20], "no whole"),
}


@pytest.mark.parametrize("name", EVIL)
def test_everything_else_is_refused_by_name_and_not_run(name, tmp_path, monkeypatch):
    content, told = EVIL[name]
    monkeypatch.chdir(tmp_path)
    before = set(sys.modules)
    with pytest.raises(Refused) as caught:
        read_plain(content)
    assert any(part in str(caught.value) for part in told.split("|")), caught.value
    assert len(str(caught.value)) < 400
    assert list(tmp_path.iterdir()) == []
    assert set(sys.modules) - before <= {"numpy"}


@pytest.mark.parametrize(
    "content",
    [
        b"(" * 300_000 + b"l" * 300_000,
        b"]" * 300_000 + b"a" * 299_999,
        b")" + b"\x85" * 299_999,
    ],
    ids=["lists behind marks", "lists appended", "tuples"],
)
def test_containers_in_containers_end_no_process(content):
    value, depth = read_plain(b"\x80\x02" + content + b"."), 1
    while value:
        (value,) = value
        depth += 1
    assert depth == 300_000


def test_no_more_operations_than_any_result_has(monkeypatch):
    monkeypatch.setattr("vscore_engine.restricted_pickle._MOST_STEPS", 1000)
    assert read_plain(pickle.dumps(list(range(900)))) == list(range(900))
    with pytest.raises(Refused, match="more than 1000 operations"):
        read_plain(pickle.dumps(list(range(1000))))

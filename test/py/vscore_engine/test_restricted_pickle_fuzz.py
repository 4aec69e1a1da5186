"""Damaged and made-up pickles: each is a value or refused, and nothing of it runs."""

import os
import pickle
import random
import sys
import tracemalloc

import numpy as np
import pytest

from pickled_calls import Calls
from vscore_engine.pickled_numbers import Refused
from vscore_engine.restricted_pickle import read_plain

SEEDS = [
    pickle.dumps(value, protocol)
    for protocol in (0, 2, 3, 4, 5)
    for value in (
        {"fig5_data": {"en": {"fr": [0.1, -0.2]}}, "layers": [0, 5]},
        {("en", "fr"): {"synergy": 1.5}, "set": [True, None, "é", 1 << 30]},
        [np.arange(6.0).reshape(2, 3), np.float64(0.5), np.int64(3)],
        [Calls(os.mkdir, "never-made"), {"a": (1, 2)}],
    )
]


def damaged(rng):
    """A pickle with some bytes changed, moved, doubled or left out."""
    content = bytearray(rng.choice(SEEDS))
    for _ in range(rng.randrange(1, 6)):
        at = rng.randrange(len(content))
        kind = rng.randrange(4)
        if kind == 0:
            content[at] = rng.randrange(256)
        elif kind == 1:
            del content[at : at + rng.randrange(1, 9)]
        elif kind == 2:
            other = rng.choice(SEEDS)
            start = rng.randrange(len(other))
            content[at:at] = other[start : start + rng.randrange(1, 40)]
        else:
            content[at:at] = content[max(0, at - rng.randrange(1, 20)) : at]
        content = content or bytearray(b".")
    return bytes(content)


OPERATIONS = bytes(
    sorted({*b"().]}l0t12RbsuaedoicNIKMJLFGUVXTCBhjqrpg\x80\x81\x82\x85\x86\x87\x88\x89\x8a\x8b"})
) + bytes(range(0x8C, 0x99))


def program(rng):
    """Operations in any order, with a few names among them."""
    pieces = [b"\x80\x04"]
    names = [b"cos\nsystem\n", b"cbuiltins\neval\n", b"cnumpy\ndtype\n", b"cnumpy\nndarray\n"]
    names += [b"cnumpy._core.multiarray\nscalar\n", b"\x8c\x02f8", b"C\x08ABCDEFGH", b"K\x03"]
    for _ in range(rng.randrange(1, 60)):
        pieces.append(rng.choice(names) if rng.random() < 0.4 else bytes([rng.choice(OPERATIONS)]))
    return b"".join(pieces) + b"."


@pytest.mark.parametrize("make", [damaged, program])
def test_whatever_comes_is_a_value_or_refused(make, tmp_path, monkeypatch):
    """Drawn from a fixed seed: 6000 pickles, none of which may run, hang, or take memory."""
    monkeypatch.chdir(tmp_path)
    rng = random.Random(20250511)
    before = set(sys.modules)
    values = 0
    tracemalloc.start()
    for _ in range(6000):
        content = make(rng)
        try:
            read_plain(content)
            values += 1
        except Refused:
            pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 << 20
    assert list(tmp_path.iterdir()) == []
    assert set(sys.modules) - before <= {"numpy"}
    # Otherwise all of them would be broken before anything of interest.
    assert values > 20

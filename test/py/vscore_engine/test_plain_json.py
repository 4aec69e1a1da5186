"""Pickles as JSON, and the files that are refused."""

import hashlib
import json
import os
import pickle

import numpy as np
import pytest

from pickled_calls import Calls
from vscore_engine.errors import EngineError
from vscore_engine.plain_json import read_pickle


def read(value, tmp_path):
    (tmp_path / "x.pkl").write_bytes(pickle.dumps(value))
    return read_pickle(tmp_path / "x.pkl")


def test_what_a_result_holds(tmp_path):
    value = {
        "M": np.array([[0.5, np.nan], [np.inf, -1.0]]),
        "count": np.arange(3),
        ("en", "fr"): {"synergy": np.float64(0.25), "lost": float("nan")},
        5: ("a", [None, True], {"b", "a"}),
        "none": np.zeros((0, 2)),
    }
    found = read(value, tmp_path)
    assert found == {
        "value": {
            "M": [[0.5, None], [None, -1.0]],
            "count": [0, 1, 2],
            "en|fr": {"synergy": 0.25, "lost": None},
            "5": ["a", [None, True], ["a", "b"]],
            "none": [],
        },
        "sha256": hashlib.sha256((tmp_path / "x.pkl").read_bytes()).hexdigest(),
        "not_finite": 3,
    }
    json.dumps(found, allow_nan=False)


def laughs():
    """Nothing much in a file, ten to the ninth when it is written out."""
    value = [1.0]
    for _ in range(9):
        value = [value] * 10
    return value


def endless():
    value = []
    value.append(value)
    return value


def long_texts():
    text = "x" * 100_000
    return [text] * 1000


BAD = {
    "code": (Calls(os.mkdir, "never-made"), "posix mkdir"),
    "shared parts": (laughs(), "more room"),
    "shared texts": (long_texts(), "more room"),
    "a list in itself": (endless(), "nested more than"),
    "bytes": ({"a": b"x"}, "type bytes"),
    "keys that would be one": ({"a|b": 1, ("a", "b"): 2}, "written 'a|b'"),
    "a key as number and as text": ({1: 1, "1": 2}, "written '1'"),
    "whole numbers that JSON cannot tell": (np.array([1 << 60]), "2^53"),
    "the smallest whole number": (np.array([-(1 << 63)]), "2^53"),
    "one such number": ([np.int64(1 << 60)], "2^53"),
    "a name in place of a value": ([np.ndarray], "type Name"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_result_is_refused_in_three_parts(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    value, told = BAD[name]
    with pytest.raises(EngineError) as caught:
        read(value, tmp_path)
    assert caught.value.kind == "request"
    assert str(tmp_path / "x.pkl") in caught.value.message
    assert told in caught.value.message
    assert "were expected" in caught.value.message
    assert "Choose another file" in caught.value.message
    assert not (tmp_path / "never-made").exists()


def test_an_array_that_was_never_filled(tmp_path):
    begun = b"\x80\x03cnumpy._core.multiarray\n_reconstruct\ncnumpy\nndarray\n\x85R."
    (tmp_path / "x.pkl").write_bytes(begun)
    with pytest.raises(EngineError, match="an array has no content"):
        read_pickle(tmp_path / "x.pkl")


def test_what_is_no_file(tmp_path, monkeypatch):
    with pytest.raises(EngineError, match="cannot be read"):
        read_pickle(tmp_path / "none")
    with pytest.raises(EngineError, match="it is no file"):
        read_pickle(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(EngineError, match="it is no file"):
        read_pickle(tmp_path / "pipe")
    monkeypatch.setattr("vscore_engine.plain_json._LARGEST_FILE", 10)
    with pytest.raises(EngineError, match="bytes, more than 10"):
        read(list(range(100)), tmp_path)

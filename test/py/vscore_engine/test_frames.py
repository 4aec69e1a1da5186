"""Blobs against the safetensors library, both ways, and sending over a socket."""

import json
import socket
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.numpy import load, save

from engine_process import read_frame
from vscore_engine.frames import DTYPES, SocketSender, encode, progress, result


def joined(metadata, tensors) -> bytes:
    return b"".join(bytes(buffer) for buffer in encode(metadata, tensors))


def header_of(blob: bytes) -> dict:
    length = int.from_bytes(blob[:8], "little")
    return json.loads(blob[8 : 8 + length])


arrays = st.lists(
    st.tuples(st.sampled_from(sorted(DTYPES)), st.lists(st.integers(0, 5), max_size=3)), max_size=8
)


@settings(max_examples=60, deadline=None)
@given(arrays)
def test_safetensors_reads_what_we_write(specs):
    rng = np.random.default_rng(0)
    tensors = [
        (f"t{i}", rng.integers(0, 200, size=shape).astype(dtype))
        for i, (dtype, shape) in enumerate(specs)
    ]
    read = load(joined({"kind": "x"}, tensors))
    assert set(read) == {name for name, _ in tensors}
    for name, array in tensors:
        assert read[name].dtype == array.dtype
        assert read[name].shape == array.shape
        assert np.array_equal(read[name], array)


@settings(max_examples=60, deadline=None)
@given(arrays)
def test_tensors_tile_the_body_and_are_aligned(specs):
    tensors = [(f"t{i}", np.zeros(shape, dtype)) for i, (dtype, shape) in enumerate(specs)]
    blob = joined({"kind": "x"}, tensors)
    length = int.from_bytes(blob[:8], "little")
    assert length % 8 == 0
    header = header_of(blob)
    assert header.pop("__metadata__") == {"kind": "x"}
    offset = 0
    sizes = dict(DTYPES.values())
    for entry in header.values():
        assert entry["data_offsets"][0] == offset
        assert offset % sizes[entry["dtype"]] == 0
        offset = entry["data_offsets"][1]
    assert len(blob) == 8 + length + offset


def test_same_tensors_as_the_library_writes(tmp_path):
    tensors = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.zeros(0, np.uint8)}
    ours, theirs = load(joined({}, list(tensors.items()))), load(save(tensors))
    assert all(np.array_equal(ours[name], theirs[name]) for name in tensors)
    file = tmp_path / "x.safetensors"
    file.write_bytes(joined({"kind": "k", "job": "3"}, list(tensors.items())))
    with safe_open(file, framework="np") as opened:
        assert opened.metadata() == {"kind": "k", "job": "3"}


def test_views_that_are_not_contiguous_are_written_in_order():
    array = np.arange(12, dtype=np.uint32).reshape(3, 4).T
    assert np.array_equal(load(joined({}, [("a", array)]))["a"], array)


def test_contiguous_arrays_are_not_copied():
    array = np.arange(12, dtype=np.float32)
    _, view = encode({}, [("a", array)])
    assert isinstance(view, memoryview)
    assert np.shares_memory(np.frombuffer(view, np.float32), array)


def test_refuses_unknown_dtype_and_double_name():
    with pytest.raises(TypeError, match="<f2"):
        encode({}, [("a", np.zeros(2, np.float16))])
    with pytest.raises(ValueError, match="twice"):
        encode({}, [("a", b"x"), ("a", b"y")])


def test_refuses_nan_in_json():
    left, right = socket.socketpair()
    with left, right, pytest.raises(ValueError, match="JSON"):
        result(SocketSender(left), "x", {"value": float("nan")})


def test_sender_counts_frames_of_a_job_and_carries_its_id():
    left, right = socket.socketpair()
    with left, right:
        sender = SocketSender(left)
        sender.begin(7)
        progress(sender, "model", 1, 2)
        sender.send("activations", {"layer": "3"}, [("text", np.arange(3, dtype=np.uint32))])
        assert sender.frames == 2
        first, second = read_frame(right), read_frame(right)
        assert (first.kind, first.job, first.json["device_memory_bytes"]) == ("progress", 7, None)
        assert second.metadata == {"kind": "activations", "job": "7", "layer": "3"}
        assert second.tensors["text"].tolist() == [0, 1, 2]
        sender.begin(8)
        assert sender.frames == 0
        sender.close()
        assert read_frame(right) is None


def test_close_wakes_a_sender_that_waits_for_its_reader():
    left, right = socket.socketpair()
    failed = threading.Event()
    sender = SocketSender(left)

    def send():
        try:
            # More than any socket buffer: nobody reads, so this waits.
            sender.send("x", {}, [("a", np.zeros(1 << 25, np.uint8))])
        except OSError:
            failed.set()

    thread = threading.Thread(target=send)
    with right:
        thread.start()
        assert right.recv(1)
        sender.close()
        thread.join(timeout=10)
    assert failed.is_set()

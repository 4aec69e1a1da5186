"""What the engine says: safetensors blobs over a Unix socket.

A blob is u64 header length, JSON header (padded with spaces to a multiple of 8), body. Tensors are
laid out by descending element size, in the given order within one size, without gaps: so each one
begins at a multiple of its own size and a reader can view it without copying.

Arrays are recognised by their numpy interface, so that control messages work before numpy loads.
"""

import contextlib
import json
import socket
import struct
import threading
from collections.abc import Mapping, Sequence
from typing import Protocol

# numpy's dtype.str -> safetensors' name, bytes per element. All little-endian.
DTYPES = {
    "|u1": ("U8", 1),
    "<i4": ("I32", 4),
    "<u4": ("U32", 4),
    "<f4": ("F32", 4),
    "<i8": ("I64", 8),
    "<u8": ("U64", 8),
    "<f8": ("F64", 8),
}


class _Dtype(Protocol):
    @property
    def str(self) -> str: ...


class Array(Protocol):
    """The little of numpy.ndarray that encoding needs."""

    @property
    def dtype(self) -> _Dtype: ...
    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def nbytes(self) -> int: ...
    def tobytes(self) -> bytes: ...


# Raw bytes are a U8 tensor of one dimension.
Tensors = Sequence[tuple[str, "Array | bytes"]]


def to_json(value: object) -> bytes:
    """JSON in UTF-8. NaN and infinity are errors: JavaScript cannot parse them."""
    return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()


def encode(metadata: Mapping[str, str], tensors: Tensors) -> list[bytes | memoryview]:
    """Encode one blob.

    Returns buffers to be written one after the other: the first is length and header, the others
    are views of the arrays' own memory. Raises ValueError for a name given twice, TypeError for a
    dtype that the protocol does not know.
    """
    described = []
    for name, array in tensors:
        dtype, size, shape = _describe(name, array)
        described.append((size, name, dtype, shape, array))
    described.sort(key=lambda entry: -entry[0])

    header: dict[str, object] = {"__metadata__": dict(metadata)}
    buffers: list[bytes | memoryview] = []
    offset = 0
    for _, name, dtype, shape, array in described:
        if name in header:
            raise ValueError(f"tensor {name!r} given twice")
        data = _view(array)
        end = offset + (len(data) if isinstance(data, bytes) else data.nbytes)
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [offset, end]}
        buffers.append(data)
        offset = end
    text = to_json(header)
    text += b" " * (-len(text) % 8)
    return [struct.pack("<Q", len(text)) + text, *buffers]


def _describe(name: str, array: "Array | bytes") -> tuple[str, int, tuple[int, ...]]:
    if isinstance(array, bytes):
        return "U8", 1, (len(array),)
    if array.dtype.str not in DTYPES:
        raise TypeError(f"tensor {name!r} has dtype {array.dtype.str}, expected one of {DTYPES}")
    return *DTYPES[array.dtype.str], tuple(array.shape)


def _view(array: "Array | bytes") -> bytes | memoryview:
    if isinstance(array, bytes):
        return array
    # A view with a zero in its shape cannot be cast.
    if array.nbytes == 0:
        return b""
    view = memoryview(array)  # type: ignore[arg-type]  # ndarray has the buffer interface
    return view.cast("B") if view.c_contiguous else array.tobytes()


class FrameSender:
    """Sends the frames of one job at a time and counts them; where to is a matter of its kinds."""

    def __init__(self) -> None:
        self.job = 0
        self.frames = 0

    def begin(self, job: int) -> None:
        """Count from zero, for the job with this id."""
        self.job = job
        self.frames = 0

    def send(self, kind: str, metadata: Mapping[str, str], tensors: Tensors) -> None:
        """Send one frame."""
        raise NotImplementedError

    def send_json(
        self, kind: str, value: object, metadata: Mapping[str, str] | None = None
    ) -> None:
        """Send a frame whose one tensor `json` holds `value`."""
        self.send(kind, metadata or {}, [("json", to_json(value))])

    def close(self) -> None:
        """Send no more."""
        raise NotImplementedError


class SocketSender(FrameSender):
    """Sends frames over a socket, from any thread.

    A slow reader blocks `send`, and so slows the work: nothing piles up here.
    """

    def __init__(self, connection: socket.socket) -> None:
        super().__init__()
        self._connection = connection
        self._lock = threading.Lock()

    def send(self, kind: str, metadata: Mapping[str, str], tensors: Tensors) -> None:
        """Send one frame. Raises OSError when the other side is gone."""
        full = {"kind": kind, "job": str(self.job), **metadata}
        buffers = encode(full, tensors)
        with self._lock:
            for buffer in buffers:
                self._connection.sendall(buffer)
            self.frames += 1

    def close(self) -> None:
        """Close the socket. A `send` that waits in another thread fails at once."""
        # Already closed by the other side: nothing left to wake.
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()


def result(sender: FrameSender, name: str, value: object) -> None:
    """Send a `result` frame."""
    sender.send_json("result", value, {"name": name})


def progress(
    sender: FrameSender, phase: str, done: int, total: int, device_memory_bytes: int | None = None
) -> None:
    """Send a `progress` frame: `done` of `total` in this phase."""
    value = {
        "phase": phase,
        "done": done,
        "total": total,
        "device_memory_bytes": device_memory_bytes,
    }
    sender.send_json("progress", value)

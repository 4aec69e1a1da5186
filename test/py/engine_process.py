"""The engine in a process of its own, seen from the side of TypeScript."""

import json
import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

PY = Path(__file__).resolve().parents[2] / "py"

# A loop like pythonia's: one line in, one control call, one line out. On pipes of its own, since
# the engine takes 0, 1 and 2 away.
CHILD = """
import json, os, sys
from vscore_engine import jobs
calls, answers = os.fdopen(int(sys.argv[1])), os.fdopen(int(sys.argv[2]), "w")
for line in calls:
    name, request = json.loads(line)
    answers.write(getattr(jobs, name)(request) + "\\n")
    answers.flush()
"""


class Frame:
    """One decoded blob: metadata, tensors as numpy arrays, `json` parsed."""

    def __init__(self, blob: bytes):
        from safetensors.numpy import load

        length = struct.unpack("<Q", blob[:8])[0]
        header = json.loads(blob[8 : 8 + length])
        self.metadata = header["__metadata__"]
        self.kind = self.metadata["kind"]
        self.job = int(self.metadata["job"])
        self.tensors = load(blob)
        data = self.tensors.get("json")
        self.json = None if data is None else json.loads(data.tobytes().decode())


def read_frame(connection) -> Frame | None:
    """Read one blob from a socket; None at its end."""
    start = read_exactly(connection, 8)
    if start is None:
        return None
    length = struct.unpack("<Q", start)[0]
    header = read_exactly(connection, length)
    assert header is not None
    entries = json.loads(header)
    entries.pop("__metadata__")
    size = max((entry["data_offsets"][1] for entry in entries.values()), default=0)
    body = read_exactly(connection, size)
    assert body is not None
    return Frame(start + header + body)


def read_exactly(connection, size: int) -> bytes | None:
    """Read `size` bytes; None if the stream ends before the first one."""
    data = bytearray()
    while len(data) < size:
        block = connection.recv(min(size - len(data), 1 << 20))
        if not block:
            assert not data, "the stream ended inside a frame"
            return None
        data += block
    return bytes(data)


class EngineProcess:
    """The engine as TypeScript sees it: control calls, and frames from a socket."""

    def __init__(self, folder: Path, env: dict[str, str] | None = None):
        self.socket_path = folder / "s"
        self.log = folder / "engine.log"
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.socket_path))
        self.listener.listen(1)
        self.connection = None
        read_calls, write_calls = os.pipe()
        read_answers, write_answers = os.pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(read_calls), str(write_answers)],
            pass_fds=(read_calls, write_answers),
            env={**os.environ, "PYTHONPATH": str(PY), **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        os.close(read_calls)
        os.close(write_answers)
        self.calls = os.fdopen(write_calls, "w")
        self.answers = os.fdopen(read_answers)
        self.next_id = 1

    def call_text(self, name: str, text: str) -> dict:
        self.calls.write(json.dumps([name, text]) + "\n")
        self.calls.flush()
        return json.loads(self.answers.readline())

    def call(self, name: str, **request) -> dict:
        return self.call_text(name, json.dumps(request))

    def open(self, **changes) -> dict:
        request = {
            "protocol": 1,
            "log": str(self.log),
            "socket": str(self.socket_path),
            "parent_pid": os.getpid(),
        }
        answer = self.call("open_engine", **{**request, **changes})
        if "ok" in answer:
            self.connection, _ = self.listener.accept()
            self.connection.settimeout(120)
        return answer

    def start(self, job: str, **params) -> int:
        job_id = self.next_id
        self.next_id += 1
        assert self.call("start", id=job_id, job=job, **params) == {"ok": {"started": job_id}}
        return job_id

    def read(self) -> Frame | None:
        return read_frame(self.connection)

    def run(self, job: str, **params) -> list[Frame]:
        """Start a job; all its frames, to the closing one."""
        job_id = self.start(job, **params)
        frames = []
        while not frames or frames[-1].kind not in ("end", "error"):
            frame = self.read()
            assert frame is not None, "the stream ended without an end frame"
            assert frame.job == job_id
            frames.append(frame)
        if frames[-1].kind == "end":
            assert frames[-1].json["frames"] == len(frames) - 1
        return frames

    def stop(self):
        self.calls.close()
        self.process.wait(timeout=30)
        self.answers.close()
        self.process.stdout.close()
        self.process.stderr.close()
        if self.connection is not None:
            self.connection.close()
        self.listener.close()


def load_request(folder: Path, layers=(1, 2, 3), **changes) -> dict:
    """Parameters of the `load` job for the `tiny` folder."""
    return {
        "model_id": "tiny",
        "model_path": str(folder / "model"),
        "model_revision": None,
        "hook": "metadata",
        "dictionaries": [
            {
                "layer": layer,
                "release": "local",
                "sae_id": f"layer_{layer}",
                "path": str(folder / "dictionaries" / f"layer_{layer}"),
            }
            for layer in layers
        ],
        "device": "cpu",
        "dtype": "auto",
        "seed": 0,
        "threads": 1,
        "batch_tokens": 64,
        "max_memory": None,
        "deterministic": False,
        "offline": True,
        **changes,
    }

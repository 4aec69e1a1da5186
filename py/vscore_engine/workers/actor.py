"""What runs on a worker: the engine itself, with a queue where it has a socket elsewhere."""

import os
import queue
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from vscore_engine.frames import FrameSender, Tensors
from vscore_engine.jobs import Engine, Job, Params, set_environment
from vscore_engine.workers.remote import Sent, say_hello


class QueueSender(FrameSender):
    """Hands frames over within the process, each with arrays of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: queue.SimpleQueue[Sent] = queue.SimpleQueue()

    def send(self, kind: str, metadata: Mapping[str, str], tensors: Tensors) -> None:
        """Queue one frame. Arrays are copied: the engine uses their memory again."""
        own = [
            (name, array if isinstance(array, bytes) else np.array(array))
            for name, array in tensors
        ]
        self.sent.put((kind, dict(metadata), own))
        self.frames += 1

    def close(self) -> None:
        """There is nothing to close."""


class EngineWorker:
    """Jobs in, frames out, one job after the other."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        # Before anything imports what reads them. What the machine says itself stays.
        for name, value in environment.items():
            os.environ.setdefault(name, value)
        set_environment()
        self._sender = QueueSender()
        self._engine = Engine(self._sender)
        self._jobs = 0

    def hello(self) -> dict[str, Any]:
        """Fields of `Hello`."""
        return asdict(say_hello())

    def run(self, request: Mapping[str, Any]) -> Iterator[Sent]:
        """Do a job; yields its frames, the last of which is its `end` or `error`."""
        self._jobs += 1
        self._engine.start(Job(self._jobs, str(request["job"]), Params(request)))
        while True:
            frame = self._sender.sent.get()
            yield frame
            if frame[0] in ("end", "error"):
                return

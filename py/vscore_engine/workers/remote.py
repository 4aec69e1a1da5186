"""A worker as the one that hands out work sees it, whatever carries the messages."""

import os
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from vscore_engine.models import files_hash
from vscore_engine.versions import versions

# Kind, metadata and tensors of a frame that is not written to a socket.
Sent = tuple[str, Mapping[str, str], "list[tuple[str, np.ndarray | bytes]]"]


class WorkerLost(Exception):
    """The worker is gone, or never came to be: its process or its machine ended."""


@dataclass(frozen=True)
class Hello:
    """What a worker is: found before it imports anything heavy."""

    host: str
    pid: int
    # Of the engine's source files: two engines with the same one do the same.
    engine: str
    # As `versions`.
    versions: Mapping[str, str]
    # What the cluster calls its machine.
    node: str = ""


class Worker(Protocol):
    """An engine elsewhere. It does what it is given one after the other."""

    def hello(self) -> Hello:
        """Wait until it has a place and has begun. Raises WorkerLost."""
        ...

    def submit(self, request: Mapping[str, Any]) -> Iterator[Sent]:
        """Give it a job at once; the frames that it sends, to its `end` or `error` included.

        The iteration raises WorkerLost.
        """
        ...

    def close(self) -> None:
        """End it."""
        ...


def say_hello() -> Hello:
    """Of this process."""
    return Hello(socket.gethostname(), os.getpid(), fingerprint(), versions())


def fingerprint() -> str:
    """The hash of the engine's source files, by their names: the beginning of it."""
    root = Path(__file__).resolve().parents[1]
    names = (path.relative_to(root).as_posix() for path in root.rglob("*.py"))
    return files_hash(root, names).removeprefix("sha256:")[:16]


def difference_of(hello: Hello, own: Hello, other: Hello | None) -> str | None:
    """What tells a worker from this process, or from another worker, in words."""
    if hello.engine != own.engine:
        return f"has the engine {hello.engine}, this is {own.engine}."
    if other is None:
        return None
    for package, version in hello.versions.items():
        if version != other.versions.get(package):
            return f"has {package} {version}, {other.host} has {other.versions.get(package)}."
    return None

"""What workers are given, and what they say of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vscore_engine.errors import EngineError
from vscore_engine.workers.remote import Sent

# What may fail on one worker and not on another.
ITS_OWN = frozenset({"bug", "environment", "source"})


@dataclass(eq=False)
class Task:
    """A job for one worker, whichever."""

    request: Mapping[str, Any]
    what: str
    state: str = "waiting"
    frames: list[Sent] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    error: EngineError | None = None


@dataclass(eq=False)
class Entry:
    """A job of the journal, and what the first worker that did it said."""

    request: Mapping[str, Any]
    answer: list[Sent] | None = None
    # Why it cannot be done, by the first worker that says so; and who did not do it.
    failure: EngineError | None = None
    refused: set[str] = field(default_factory=set)


@dataclass(eq=False)
class Attempt:
    """What a member was given."""

    work: Task | Entry
    frames: list[Sent] = field(default_factory=list)


def json_of(tensors: "list[tuple[str, np.ndarray | bytes]]") -> Any:
    data = dict(tensors)["json"]
    return json.loads(data if isinstance(data, bytes) else data.tobytes())


def memory_of(task: Task) -> int | None:
    """What the task's worker had in use of its device, as it said last."""
    told = [json_of(tensors) for kind, _, tensors in task.frames if kind == "progress"]
    return told[-1]["device_memory_bytes"] if told else None


def failure_of(name: str, frames: list[Sent]) -> EngineError | None:
    """What a worker failed with, by its last frame; with its name where that is its own affair."""
    kind, _, tensors = frames[-1]
    told = json_of(tensors)
    if kind == "end":
        if told["frames"] == len(frames) - 1:
            return None
        words = f"{told['frames']} frames were sent, {len(frames) - 1} arrived."
        told = {"kind": "bug", "message": words, "facts": {}, "traceback": ""}
    where = f"{name.capitalize()}: " if told["kind"] in ITS_OWN else ""
    error = EngineError(told["kind"], f"{where}{told['message']}", dict(told["facts"]))
    error.add_note(f"On {name}:\n{told['traceback']}")
    return error


def told_apart(entry: Entry, said: list[Sent]) -> str | None:
    """Where a worker's results differ from those of the first, in words; None where they do not."""
    job = entry.request["job"]
    mine, theirs = _plain(said), _plain(entry.answer or [])
    if mine == theirs:
        return None
    for (one, _), (other, _) in zip(mine, theirs, strict=False):
        for key in one:
            if one[key] != other.get(key):
                return f"says of {key} {one[key]!r}, another {other.get(key)!r} (job {job})."
    return f"gives other results of the job {job} than another."


def _plain(frames: list[Sent]) -> list[tuple[dict[str, Any], dict[str, bytes]]]:
    """Of each result its JSON, and its other tensors as bytes.

    Without warnings: they tell of a worker's own way to the files, such as a Hub that is silent.
    """
    found = []
    for kind, _, tensors in frames:
        if kind != "result":
            continue
        raw = {name: a if isinstance(a, bytes) else a.tobytes() for name, a in tensors}
        value = json.loads(raw.pop("json", b"{}"))
        told = value if isinstance(value, dict) else {"value": value}
        told.pop("warnings", None)
        found.append((told, raw))
    return found

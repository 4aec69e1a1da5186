"""Several workers as one engine: what each of them does, what one of them does, what is dealt out.

What a worker holds (a model, texts, a precision) follows from the jobs that it has done: they are
kept in a journal, and a worker that comes later does them all before anything else.
"""

import itertools
import json
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from vscore_engine.errors import EngineError
from vscore_engine.frames import FrameSender, progress, result
from vscore_engine.workers.remote import Hello, Sent, Worker, WorkerLost

if TYPE_CHECKING:
    from vscore_engine.jobs import Job

# Jobs that change what a worker holds.
_EVERYWHERE = frozenset({"load", "set_dtype", "keep_encoders", "tokenize", "randomise"})
# How often a piece of work may take its worker with it.
MOST_FAILURES = 3
# What a worker is given at a time: while one batch is on its way back, it does the next.
_DEPTH = 2
# Seconds to wait for workers that the cluster has no place for: all of them, and the first.
ALL_PLACED_S = 60.0
ONE_PLACED_S = 300.0
_TICK_S = 1.0
# What is finished stays; the other side says how to go on.
_GOES_ON: dict[str, object] = {"mayGoOn": True}


@dataclass(eq=False)
class _Task:
    """A job for one worker, whichever."""

    request: Mapping[str, Any]
    what: str
    state: str = "waiting"
    frames: list[Sent] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    error: EngineError | None = None


@dataclass(eq=False)
class _Entry:
    """A job of the journal, and what the first worker that did it said."""

    request: Mapping[str, Any]
    answer: list[Sent] | None = None


@dataclass(eq=False)
class _Attempt:
    """What a member was given."""

    work: _Task | _Entry
    frames: list[Sent] = field(default_factory=list)


@dataclass(eq=False)
class _Member:
    number: int
    worker: Worker
    # One that came after the work began cannot end it: it is let go instead.
    is_late: bool
    hello: Hello | None = None
    done: list[_Entry] = field(default_factory=list)
    given: deque[_Attempt] = field(default_factory=deque)
    answers: "queue.SimpleQueue[Iterator[Sent] | None]" = field(default_factory=queue.SimpleQueue)

    @property
    def name(self) -> str:
        place = "" if self.hello is None else f" ({self.hello.host}, process {self.hello.pid})"
        return f"worker {self.number}{place}"


class Crew:
    """Workers that are replaced when they are lost, and say the same or nothing."""

    def __init__(
        self,
        launch: Callable[[], Worker],
        count: int,
        own: Hello,
        room: Callable[[], str],
        *,
        all_placed_s: float = ALL_PLACED_S,
        one_placed_s: float = ONE_PLACED_S,
    ) -> None:
        """Launch `count` workers, without waiting for them.

        own: what the workers are held against. room: what the cluster has, in words.
        """
        self._launch_worker = launch
        self._count = count
        self._own = own
        self._room = room
        self._all_placed_s, self._one_placed_s = all_placed_s, one_placed_s
        self._inbox: queue.SimpleQueue[tuple[_Member, str, Any]] = queue.SimpleQueue()
        self._numbers = itertools.count(1)
        self._members: list[_Member] = []
        self._journal: list[_Entry] = []
        self._tasks: dict[object, _Task] = {}
        self._failed_starts: list[str] = []
        self._news: list[dict[str, str]] = []
        self._is_complete = False
        self.lost = 0
        for _ in range(count):
            self._launch()

    @property
    def hellos(self) -> list[Hello]:
        """Of the workers that are here."""
        return [member.hello for member in self._members if member.hello is not None]

    def assemble(self, sender: FrameSender, check_cancelled: Callable[[], None]) -> None:
        """Wait for all workers; after a while, for at least one. The others may come later.

        Raises "environment" where none finds a place, and where they are not alike.
        """
        began = time.monotonic()
        told = -1
        while len(self.hellos) < self._count:
            if told != len(self.hellos):
                told = len(self.hellos)
                progress(sender, "Ray's workers", told, self._count)
            if self.hellos and time.monotonic() - began > self._all_placed_s:
                break
            if not self._members:
                raise self._nobody()
            self._step(sender, check_cancelled)
        self._is_complete = True
        for member in self._members:
            member.is_late = member.hello is None

    def run(self, job: "Job", sender: FrameSender) -> int:
        """Do a job, send what it gives, return how many texts it sent. Raises what it raises."""
        request = dict(job.params)
        if job.name in _EVERYWHERE:
            return self._do_everywhere(request, sender, job.check_cancelled)
        if job.name == "extract":
            return self._extract(request, sender, job.check_cancelled)
        return self._do_somewhere(request, sender, job.check_cancelled)

    def close(self) -> None:
        """End all workers."""
        for member in self._members:
            member.answers.put(None)
            member.worker.close()
        self._members = []

    # -- jobs

    def _do_everywhere(
        self, request: Mapping[str, Any], sender: FrameSender, check: Callable[[], None]
    ) -> int:
        if request["job"] == "load":
            self._journal.clear()
        # What was done ahead was done with what is changed now.
        self._tasks.clear()
        entry = _Entry(request)
        self._journal.append(entry)
        try:
            while entry.answer is None or any(
                entry not in member.done for member in self._present() if not member.is_late
            ):
                self._step(sender, check, shown=entry)
        except BaseException:
            if entry in self._journal:
                self._journal.remove(entry)
            raise
        if request["job"] == "set_dtype":
            earlier = [old for old in self._journal if old.request["job"] == "set_dtype"][:-1]
            self._journal = [old for old in self._journal if old not in earlier]
        return self._pass_on(entry.answer, sender)

    def _do_somewhere(
        self, request: Mapping[str, Any], sender: FrameSender, check: Callable[[], None]
    ) -> int:
        task = _Task(request, f"the job {request['job']}")
        self._tasks[task] = task
        try:
            while task.state != "done":
                if task.error is not None:
                    raise task.error
                self._step(sender, check, [task], shown=task)
        finally:
            self._tasks.pop(task, None)
        return self._pass_on(task.frames, sender)

    def _extract(
        self, request: Mapping[str, Any], sender: FrameSender, check: Callable[[], None]
    ) -> int:
        """Deal out batches; those of the next languages to whom would have to wait."""
        wanted = [self._task_of(request, request["language"], own) for own in request["shards"]]
        ahead = [self._task_of(request, own["language"], own) for own in request.get("ahead", [])]
        self._tasks = dict([*wanted, *ahead])
        order = list(self._tasks.values())
        left = {task: key for key, task in wanted}
        total = sum(len(task.request["shards"][0]["texts"]) for task in left)
        seconds: dict[str, float] = {}
        done = 0
        while left:
            for task in [task for task in left if task.state == "done"]:
                # Asked for again, it is done again.
                del self._tasks[left.pop(task)]
                done += self._pass_on(task.frames, sender, seconds)
                progress(sender, "extract", done, total, _memory_of(task))
                task.frames = []
            for task, key in left.items():
                if task.error is not None:
                    del self._tasks[key]
                    raise task.error
            if left:
                self._step(sender, check, order)
        result(sender, "seconds", seconds)
        return done

    def _task_of(
        self, request: Mapping[str, Any], language: str, own: Mapping[str, Any]
    ) -> tuple[object, _Task]:
        """The task of one batch: the same object as before where it was begun ahead."""
        shard = {"shard": int(own["shard"]), "texts": list(own["texts"])}
        layers, tokens = list(request["layers"]), bool(request["tokens"])
        key = (language, shard["shard"], *shard["texts"], tuple(layers), tokens)
        known = self._tasks.get(key)
        if known is not None:
            return key, known
        count = len(shard["texts"])
        what = f"batch {shard['shard']} of {language} ({count} text{'s' if count > 1 else ''})"
        asked = {"job": "extract", "language": language, "layers": layers, "tokens": tokens}
        return key, _Task({**asked, "shards": [shard]}, what)

    def _pass_on(
        self, frames: list[Sent], sender: FrameSender, seconds: dict[str, float] | None = None
    ) -> int:
        """Send what a worker said; where `seconds` is given, add its own to them instead."""
        texts = 0
        for kind, metadata, tensors in frames:
            if kind == "end":
                texts = int(_json(tensors)["texts"])
            elif seconds is not None and kind == "result" and metadata["name"] == "seconds":
                for what, spent in _json(tensors).items():
                    seconds[what] = seconds.get(what, 0.0) + spent
            elif kind != "progress":
                sender.send(kind, metadata, tensors)
        return texts

    # -- members

    def _step(
        self,
        sender: FrameSender,
        check: Callable[[], None],
        tasks: list[_Task] | None = None,
        shown: _Task | _Entry | None = None,
    ) -> None:
        """Hand out what there is to do, and take in one thing that happened, or a second's nothing.

        shown: the work whose progress is told as it comes.
        """
        check()
        self._hand_out(tasks or [])
        self._wait_for_place(sender)
        try:
            member, kind, payload = self._inbox.get(timeout=_TICK_S)
        except queue.Empty:
            return
        if member not in self._members:
            return
        if kind == "hello":
            self._greet(member, payload)
        elif kind == "lost":
            self._lose(member, payload)
        elif kind == "frame":
            attempt = member.given[0]
            is_first = member.number == min(each.number for each in self._present())
            is_shown = attempt.work is shown and (isinstance(shown, _Task) or is_first)
            if payload[0] == "progress" and is_shown:
                sender.send(*payload)
            attempt.frames.append(payload)
        elif kind == "done":
            self._finish(member, member.given.popleft())
        for news in self._news:
            result(sender, "worker_lost", news)
        self._news = []

    def _hand_out(self, tasks: list[_Task]) -> None:
        for member in self._present():
            missing = next((entry for entry in self._journal if entry not in member.done), None)
            if missing is not None and all(each.work is not missing for each in member.given):
                self._give(member, _Attempt(missing))
        waiting = deque(task for task in tasks if task.state == "waiting" and task.error is None)
        for depth in range(_DEPTH):
            for member in self._present():
                if waiting and len(member.given) <= depth and self._is_ready(member):
                    task = waiting.popleft()
                    task.state = "given"
                    self._give(member, _Attempt(task))

    def _give(self, member: _Member, attempt: _Attempt) -> None:
        member.given.append(attempt)
        member.answers.put(member.worker.submit(attempt.work.request))

    def _present(self) -> list[_Member]:
        return [member for member in self._members if member.hello is not None]

    def _is_ready(self, member: _Member) -> bool:
        return all(entry in member.done for entry in self._journal)

    def _launch(self) -> None:
        worker = self._launch_worker()
        member = _Member(next(self._numbers), worker, self._is_complete)
        self._members.append(member)
        self._unplaced_since = time.monotonic()
        name = f"worker {member.number}"
        threading.Thread(target=self._listen, args=(member,), name=name, daemon=True).start()

    def _listen(self, member: _Member) -> None:
        """Wait for what a worker says, on a thread of its own, until it is gone."""
        put = self._inbox.put
        try:
            put((member, "hello", member.worker.hello()))
            while (answer := member.answers.get()) is not None:
                for frame in answer:
                    put((member, "frame", frame))
                put((member, "done", None))
        except WorkerLost as lost:
            put((member, "lost", str(lost)))
        except Exception as error:  # noqa: BLE001  # a thread that ends silently hangs the run
            put((member, "lost", f"{type(error).__name__}: {error}"))

    def _greet(self, member: _Member, hello: Hello) -> None:
        member.hello = hello
        others = [each for each in self._present() if each is not member]
        known = others[0].hello if others else None
        difference = _difference(hello, self._own, known)
        if difference is None:
            return
        if not member.is_late:
            raise EngineError(
                "environment",
                f"{member.name.capitalize()} {difference} Workers that compute alike were "
                "expected. Install the same versions on all nodes of the cluster.",
            )
        self._let_go(member, difference)

    def _finish(self, member: _Member, attempt: _Attempt) -> None:
        kind, _, tensors = attempt.frames[-1]
        failure = _error_of(member, _json(tensors)) if kind == "error" else None
        if isinstance(attempt.work, _Entry):
            self._finish_entry(member, attempt.work, attempt.frames, failure)
        else:
            self._finish_task(member, attempt.work, attempt.frames, failure)

    def _finish_entry(
        self, member: _Member, entry: _Entry, frames: list[Sent], failure: EngineError | None
    ) -> None:
        if entry not in self._journal:
            return
        said = [frame for frame in frames if frame[0] != "progress"]
        if failure is not None:
            if not member.is_late:
                raise failure
            self._let_go(member, failure.message)
        elif entry.answer is None or _is_same(said, entry.answer):
            entry.answer = entry.answer or said
            member.done.append(entry)
            if self._is_ready(member):
                self._failed_starts.clear()
        else:
            difference = _told_apart(entry, said)
            if not member.is_late:
                raise EngineError(
                    "environment",
                    f"{member.name.capitalize()} {difference} Workers that compute alike were "
                    "expected. Use a cluster of like machines, with the same files on each.",
                )
            self._let_go(member, difference)

    def _finish_task(
        self, member: _Member, task: _Task, frames: list[Sent], failure: EngineError | None
    ) -> None:
        if task not in self._tasks.values():
            return
        if failure is None:
            task.state, task.frames = "done", frames
        elif failure.kind == "bug":
            # Unforeseen: its process may be spoilt, as a graphics card's is after some errors.
            self._fail(task, member, failure.message, failure)
            self._replace(member, failure.message, task.what)
        else:
            task.state, task.error = "waiting", failure

    def _fail(
        self, task: _Task, member: _Member, reason: str, cause: EngineError | None = None
    ) -> None:
        task.state = "waiting"
        task.failures.append(f"{member.name}: {reason}")
        if len(task.failures) < MOST_FAILURES:
            return
        reasons = "\n".join(f"  {failure}" for failure in task.failures)
        error = EngineError(
            "environment" if cause is None else cause.kind,
            f"{task.what[0].upper()}{task.what[1:]} failed {MOST_FAILURES} times, on a new worker "
            f"each time:\n{reasons}\nWorkers that stay were expected. Look for the cause in the "
            "logs of Ray (ray logs) and in the memory of the nodes.",
            _GOES_ON,
        )
        for note in getattr(cause, "__notes__", []):
            error.add_note(note)
        task.error = error

    def _lose(self, member: _Member, reason: str) -> None:
        """A worker is gone by itself: what it was at is done again by another."""
        if member.hello is None:
            self._let_go(member, reason)
            return
        first = member.given[0].work if member.given else None
        if isinstance(first, _Task) and first in self._tasks.values():
            self._fail(first, member, reason)
        if isinstance(first, _Entry) and first in self._journal:
            self._let_go(member, f"it was lost in the job {first.request['job']}: {reason}")
        else:
            self._replace(member, reason, first.what if isinstance(first, _Task) else "")

    def _let_go(self, member: _Member, reason: str) -> None:
        """A worker never got as far as the others."""
        self._failed_starts.append(f"{member.name}: {reason}")
        self._replace(member, reason, "")

    def _replace(self, member: _Member, reason: str, doing: str) -> None:
        """End a member; another takes its place, unless that has been in vain too often."""
        for attempt in member.given:
            if isinstance(attempt.work, _Task) and attempt.work.state == "given":
                attempt.work.state = "waiting"
        self._members.remove(member)
        member.answers.put(None)
        member.worker.close()
        self.lost += 1
        self._news.append({"worker": member.name, "reason": reason, "doing": doing})
        if len(self._failed_starts) < MOST_FAILURES:
            self._launch()

    def _wait_for_place(self, sender: FrameSender) -> None:
        """Raise once there is nobody, and nobody to come."""
        if self._present():
            return
        if not self._members:
            raise self._nobody()
        waited = time.monotonic() - self._unplaced_since
        if waited > self._one_placed_s:
            raise self._nobody()
        if self._is_complete:
            progress(sender, "Ray's workers", 0, self._count)

    def _nobody(self) -> EngineError:
        if self._failed_starts:
            reasons = "\n".join(f"  {reason}" for reason in self._failed_starts)
            return EngineError(
                "environment",
                f"No worker could begin:\n{reasons}\nNodes on which the packages of "
                "py/requirements.txt are installed were expected. Look at the logs of Ray (ray "
                "logs), and at what the nodes have.",
                _GOES_ON,
            )
        return EngineError(
            "environment",
            f"No worker has found a place on the cluster for {self._one_placed_s:.0f} s. "
            f"{self._room()} Wait until others are done with it, or ask for less.",
            _GOES_ON,
        )


def _json(tensors: "list[tuple[str, np.ndarray | bytes]]") -> Any:
    data = dict(tensors)["json"]
    return json.loads(data if isinstance(data, bytes) else data.tobytes())


def _memory_of(task: _Task) -> int | None:
    """What the task's worker had in use of its device, as it said last."""
    told = [_json(tensors) for kind, _, tensors in task.frames if kind == "progress"]
    return told[-1]["device_memory_bytes"] if told else None


def _error_of(member: _Member, told: Mapping[str, Any]) -> EngineError:
    """What a worker failed with; where that is its own affair, with its name."""
    is_its_own = told["kind"] in ("environment", "source", "bug")
    where = f"{member.name.capitalize()}: " if is_its_own else ""
    error = EngineError(told["kind"], f"{where}{told['message']}", dict(told["facts"]))
    error.add_note(f"On {member.name}:\n{told['traceback']}")
    return error


def _difference(hello: Hello, own: Hello, other: Hello | None) -> str | None:
    """What tells a worker from this process, or from another worker, in words."""
    if hello.engine != own.engine:
        return f"has the engine {hello.engine}, this is {own.engine}."
    if other is None:
        return None
    for package, version in hello.versions.items():
        if version != other.versions.get(package):
            return f"has {package} {version}, {other.host} has {other.versions.get(package)}."
    return None


def _is_same(said: list[Sent], before: list[Sent]) -> bool:
    def plain(frame: Sent) -> object:
        kind, metadata, tensors = frame
        named = {name: a if isinstance(a, bytes) else a.tobytes() for name, a in tensors}
        return kind, dict(metadata), named

    return [plain(frame) for frame in said] == [plain(frame) for frame in before]


def _told_apart(entry: _Entry, said: list[Sent]) -> str:
    """Where the answers of two workers differ, in words."""
    job = entry.request["job"]
    for (_, _, mine), (_, _, theirs) in zip(said, entry.answer or [], strict=False):
        if "json" not in dict(mine) or "json" not in dict(theirs):
            continue
        one, other = _json(mine), _json(theirs)
        if not isinstance(one, dict) or not isinstance(other, dict):
            continue
        for key in one:
            if one[key] != other.get(key):
                return f"says of {key} {one[key]!r}, another {other.get(key)!r} (job {job})."
    return f"gives other results of the job {job} than another."

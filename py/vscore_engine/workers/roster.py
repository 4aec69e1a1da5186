"""The workers that there are: launched, brought to where the others are, replaced when lost.

What a worker holds (a model, texts, a precision) follows from the jobs that it has done: they are
kept in a journal, and a worker that comes later does them all before anything else.
"""

import itertools
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from vscore_engine.errors import EngineError
from vscore_engine.frames import FrameSender, progress, result
from vscore_engine.workers.remote import Hello, Sent, Worker, WorkerLost, difference_of
from vscore_engine.workers.watch import GOES_ON, Watch
from vscore_engine.workers.work import ITS_OWN, Attempt, Entry, Task, failure_of, told_apart

# How often a piece of work may take its worker with it.
MOST_FAILURES = 3
# What a worker is given at a time: while one batch is on its way back, it does the next.
_DEPTH = 2
# Seconds to wait for workers that the cluster has no place for: all of them, and the first.
ALL_PLACED_S = 60.0
ONE_PLACED_S = 300.0
_TICK_S = 1.0


@dataclass(eq=False)
class Member:
    number: int
    worker: Worker
    # One that has not caught up with work that goes on cannot end it: it is let go instead.
    is_late: bool
    hello: Hello | None = None
    done: set[Entry] = field(default_factory=set)
    # When it last gave a sign of life, or was given something to do.
    heard: float = 0.0
    given: deque[Attempt] = field(default_factory=deque)
    answers: "queue.SimpleQueue[Iterator[Sent] | None]" = field(default_factory=queue.SimpleQueue)

    @property
    def name(self) -> str:
        place = "" if self.hello is None else f" ({self.hello.host}, process {self.hello.pid})"
        return f"worker {self.number}{place}"


class Roster:
    """Workers that are replaced when they are lost, and say the same or nothing."""

    def __init__(
        self,
        launch: Callable[[], Worker],
        count: int,
        own: Hello,
        room: Callable[[], str],
        gone: Callable[[], str | None] = lambda: None,
        *,
        stall_s: float | None = None,
        all_placed_s: float = ALL_PLACED_S,
        one_placed_s: float = ONE_PLACED_S,
    ) -> None:
        """Launch `count` workers, without waiting for them.

        own: what the workers are held against. room: what the cluster has, in words. gone: why its
        head cannot be reached; None where it can. stall_s: for how long a worker that is at work
        may say nothing.
        """
        self._launch_worker = launch
        self._count = count
        self._own = own
        self._room = room
        self._watch = Watch(gone)
        self._nobody_since: float | None = None
        self._stall_s = stall_s
        self._all_placed_s, self._one_placed_s = all_placed_s, one_placed_s
        self._inbox: queue.SimpleQueue[tuple[Member, str, Any]] = queue.SimpleQueue()
        self._numbers = itertools.count(1)
        self._members: list[Member] = []
        self.journal: list[Entry] = []
        # What is to be done, in this order, and what is done of it.
        self.tasks: list[Task] = []
        self._failed_starts: list[str] = []
        self._news: list[tuple[str, dict[str, str]]] = []
        self._is_complete = False
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
        while len(self.hellos) < self._count:
            progress(sender, "Ray's workers", len(self.hellos), self._count)
            if self.hellos and time.monotonic() - began > self._all_placed_s:
                break
            if not self._members:
                raise self._nobody()
            self.step(sender, check_cancelled)
        self._is_complete = True
        for member in self._members:
            member.is_late = member.hello is None

    def close(self) -> None:
        """End all workers."""
        for member in self._members:
            member.answers.put(None)
            member.worker.close()
        self._members = []

    def lags(self, entry: Entry) -> bool:
        """Whether a worker that is here has not done it yet, those aside that have to catch up."""
        waited = (each for each in self._present() if not each.is_late)
        return any(entry not in each.done and each.name not in entry.refused for each in waited)

    def renew(self, entry: Entry, *, leaves_traces: bool) -> None:
        """A job that not all could do is as if it had never been: who did it is replaced.

        leaves_traces: also who did not.
        """
        for member in self._present():
            is_at_it = any(attempt.work is entry for attempt in member.given)
            is_half_way = leaves_traces and member.name in entry.refused
            if entry in member.done or is_at_it or is_half_way:
                job = entry.request["job"]
                self._replace(member, f"not all workers could do the job {job}, as this one", "")

    def step(
        self,
        sender: FrameSender,
        check: Callable[[], None],
        shown: Task | Entry | None = None,
    ) -> None:
        """Hand out what there is to do, and take in one thing that happened, or a second's nothing.

        shown: the work whose progress is told as it comes.
        """
        check()
        self._hand_out()
        self._wait_for_place(sender)
        try:
            member, kind, payload = self._inbox.get(timeout=_TICK_S)
        except queue.Empty:
            self._watch.look(bool(self._present()))
            self._look_for_stalled(sender)
            return
        if member not in self._members:
            return
        member.heard = time.monotonic()
        if kind == "hello":
            self._greet(member, payload)
        elif kind == "lost":
            self._lose(member, payload)
        elif kind == "frame":
            attempt = member.given[0]
            if payload[0] == "progress" and self._is_told(member, attempt.work, shown):
                sender.send(*payload)
            attempt.frames.append(payload)
        elif kind == "done":
            self._finish(member, member.given.popleft())
        self._tell(sender)

    def _tell(self, sender: FrameSender) -> None:
        for kind, news in self._news:
            result(sender, kind, news)
        self._news = []

    def _is_told(self, member: Member, work: Task | Entry, shown: Task | Entry | None) -> bool:
        """Whether progress is passed on: of what is shown, by one of those that are at it."""
        if isinstance(work, Task):
            return work is shown
        # While others wait for one to catch up, that is a sign of life.
        if work is not shown and any(map(self._is_ready, self._present())):
            return False
        return member.number == min(each.number for each in self._present())

    def _hand_out(self) -> None:
        for member in self._present():
            missing = next((entry for entry in self.journal if entry not in member.done), None)
            if missing is None or member.name in missing.refused:
                continue
            if all(each.work is not missing for each in member.given):
                self._give(member, Attempt(missing))
        waiting = deque(
            task for task in self.tasks if task.state == "waiting" and task.error is None
        )
        for depth in range(_DEPTH):
            for member in self._present():
                if waiting and len(member.given) <= depth and self._is_ready(member):
                    task = waiting.popleft()
                    task.state = "given"
                    self._give(member, Attempt(task))

    def _give(self, member: Member, attempt: Attempt) -> None:
        if not member.given:
            member.heard = time.monotonic()
        member.given.append(attempt)
        member.answers.put(member.worker.submit(attempt.work.request))

    def _present(self) -> list[Member]:
        return [member for member in self._members if member.hello is not None]

    def _is_ready(self, member: Member) -> bool:
        return all(entry in member.done for entry in self.journal)

    def _launch(self) -> None:
        worker = self._launch_worker()
        member = Member(next(self._numbers), worker, self._is_complete)
        self._members.append(member)
        name = f"worker {member.number}"
        threading.Thread(target=self._listen, args=(member,), name=name, daemon=True).start()

    def _listen(self, member: Member) -> None:
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

    def _greet(self, member: Member, hello: Hello) -> None:
        member.hello = hello
        others = [each for each in self._present() if each is not member]
        known = others[0].hello if others else None
        difference = difference_of(hello, self._own, known)
        if difference is None:
            return
        if not member.is_late:
            raise EngineError(
                "environment",
                f"{member.name.capitalize()} {difference} Workers that compute alike were "
                "expected. Install the same versions on all nodes of the cluster.",
            )
        self._let_go(member, difference)

    def _finish(self, member: Member, attempt: Attempt) -> None:
        failure = failure_of(member.name, attempt.frames)
        if isinstance(attempt.work, Entry):
            self._finish_entry(member, attempt.work, attempt.frames, failure)
        else:
            self._finish_task(member, attempt.work, attempt.frames, failure)

    def _finish_entry(
        self, member: Member, entry: Entry, frames: list[Sent], failure: EngineError | None
    ) -> None:
        if entry not in self.journal:
            return
        said = [frame for frame in frames if frame[0] != "progress"]
        difference = None
        if failure is None and entry.answer is not None:
            difference = told_apart(entry, said)
        if difference is not None:
            failure = EngineError(
                "environment",
                f"{member.name.capitalize()} {difference} Workers that compute alike were "
                "expected. Use a cluster of like machines, with the same files on each.",
            )
        if failure is not None:
            # What others have done it should be able to; what nobody has, may be too much for all.
            if member.is_late and entry.answer is not None:
                self._let_go(member, failure.message)
            elif difference is not None:
                raise failure
            else:
                entry.failure = entry.failure or failure
                entry.refused.add(member.name)
            return
        entry.answer = entry.answer or said
        member.done.add(entry)
        if self._is_ready(member):
            if member.is_late:
                self._news.append(("worker_joined", {"worker": member.name}))
            member.is_late = False
            self._failed_starts.clear()

    def _finish_task(
        self, member: Member, task: Task, frames: list[Sent], failure: EngineError | None
    ) -> None:
        if task not in self.tasks:
            return
        if failure is None:
            task.state, task.frames = "done", frames
        elif failure.kind in ITS_OWN:
            # Its process may be spoilt, as a graphics card's is after some errors, or its machine.
            self._fail(task, member, failure.message, failure)
            self._replace(member, failure.message, "" if task.error else task.what)
        else:
            task.state, task.error = "waiting", failure

    def _fail(
        self, task: Task, member: Member, reason: str, cause: EngineError | None = None
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
            GOES_ON,
        )
        for note in getattr(cause, "__notes__", []):
            error.add_note(note)
        task.error = error

    def _lose(self, member: Member, reason: str) -> None:
        """A worker is gone by itself: what it was at is done again by another."""
        self._watch.ensure()
        if member.hello is None:
            self._let_go(member, reason)
            return
        first = member.given[0].work if member.given else None
        if isinstance(first, Task) and first in self.tasks:
            self._fail(first, member, reason)
        if isinstance(first, Entry) and first in self.journal:
            self._let_go(member, f"in the job {first.request['job']}: {reason}")
        else:
            # What cannot be done at all is told as an error.
            doing = first.what if isinstance(first, Task) and first.error is None else ""
            self._replace(member, reason, doing)

    def _let_go(self, member: Member, reason: str) -> None:
        """A worker never got as far as the others."""
        self._failed_starts.append(f"{member.name}: {reason}")
        self._replace(member, reason, "")

    def _replace(self, member: Member, reason: str, doing: str) -> None:
        """End a member; another takes its place, unless that has been in vain too often."""
        for attempt in member.given:
            if isinstance(attempt.work, Task) and attempt.work.state == "given":
                attempt.work.state = "waiting"
        self._members.remove(member)
        member.answers.put(None)
        member.worker.close()
        news = {"worker": member.name, "reason": reason, "doing": doing}
        self._news.append(("worker_lost", news))
        if len(self._failed_starts) < MOST_FAILURES:
            self._launch()

    def _wait_for_place(self, sender: FrameSender) -> None:
        """Raise once there is nobody, and nobody to come."""
        if self._present():
            self._nobody_since = None
            return
        now = time.monotonic()
        self._nobody_since = self._nobody_since or now
        if not self._members or now - self._nobody_since > self._one_placed_s:
            raise self._nobody()
        if self._is_complete:
            progress(sender, "Ray's workers", 0, self._count)

    def _look_for_stalled(self, sender: FrameSender) -> None:
        """A worker that hangs holds up all others in the end."""
        if self._stall_s is None:
            return
        for member in self._present():
            silent = time.monotonic() - member.heard
            if member.given and silent > self._stall_s:
                self._lose(member, f"it gave no sign of life for {silent:.0f} s")
        self._tell(sender)

    def _nobody(self) -> EngineError:
        if self._failed_starts:
            reasons = "\n".join(f"  {reason}" for reason in self._failed_starts)
            return EngineError(
                "environment",
                f"No worker could begin:\n{reasons}\nNodes on which the packages of "
                "py/requirements.txt are installed were expected. Look at the logs of Ray (ray "
                "logs), and at what the nodes have.",
                GOES_ON,
            )
        return EngineError(
            "environment",
            f"No worker has found a place on the cluster for {self._one_placed_s:.0f} s. "
            f"{self._room()} Wait until others are done with it, or ask for less.",
            GOES_ON,
        )

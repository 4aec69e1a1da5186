"""Several workers as one engine: what each of them does, what one does, what is dealt out."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from vscore_engine.frames import FrameSender, progress, result
from vscore_engine.workers.remote import Sent
from vscore_engine.workers.roster import Roster
from vscore_engine.workers.work import Entry, Task, json_of, memory_of

if TYPE_CHECKING:
    from vscore_engine.jobs import Job

# Jobs that change what a worker holds.
_EVERYWHERE = frozenset({"load", "set_dtype", "keep_encoders", "tokenize", "randomise"})
# And of them those that may have changed something when they fail.
_LEAVES_TRACES = frozenset({"randomise"})


class Crew:
    """Does an engine's jobs with the workers of a roster."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        # Batches that were asked for, or are known to be asked for next, by what they are.
        self._known: dict[object, Task] = {}

    def run(self, job: "Job", sender: FrameSender) -> int:
        """Do a job, send what it gives, return how many texts it sent. Raises what it raises."""
        request = dict(job.params)
        if job.name in _EVERYWHERE:
            return self._do_everywhere(request, sender, job.check_cancelled)
        if job.name == "extract":
            return self._extract(request, sender, job.check_cancelled)
        return self._do_somewhere(request, sender, job.check_cancelled)

    def _do_everywhere(
        self, request: Mapping[str, Any], sender: FrameSender, check: Callable[[], None]
    ) -> int:
        journal = self._roster.journal
        if request["job"] == "load":
            journal.clear()
        # What was done ahead was done with what is changed now.
        self._known.clear()
        self._roster.tasks = []
        entry = Entry(request)
        journal.append(entry)
        try:
            while (entry.answer or entry.failure) is None or self._roster.lags(entry):
                self._roster.step(sender, check, shown=entry)
                # Where nothing is loaded there is nothing to keep alike.
                if entry.failure is not None and request["job"] == "load":
                    break
        except BaseException:
            journal.remove(entry)
            raise
        if entry.failure is not None:
            journal.remove(entry)
            self._roster.renew(entry, leaves_traces=request["job"] in _LEAVES_TRACES)
            raise entry.failure
        assert entry.answer is not None
        if request["job"] == "set_dtype":
            earlier = [old for old in journal if old.request["job"] == "set_dtype"][:-1]
            for old in earlier:
                journal.remove(old)
        return self._pass_on(entry.answer, sender)

    def _do_somewhere(
        self, request: Mapping[str, Any], sender: FrameSender, check: Callable[[], None]
    ) -> int:
        task = Task(request, f"the job {request['job']}")
        self._roster.tasks = [task, *self._known.values()]
        while task.state != "done":
            if task.error is not None:
                raise task.error
            self._roster.step(sender, check, shown=task)
        return self._pass_on(task.frames, sender)

    def _extract(
        self, request: Mapping[str, Any], sender: FrameSender, check: Callable[[], None]
    ) -> int:
        """Deal out batches, and to whom would have to wait those of the next languages."""
        wanted = [self._task_of(request, request["language"], own) for own in request["shards"]]
        ahead = [self._task_of(request, own["language"], own) for own in request.get("ahead", [])]
        self._known = dict([*wanted, *ahead])
        self._roster.tasks = list(self._known.values())
        left = {task: key for key, task in wanted}
        total = sum(len(task.request["shards"][0]["texts"]) for task in left)
        seconds: dict[str, float] = {}
        done = 0
        while left:
            for task in [task for task in left if task.state == "done"]:
                # Asked for again, it is done again.
                del self._known[left.pop(task)]
                done += self._pass_on(task.frames, sender, seconds)
                progress(sender, "extract", done, total, memory_of(task))
                task.frames = []
            for task, key in left.items():
                if task.error is not None:
                    del self._known[key]
                    raise task.error
            if left:
                self._roster.step(sender, check)
        result(sender, "seconds", seconds)
        return done

    def _task_of(
        self, request: Mapping[str, Any], language: str, own: Mapping[str, Any]
    ) -> tuple[object, Task]:
        """The task of one batch: the same object as before where it was begun ahead."""
        shard = {"shard": int(own["shard"]), "texts": list(own["texts"])}
        layers, tokens = list(request["layers"]), bool(request["tokens"])
        key = (language, shard["shard"], *shard["texts"], tuple(layers), tokens)
        known = self._known.get(key)
        if known is not None:
            return key, known
        count = len(shard["texts"])
        what = f"batch {shard['shard']} of {language} ({count} text{'s' if count > 1 else ''})"
        asked = {"job": "extract", "language": language, "layers": layers, "tokens": tokens}
        return key, Task({**asked, "shards": [shard]}, what)

    def _pass_on(
        self, frames: list[Sent], sender: FrameSender, seconds: dict[str, float] | None = None
    ) -> int:
        """Send what a worker said; where `seconds` is given, add its own to them instead."""
        texts = 0
        for kind, metadata, tensors in frames:
            if kind == "end":
                texts = int(json_of(tensors)["texts"])
            elif seconds is not None and kind == "result" and metadata["name"] == "seconds":
                for what, spent in json_of(tensors).items():
                    seconds[what] = seconds.get(what, 0.0) + spent
            elif kind != "progress":
                sender.send(kind, metadata, tensors)
        return texts

"""The `use_ray` job: from then on, a Ray cluster does what needs a model."""

from functools import partial
from typing import TYPE_CHECKING

from vscore_engine.frames import FrameSender, result
from vscore_engine.workers.crew import Crew
from vscore_engine.workers.plan import plan_workers
from vscore_engine.workers.ray_cluster import RayWorker, connect, gone, look, room_in_words
from vscore_engine.workers.remote import say_hello
from vscore_engine.workers.roster import Roster

if TYPE_CHECKING:
    from vscore_engine.jobs import Job


# Part of the time that this process may be silent for, that a worker may.
_STALLED = 0.8
_SETTINGS = ("address", "workers", "gpus_per_worker", "threads", "device")


class RaySession:
    """Passes jobs on to a crew on a Ray cluster."""

    def __init__(self, job: "Job", sender: FrameSender) -> None:
        """Connect and gather the workers; sends the result "cluster"."""
        asked = job.params
        self._asked = {name: asked[name] for name in _SETTINGS}
        device, workers, gpus = asked["device"], asked["workers"], asked["gpus_per_worker"]
        facts = look(str(asked["address"]))
        self._plan = plan_workers(facts, workers, gpus, asked["threads"], device)
        connect(facts)
        plan = self._plan
        room = partial(room_in_words, facts)
        away = partial(gone, facts)
        # Before the other side takes this process for hung.
        stall = float(asked["stall_s"]) * _STALLED or None
        launch = partial(RayWorker, plan)
        self._roster = Roster(launch, plan.workers, say_hello(), room, away, stall_s=stall)
        try:
            self._roster.assemble(sender, job.check_cancelled)
        except BaseException:
            self._roster.close()
            raise
        self._crew = Crew(self._roster)
        self._cluster = {"address": facts.address, "ray": facts.ray}
        self.tell(sender)

    def is_for(self, job: "Job") -> bool:
        """Whether another `use_ray` job asks for the same workers."""
        return self._asked == {name: job.params[name] for name in _SETTINGS}

    def tell(self, sender: FrameSender) -> None:
        """Send the result "cluster"."""
        found = {
            **self._cluster,
            "workers": self._plan.workers,
            "nodes": len({hello.node for hello in self._roster.hellos}),
            "gpus_per_worker": self._plan.gpus,
            "threads": self._plan.cpus,
        }
        result(sender, "cluster", found)

    def close(self) -> None:
        """End the workers: others may have their place."""
        self._roster.close()

    def run(self, job: "Job", sender: FrameSender) -> int:
        """Have a job done, and return how many texts it sent."""
        params = job.params
        if job.name == "load":
            params["threads"] = self._plan.cpus if params["threads"] is None else params["threads"]
            # A worker that was given no GPU may still see those that others were given.
            if not self._plan.gpus and params["device"] == "auto":
                params["device"] = "cpu"
        return self._crew.run(job, sender)

"""The `use_ray` job: from then on, a Ray cluster does what needs a model."""

from typing import TYPE_CHECKING

from vscore_engine.frames import FrameSender, result
from vscore_engine.workers.crew import Crew
from vscore_engine.workers.ray_cluster import (
    connect,
    launcher,
    look,
    plan_workers,
    room_in_words,
)
from vscore_engine.workers.remote import say_hello

if TYPE_CHECKING:
    from vscore_engine.jobs import Job


class RaySession:
    """Passes jobs on to a crew on a Ray cluster."""

    def __init__(self, job: "Job", sender: FrameSender) -> None:
        """Connect and gather the workers; sends the result "cluster"."""
        asked = job.params
        device, workers, gpus = asked["device"], asked["workers"], asked["gpus_per_worker"]
        facts = look(str(asked["address"]))
        self._plan = plan_workers(facts, workers, gpus, asked["threads"], device)
        connect(facts)
        plan = self._plan
        self._crew = Crew(launcher(plan), plan.workers, say_hello(), lambda: room_in_words(facts))
        self._crew.assemble(sender, job.check_cancelled)
        found = {
            "ray": facts.ray,
            "workers": plan.workers,
            "nodes": len({hello.node for hello in self._crew.hellos}),
            "gpus_per_worker": plan.gpus,
        }
        result(sender, "cluster", found)

    def run(self, job: "Job", sender: FrameSender) -> int:
        """Have a job done, and return how many texts it sent."""
        params = job.params
        if job.name == "load":
            params["threads"] = self._plan.cpus if params["threads"] is None else params["threads"]
            # A worker that was given no GPU may still see those that others were given.
            if not self._plan.gpus and params["device"] == "auto":
                params["device"] = "cpu"
        return self._crew.run(job, sender)

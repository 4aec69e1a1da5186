"""How many workers a cluster is asked for, and of what size."""

from collections.abc import Sequence
from dataclasses import dataclass

from vscore_engine.errors import EngineError


@dataclass(frozen=True)
class Node:
    """A machine of the cluster, with all that Ray may give away of it."""

    host: str
    cpus: float
    gpus: float


@dataclass(frozen=True)
class Facts:
    """What there is to connect to."""

    address: str
    ray: str
    nodes: tuple[Node, ...]

    def words(self) -> str:
        """For people."""
        count = len(self.nodes)
        cpus, gpus = sum(node.cpus for node in self.nodes), sum(node.gpus for node in self.nodes)
        nodes = f"{count} node{'s' if count > 1 else ''}"
        have = f"{cpus:g} CPU{'' if cpus == 1 else 's'} and {gpus:g} GPU{'' if gpus == 1 else 's'}"
        return f"The cluster at {self.address} has {nodes} with {have}."


@dataclass(frozen=True)
class Plan:
    """How many workers, and what each of them gets."""

    workers: int
    cpus: int
    gpus: float


def plan_workers(
    facts: Facts, workers: int | None, gpus: float | None, cpus: int | None, device: str
) -> Plan:
    """How many workers of which size: as asked, and otherwise as the cluster can take.

    Without a word on GPUs, one for each worker where there are any and `device` may be one. Without
    a word on the number, a worker for each GPU; or for each node, with as many CPUs as all have.

    Raises "request" where the cluster never has room for them.
    """
    if gpus is None:
        has_any = any(node.gpus >= 1 for node in facts.nodes)
        gpus = 1.0 if device == "cuda" or (device == "auto" and has_any) else 0.0
    if workers is None:
        by_gpus = sum(int(node.gpus / gpus) for node in facts.nodes) if gpus else 0
        with_cpus = [int(node.cpus) for node in facts.nodes if node.cpus >= 1]
        workers = max(1, by_gpus if gpus else len(with_cpus))
        cpus = cpus or (1 if gpus else min(with_cpus, default=1))
    if cpus is None:
        cpus = 1 if gpus else _most_cpus(facts.nodes, workers)
    room = _room(facts.nodes, cpus, gpus)
    if room < workers:
        each = f"{cpus} CPU{'s' if cpus > 1 else ''}" + (f" and {gpus:g} GPU" if gpus else "")
        asked = (
            f"{workers} workers with {each} each were"
            if workers > 1
            else f"A worker with {each} was"
        )
        raise EngineError(
            "request",
            f"{asked} asked for. {facts.words()} There is room for {room or 'none'}. "
            f"{_way_out(facts, workers, gpus)}",
        )
    return Plan(workers, cpus, gpus)


def _way_out(facts: Facts, workers: int, gpus: float) -> str:
    if gpus and not any(node.gpus for node in facts.nodes):
        return "Leave out what asks for a GPU: --gpus-per-worker, --device cuda."
    fewer = "fewer --workers or fewer --threads" if workers > 1 else "fewer --threads"
    share = ", or a smaller share of a GPU" if gpus else ""
    return f"Ask for {fewer}{share}."


def _room(nodes: Sequence[Node], cpus: int, gpus: float) -> int:
    """Workers of that size that all nodes together can have."""

    def of(node: Node) -> int:
        by_cpus = int(node.cpus // cpus)
        return min(by_cpus, int(node.gpus / gpus + 1e-9)) if gpus else by_cpus

    return sum(of(node) for node in nodes)


def _most_cpus(nodes: Sequence[Node], workers: int) -> int:
    """The most CPUs for each of so many workers with which all find a place; at least 1."""
    most = max(int(node.cpus) for node in nodes)
    return next((n for n in range(most, 0, -1) if _room(nodes, n, 0) >= workers), 1)

"""How many workers of which size, on clusters that are made up."""

import pytest

from vscore_engine.errors import EngineError
from vscore_engine.workers.plan import Facts, Node, Plan, plan_workers


def facts(*nodes) -> Facts:
    return Facts("h:1", "2", tuple(Node(f"n{n}", *each) for n, each in enumerate(nodes)))


@pytest.mark.parametrize(
    ("nodes", "asked", "plan"),
    [
        # (workers, GPUs, CPUs, device)
        ([(8, 0), (4, 0)], (None, None, None, "auto"), Plan(2, 4, 0.0)),
        # A head is often without any.
        ([(0, 0), (4, 0), (16, 0)], (None, None, None, "cpu"), Plan(2, 4, 0.0)),
        ([(1, 0), (16, 0), (16, 0)], (None, None, None, "cpu"), Plan(3, 1, 0.0)),
        ([(0, 0), (8, 2)], (None, None, None, "auto"), Plan(2, 1, 1.0)),
        ([(8, 0), (4, 0)], (4, None, None, "cpu"), Plan(4, 2, 0.0)),
        ([(2, 0)], (2, None, None, "auto"), Plan(2, 1, 0.0)),
        ([(8, 0)], (3, None, 2, "auto"), Plan(3, 2, 0.0)),
        ([(16, 8), (16, 4)], (None, None, None, "auto"), Plan(12, 1, 1.0)),
        ([(16, 8), (16, 4)], (None, None, None, "cuda"), Plan(12, 1, 1.0)),
        ([(16, 8)], (None, 0.5, None, "auto"), Plan(16, 1, 0.5)),
        ([(16, 8)], (None, None, None, "cpu"), Plan(1, 16, 0.0)),
        ([(16, 8)], (2, 0.0, 4, "auto"), Plan(2, 4, 0.0)),
        ([(16, 1)], (10, 0.1, None, "auto"), Plan(10, 1, 0.1)),
    ],
)
def test_workers_are_as_asked_and_otherwise_as_the_cluster_can_take(nodes, asked, plan):
    workers, gpus, cpus, device = asked
    assert plan_workers(facts(*nodes), workers, gpus, cpus, device) == plan


@pytest.mark.parametrize(
    ("nodes", "asked", "words"),
    [
        ([(2, 0)], (3, None, 1, "cpu"), r"3 workers with 1 CPU each .* room for 2\. Ask for fewer"),
        (
            [(2, 0)],
            (None, None, 4, "cpu"),
            r"A worker with 4 CPUs was asked .* for fewer --threads\.",
        ),
        ([(2, 0)], (None, None, None, "cuda"), r"1 GPU was .* Leave out what asks for a GPU"),
        ([(8, 1)], (3, 0.5, None, "auto"), r"0\.5 GPU each .* room for 2\. .* share of a GPU"),
        # A worker is on one node.
        ([(2, 0), (2, 0)], (1, None, 3, "cpu"), "room for none"),
    ],
)
def test_what_a_cluster_never_has_room_for_is_refused(nodes, asked, words):
    workers, gpus, cpus, device = asked
    with pytest.raises(EngineError, match=words) as found:
        plan_workers(facts(*nodes), workers, gpus, cpus, device)
    assert found.value.kind == "request"

"""A cluster's head that comes and goes, by a clock that is set by hand."""

import pytest

from vscore_engine.errors import EngineError
from vscore_engine.workers.watch import Watch


class Scene:
    def __init__(self):
        self.now, self.reason, self.looks = 100.0, None, 0
        self.watch = Watch(self._gone, lambda: self.now)

    def _gone(self):
        self.looks += 1
        return self.reason

    def at(self, now, reason=None, has_workers=True):
        self.now, self.reason = now, reason
        self.watch.look(has_workers)


def test_it_looks_now_and_then():
    scene = Scene()
    for now in range(101, 111):
        scene.at(now)
    assert scene.looks == 2


def test_a_head_that_comes_back_is_waited_for_and_one_that_does_not_ends_the_work():
    scene = Scene()
    scene.at(106, "refused")
    scene.at(120, "refused")
    scene.at(126)
    scene.at(140, "refused")
    with pytest.raises(EngineError, match=r"cluster is gone: .*\(refused\)") as found:
        scene.at(161, "refused")
    assert (found.value.kind, found.value.facts) == ("environment", {"mayGoOn": True})


def test_before_something_is_asked_of_the_head_it_must_be_there():
    scene = Scene()
    scene.watch.ensure()
    scene.reason = "refused"
    with pytest.raises(EngineError, match="cluster is gone"):
        scene.watch.ensure()


def test_without_workers_there_is_nothing_to_wait_for():
    scene = Scene()
    with pytest.raises(EngineError, match="cluster is gone"):
        scene.at(106, "refused", has_workers=False)

"""Which workers a session goes on with, when it is asked for some again."""

import pytest

from vscore_engine.errors import EngineError
from vscore_engine.frames import FrameSender
from vscore_engine.jobs import Job, Params
from vscore_engine.session import Session
from vscore_engine.workers import session as workers_session


class Workers:
    """Stands in for `RaySession`."""

    made: list["Workers"]

    def __init__(self, job, sender):
        if job.params["address"] == "nowhere":
            raise EngineError("environment", "No Ray cluster can be reached at nowhere.")
        self.address, self.told, self.closed, self.jobs = job.params["address"], 0, False, []
        self.made.append(self)

    def is_for(self, job):
        return job.params["address"] == self.address

    def tell(self, sender):
        self.told += 1

    def close(self):
        self.closed = True

    def run(self, job, sender):
        self.jobs.append(job.name)
        return 3


@pytest.fixture
def session(monkeypatch):
    Workers.made = []
    monkeypatch.setattr(workers_session, "RaySession", Workers)
    return Session(FrameSender())


def use(session, address):
    return session.run(Job(1, "use_ray", Params({"address": address})))


def test_the_same_workers_are_kept_and_others_take_their_place(session):
    use(session, "a")
    use(session, "a")
    assert [(each.told, each.closed) for each in Workers.made] == [(1, False)]
    use(session, "b")
    assert [each.closed for each in Workers.made] == [True, False]
    assert session.run(Job(2, "load", Params({}))) == 3
    assert [each.jobs for each in Workers.made] == [[], ["load"]]


def test_what_needs_no_model_is_done_here(session, tmp_path):
    use(session, "a")
    with pytest.raises(EngineError):
        session.run(Job(2, "read_pickle", Params({})))
    assert Workers.made[0].jobs == []


def test_workers_that_were_given_up_are_not_gone_back_to(session):
    use(session, "a")
    with pytest.raises(EngineError, match="nowhere"):
        use(session, "nowhere")
    assert Workers.made[0].closed
    use(session, "a")
    assert len(Workers.made) == 2

"""A crew of workers that are played: who does what, and what becomes of those that fail."""

import json
import queue
import threading
from dataclasses import replace

import numpy as np
import pytest

from vscore_engine.errors import EngineError
from vscore_engine.frames import FrameSender
from vscore_engine.jobs import Job, Params
from vscore_engine.workers.crew import Crew
from vscore_engine.workers.remote import Hello, WorkerLost
from vscore_engine.workers.roster import Roster

OWN = Hello("here", 1, "e1", {"torch": "2"})


class Kept(FrameSender):
    """Keeps what is sent."""

    def __init__(self):
        super().__init__()
        self.sent = []

    def send(self, kind, metadata, tensors):
        self.sent.append((kind, dict(metadata), dict(tensors)))

    def results(self, name):
        return [
            json.loads(tensors["json"])
            for kind, metadata, tensors in self.sent
            if kind == "result" and metadata["name"] == name
        ]

    def batches(self):
        return [
            (metadata["language"], int(metadata["shard"]))
            for kind, metadata, _ in self.sent
            if kind == "activations"
        ]


def frame(kind, value, **metadata):
    return kind, metadata, [("json", json.dumps(value).encode())]


def failed(kind, message, **facts):
    return frame("error", {"kind": kind, "message": message, "traceback": "tb", "facts": facts})


def end(texts=0):
    return "end", {}, texts


def counted(frames):
    """The same frames; the last one says how many there were before it."""
    for number, each in enumerate(frames):
        if each[0] == "end" and isinstance(each[2], int):
            yield frame("end", {"frames": number, "texts": each[2]})
        else:
            yield each


class Played:
    """A worker that does as its script says; `play(worker, request)` yields frames or raises."""

    def __init__(self, number, play, hello=OWN, place=None):
        self.number, self._play = number, play
        self._hello, self._place = hello, place
        self.done, self.closed = [], False

    def hello(self):
        if self._place is not None:
            self._place.wait(timeout=20)
        if isinstance(self._hello, Exception):
            raise self._hello
        return replace(self._hello, pid=self.number)

    def submit(self, request):
        self.done.append(request)
        return counted(self._play(self, request))

    def close(self):
        self.closed = True


class Stage:
    """Launches workers by the scripts given, the last of which goes for all that follow."""

    def __init__(self, *plays, count=2, hellos=(), **times):
        self.workers = []
        self._plays, self._hellos = plays, dict(hellos)
        self.sender = Kept()
        room = "The cluster is full."
        self.roster = Roster(self._launch, count, OWN, lambda: room, **times)
        self.crew = Crew(self.roster)

    def _launch(self):
        number = len(self.workers) + 1
        play = self._plays[min(number, len(self._plays)) - 1]
        extra = self._hellos.get(number, {})
        worker = Played(number, play, **extra)
        self.workers.append(worker)
        return worker

    def assemble(self):
        self.roster.assemble(self.sender, lambda: None)
        return self

    def run(self, name, check=None, **params):
        job = Job(1, name, Params({"job": name, **params}))
        if check is not None:
            job.check_cancelled = check
        return self.crew.run(job, self.sender)

    def extract(self, count=6, language="eng", ahead=()):
        shards = [{"shard": number, "texts": [number]} for number in range(count)]
        more = [{"shard": n, "texts": [n], "language": of} for of, n in ahead]
        return self.run(
            "extract", language=language, layers=[1], tokens=False, shards=shards, ahead=more
        )


def obedient(worker, request):
    """Does everything."""
    if request["job"] == "extract":
        (shard,) = request["shards"]
        metadata = {"language": request["language"], "shard": str(shard["shard"])}
        value = np.array([shard["shard"]], dtype=np.float32)
        yield "activations", metadata, [("value", value)]
        yield frame("progress", {"phase": "extract", "device_memory_bytes": 7})
        yield frame("result", {"model": 1.0, "encode": 0.5}, name="seconds")
        yield end(1)
    else:
        yield frame("result", {"job": request["job"]}, name="said")
        yield end()


def losing(times, *, after=0, only=None):
    """Is lost the first `times` times that it is given a batch (of shard `only`)."""
    left = {"lost": times, "before": after}

    def play(worker, request):
        if request["job"] == "extract":
            number = request["shards"][0]["shard"]
            if left["before"] > 0:
                left["before"] -= 1
            elif left["lost"] > 0 and only in (None, number):
                left["lost"] -= 1
                yield "activations", {"language": "eng", "shard": str(number)}, []
                raise WorkerLost("its node was switched off")
        yield from obedient(worker, request)

    return play


def test_every_batch_comes_once_and_whole_whoever_did_it():
    stage = Stage(obedient).assemble()
    stage.run("load")
    assert stage.extract(7) == 7
    assert sorted(stage.sender.batches()) == [("eng", n) for n in range(7)]
    assert stage.sender.results("seconds") == [{"model": 7.0, "encode": 3.5}]
    told = [json.loads(t["json"]) for kind, _, t in stage.sender.sent if kind == "progress"]
    assert [each["done"] for each in told if each["phase"] == "extract"] == list(range(1, 8))
    assert told[-1]["device_memory_bytes"] == 7


def test_a_lost_workers_batch_is_done_by_another_and_what_it_had_sent_is_not_used():
    stage = Stage(losing(1, after=1), obedient).assemble()
    stage.run("load")
    assert stage.extract(8) == 8
    assert sorted(stage.sender.batches()) == [("eng", n) for n in range(8)]
    (news,) = stage.sender.results("worker_lost")
    assert "process 1" in news["worker"]
    assert "switched off" in news["reason"]
    assert news["doing"].startswith("batch ")
    assert stage.workers[0].closed
    assert len(stage.workers) == 3


def test_a_worker_that_comes_later_does_first_what_the_others_have_done():
    place = threading.Event()
    stage = Stage(obedient, hellos={2: {"place": place}}, all_placed_s=0).assemble()
    for name, params in [
        ("load", {}),
        ("tokenize", {"language": "eng"}),
        ("set_dtype", {"dtype": "bfloat16"}),
        ("set_dtype", {"dtype": "float32"}),
        ("keep_encoders", {}),
    ]:
        stage.run(name, **params)
    assert stage.workers[1].done == []
    place.set()
    while not stage.workers[1].done or stage.workers[1].done[-1]["job"] != "extract":
        stage.extract(4)
    before = [each for each in stage.workers[1].done if each["job"] != "extract"]
    # The precision that was given up is not taken on.
    assert [each["job"] for each in before] == ["load", "tokenize", "set_dtype", "keep_encoders"]
    assert before[2]["dtype"] == "float32"
    (news,) = stage.sender.results("worker_joined")
    assert "worker 2" in news["worker"]


def test_loading_anew_forgets_what_was_loaded_before():
    stage = Stage(losing(1), obedient, count=1).assemble()
    stage.run("load", model="a")
    stage.run("load", model="b")
    stage.extract(2)
    assert [each.get("model") for each in stage.workers[1].done[:2]] == ["b", None]


def test_the_next_languages_batches_are_begun_where_there_is_nothing_else_and_not_done_twice():
    stage = Stage(obedient).assemble()
    stage.run("load")
    stage.extract(1, ahead=[("fra", 0), ("fra", 1)])
    stage.extract(2, "fra")
    given = [
        (each["language"], each["shards"][0]["shard"])
        for worker in stage.workers
        for each in worker.done
        if each["job"] == "extract"
    ]
    assert sorted(given) == [("eng", 0), ("fra", 0), ("fra", 1)]
    first, *others = stage.sender.batches()
    assert first == ("eng", 0)
    assert sorted(others) == [("fra", 0), ("fra", 1)]


def test_what_was_begun_ahead_is_done_anew_once_the_precision_is_another():
    stage = Stage(obedient, count=1).assemble()
    stage.run("load")
    stage.extract(1, ahead=[("fra", 0)])
    stage.run("set_dtype", dtype="float32")
    stage.extract(1, "fra")
    jobs = [each["job"] for each in stage.workers[0].done]
    assert jobs == ["load", "extract", "extract", "set_dtype", "extract"]
    assert stage.sender.batches() == [("eng", 0), ("fra", 0)]


def test_a_worker_whose_frames_do_not_all_arrive_is_replaced():
    left = [1]

    def play(worker, request):
        if request["job"] == "extract" and left:
            left.pop()
            yield frame("end", {"frames": 2, "texts": 1})
        else:
            yield from obedient(worker, request)

    stage = Stage(play, count=1).assemble()
    stage.run("load")
    assert stage.extract(2) == 2
    (news,) = stage.sender.results("worker_lost")
    assert "2 frames were sent, 0 arrived" in news["reason"]


def test_how_a_worker_came_by_its_files_may_differ():
    def play(worker, request):
        for _ in range(worker.number):
            yield frame("progress", {"phase": "download", "device_memory_bytes": None})
        told = {"revision": "a", "warnings": [f"the Hub is silent to {worker.number}"]}
        yield frame("result", told, name="loaded")
        yield end()

    stage = Stage(play).assemble()
    stage.run("load")
    assert len(stage.sender.results("loaded")) == 1


def test_what_is_asked_for_again_comes_again():
    stage = Stage(obedient).assemble()
    stage.run("load")
    assert [stage.extract(3), stage.extract(3)] == [3, 3]
    assert len(stage.sender.batches()) == 6


def test_what_fails_ahead_is_told_when_its_turn_comes():
    def play(worker, request):
        if request.get("language") == "fra":
            yield failed("nan", "NaN in layer 1")
        else:
            yield from obedient(worker, request)

    stage = Stage(play).assemble()
    stage.run("load")
    assert stage.extract(4, ahead=[("fra", 0)]) == 4
    with pytest.raises(EngineError, match="NaN in layer 1") as found:
        stage.extract(1, "fra")
    assert found.value.kind == "nan"


def test_a_batch_that_takes_three_workers_with_it_ends_the_run_and_is_named():
    stage = Stage(losing(99, only=2), count=1).assemble()
    stage.run("load")
    with pytest.raises(EngineError) as found:
        stage.extract(4)
    assert found.value.kind == "environment"
    assert "Batch 2 of eng (1 text) failed 3 times" in found.value.message
    assert found.value.message.count("switched off") == 3
    assert {number for _, number in stage.sender.batches()} <= {0, 1, 3}
    # The other batches were not to blame.
    assert len(stage.workers) == 4


@pytest.mark.parametrize("kind", ["out_of_memory", "nan", "request"])
def test_what_a_batch_itself_is_to_blame_for_is_not_tried_again(kind):
    def play(worker, request):
        if request["job"] == "extract":
            yield failed(kind, "as it is", shard=0)
        else:
            yield from obedient(worker, request)

    stage = Stage(play).assemble()
    stage.run("load")
    with pytest.raises(EngineError) as found:
        stage.extract(1)
    assert (found.value.kind, found.value.message) == (kind, "as it is")
    assert found.value.facts == {"shard": 0}
    assert stage.sender.results("worker_lost") == []


def test_after_running_out_of_memory_smaller_batches_are_dealt_out_anew():
    def play(worker, request):
        if request["job"] == "extract" and len(request["shards"][0]["texts"]) > 1:
            yield failed("out_of_memory", "too little")
        else:
            yield from obedient(worker, request)

    stage = Stage(play).assemble()
    stage.run("load")
    large = [{"shard": n, "texts": [2 * n, 2 * n + 1]} for n in range(3)]
    with pytest.raises(EngineError, match="too little"):
        stage.run("extract", language="eng", layers=[1], tokens=False, shards=large)
    assert stage.extract(6) == 6
    assert sorted(stage.sender.batches()) == [("eng", n) for n in range(6)]


def test_after_an_unforeseen_error_a_batch_is_tried_on_a_new_worker():
    left = [1]

    def play(worker, request):
        if request["job"] == "extract" and left:
            left.pop()
            yield failed("bug", "CUDA error: an illegal memory access")
        else:
            yield from obedient(worker, request)

    stage = Stage(play, count=1).assemble()
    stage.run("load")
    assert stage.extract(2) == 2
    assert stage.workers[0].closed
    assert not stage.workers[1].closed


def test_a_job_of_one_worker_is_done_again_by_another():
    def play(worker, request):
        if worker.number == 1 and request["job"] == "fidelity":
            yield frame("result", "half", name="fidelity")
            raise WorkerLost("killed")
        yield from obedient(worker, request)

    stage = Stage(play, count=1).assemble()
    stage.run("load")
    stage.run("fidelity")
    assert stage.sender.results("fidelity") == []
    assert stage.sender.results("said")[-1] == {"job": "fidelity"}


def test_workers_with_another_engine_are_refused():
    stage = Stage(obedient, hellos={2: {"hello": replace(OWN, host="node2", engine="e2")}})
    with pytest.raises(EngineError, match=r"Worker 2 \(node2, .*has the engine e2, this is e1"):
        stage.assemble()


def test_workers_with_other_libraries_than_the_others_are_refused():
    other = replace(OWN, host="node2", versions={"torch": "3"})
    stage = Stage(obedient, hellos={2: {"hello": other}})
    with pytest.raises(EngineError, match=r"has torch [23], \w+ has [23]") as found:
        stage.assemble()
    assert found.value.kind == "environment"


def test_workers_that_load_something_else_are_refused():
    def play(worker, request):
        if request["job"] == "load":
            yield frame("result", {"device_name": f"card {worker.number}"}, name="loaded")
        yield end()

    with pytest.raises(EngineError, match=r"says of device_name 'card \d', another 'card \d'"):
        Stage(play).assemble().run("load")


def test_a_worker_that_is_not_alike_and_comes_late_is_let_go_and_told_of():
    place = threading.Event()
    late = {"hello": replace(OWN, engine="e2"), "place": place}
    stage = Stage(obedient, hellos={2: late, 3: late, 4: late}, all_placed_s=0).assemble()
    stage.run("load")
    place.set()
    while len(stage.sender.results("worker_lost")) < 3:
        assert stage.extract(2) == 2
    assert len(stage.workers) == 4, "after three in vain no more are launched"
    assert stage.extract(2) == 2


def test_what_cannot_be_loaded_is_told_with_the_workers_name():
    def play(worker, request):
        yield failed("source", "The model cannot be had.")

    stage = Stage(play, count=1).assemble()
    with pytest.raises(EngineError, match=r"^Worker 1 \(here, process 1\): The model cannot"):
        stage.run("load")


def test_a_load_that_takes_its_workers_with_it_ends_with_their_reasons():
    def play(worker, request):
        raise WorkerLost("killed by the memory monitor")
        yield

    stage = Stage(play, count=1).assemble()
    with pytest.raises(EngineError, match="No worker could begin") as found:
        stage.run("load")
    assert found.value.message.count("memory monitor") == 3
    assert found.value.kind == "environment"


def test_workers_that_never_begin_end_with_their_reasons():
    hellos = {n: {"hello": WorkerLost("no module named torch")} for n in range(1, 9)}
    stage = Stage(obedient, count=2, hellos=hellos)
    with pytest.raises(EngineError, match="No worker could begin") as found:
        stage.assemble()
    assert found.value.message.count("no module named torch") >= 3


def test_without_a_place_it_says_what_the_cluster_has():
    place = threading.Event()
    hellos = {n: {"place": place} for n in (1, 2)}
    stage = Stage(obedient, hellos=hellos, one_placed_s=0)
    with pytest.raises(EngineError, match=r"has found a place .*The cluster is full\."):
        stage.assemble()
    place.set()


def test_a_refused_change_of_precision_leaves_no_trace():
    def play(worker, request):
        if request.get("dtype") == "float32" and request["job"] == "set_dtype":
            yield failed("out_of_memory", "no room")
        else:
            yield from obedient(worker, request)

    stage = Stage(play, losing(0), count=1).assemble()
    stage.run("load")
    with pytest.raises(EngineError, match="no room"):
        stage.run("set_dtype", dtype="float32")
    stage.run("set_dtype", dtype="bfloat16")
    assert stage.extract(2) == 2


def test_workers_that_did_what_others_could_not_are_replaced_and_hold_what_all_hold():
    def play(worker, request):
        if request["job"] == "randomise" and request["budget"] > 4 and worker.number == 2:
            yield failed("out_of_memory", "too little")
        else:
            yield from obedient(worker, request)

    stage = Stage(play).assemble()
    stage.run("load")
    with pytest.raises(EngineError, match="too little"):
        stage.run("randomise", budget=8)
    # Both: the one that failed may be half way.
    assert [worker.closed for worker in stage.workers] == [True, True, False, False]
    stage.run("randomise", budget=4)
    assert stage.extract(4) == 4
    done = [[each["job"] for each in worker.done[:2]] for worker in stage.workers[2:]]
    assert ["load", "randomise"] in done
    assert all(each.get("budget") != 8 for worker in stage.workers[2:] for each in worker.done)


def test_a_job_may_be_too_much_for_all_more_than_once():
    def play(worker, request):
        if request["job"] == "randomise" and request["budget"] > 2:
            yield failed("out_of_memory", "too little")
        else:
            yield from obedient(worker, request)

    stage = Stage(play).assemble()
    stage.run("load")
    for budget in (8, 4):
        with pytest.raises(EngineError, match="too little") as found:
            stage.run("randomise", budget=budget)
        assert found.value.kind == "out_of_memory"
    stage.run("randomise", budget=2)
    assert stage.extract(4) == 4


def test_who_failed_to_change_the_precision_stays_and_who_did_is_replaced():
    def play(worker, request):
        if request["job"] == "set_dtype" and worker.number == 2:
            yield failed("out_of_memory", "no room")
        else:
            yield from obedient(worker, request)

    stage = Stage(play).assemble()
    stage.run("load")
    with pytest.raises(EngineError, match="no room"):
        stage.run("set_dtype", dtype="float32")
    assert [worker.closed for worker in stage.workers[:2]] == [True, False]
    assert stage.extract(4) == 4


def test_random_dictionaries_that_differ_are_refused():
    def play(worker, request):
        if request["job"] == "randomise":
            yield frame("result", {"tokens": 9, "digest": str(worker.number)}, name="randomised")
        yield end()

    stage = Stage(play).assemble()
    stage.run("load")
    with pytest.raises(EngineError, match=r"says of digest '\d', another '\d'"):
        stage.run("randomise")


def test_a_worker_that_hangs_is_replaced_and_its_batch_done_by_another():
    hanging = threading.Event()

    def play(worker, request):
        if request["job"] == "extract" and worker.number == 1:
            hanging.wait(timeout=60)
            raise WorkerLost("killed")
        yield from obedient(worker, request)

    stage = Stage(play, stall_s=0.5).assemble()
    stage.run("load")
    assert stage.extract(4) == 4
    (news,) = stage.sender.results("worker_lost")
    assert "no sign of life for" in news["reason"]
    assert news["doing"].startswith("batch ")
    hanging.set()


@pytest.mark.parametrize("kind", ["environment", "source", "bug"])
def test_what_may_be_the_workers_own_trouble_is_tried_elsewhere_and_told_by_its_kind(kind):
    def play(worker, request):
        if request["job"] == "extract":
            yield failed(kind, "The disk is full.")
        else:
            yield from obedient(worker, request)

    stage = Stage(play).assemble()
    stage.run("load")
    with pytest.raises(EngineError, match="failed 3 times") as found:
        stage.extract(1)
    assert found.value.kind == kind
    assert found.value.facts == {"mayGoOn": True}
    assert found.value.message.count("The disk is full.") == 3


def test_a_cancelled_job_stops():
    waiting = threading.Event()

    def play(worker, request):
        if request["job"] == "extract":
            waiting.wait(timeout=20)
        yield from obedient(worker, request)

    calls = queue.SimpleQueue()

    def check():
        calls.put(None)
        if calls.qsize() > 2:
            raise EngineError("cancelled", "The job was cancelled.")

    stage = Stage(play).assemble()
    stage.run("load")
    with pytest.raises(EngineError, match="cancelled"):
        stage.run(
            "extract",
            check,
            language="eng",
            layers=[1],
            tokens=False,
            shards=[{"shard": 0, "texts": [0]}],
        )
    waiting.set()


def test_closing_ends_the_workers():
    stage = Stage(obedient).assemble()
    stage.roster.close()
    assert all(worker.closed for worker in stage.workers)

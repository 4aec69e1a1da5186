"""Workers on a real Ray cluster of two nodes; and what there is to say where there is none."""

import os
import signal

import pytest

from engine_process import EngineProcess, load_request
from short_texts import TEXTS
from vscore_engine.errors import EngineError
from vscore_engine.workers import ray_cluster
from vscore_engine.workers.ray_cluster import look

# Many small batches: there is always more to do when something happens.
MANY = TEXTS * 20
SHARDS = [{"shard": number, "texts": [number]} for number in range(len(MANY))]


def test_an_address_that_nobody_listens_to_is_told_at_once():
    with pytest.raises(EngineError, match=r"No Ray cluster can be reached at 127\.0\.0\.1:1: ."):
        look("127.0.0.1:1")


def test_something_else_than_ray_at_an_address_is_told_after_a_while():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(EngineError, match=r"nothing answered.* within 2 s") as found:
            look(address, timeout=2)
    assert found.value.kind == "environment"


def test_without_ray_it_says_how_to_get_it(tmp_path, monkeypatch):
    (tmp_path / "ray.py").write_text("raise ModuleNotFoundError(name='ray')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(EngineError, match=r"package ray is not installed.*requirements-ray\.txt"):
        look("auto")


def test_a_cluster_of_another_version_is_told(tmp_path, monkeypatch):
    words = "Version mismatch: The cluster was started with: Ray: 1.0 Python: 3.8"
    (tmp_path / "ray.py").write_text(f"def init(**_): raise RuntimeError({words!r})\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(EngineError, match=r"of other versions: Version mismatch.*Ray: 1\.0"):
        look("auto")


def test_why_an_actor_is_dead_is_told_in_one_line():
    words = (
        "The actor died unexpectedly before finishing this task.\n\tpid: 3\n"
        "The actor is dead because its node has died. Node Id: ab Some common causes include: (1)"
    )
    assert ray_cluster._reason(Exception(words)) == ("its node has died. Node Id: ab")
    assert ray_cluster._reason(
        Exception(
            "The actor is dead because its worker process has died. Worker exit type: SYSTEM_ERROR "
            "Worker exit detail: The node was low on memory."
        )
    ) == ("its worker process has died: The node was low on memory.")
    assert ray_cluster._reason(Exception("a\n b\n")) == "b"


@pytest.fixture(scope="module")
def cluster():
    pytest.importorskip("ray")
    from local_cluster import LocalCluster

    cluster = LocalCluster(2)
    yield cluster
    cluster.close()


@pytest.fixture
def engines(tiny, cluster, tmp_path_factory):
    """Makes an engine with the tiny model and the texts: here, or on the cluster."""
    started = []

    def start(**ray):
        engine = EngineProcess(tmp_path_factory.mktemp("e"))
        started.append(engine)
        assert "ok" in engine.open()
        if ray:
            asked = {"workers": 2, "gpus_per_worker": None, "threads": 1, "device": "auto"}
            asked = {**asked, "stall_s": 0, **ray}
            (facts,) = results(engine.run("use_ray", address=cluster.address, **asked))
            assert facts["workers"] == asked["workers"]
        engine.loaded = results(engine.run("load", **load_request(tiny, (1, 2))))
        engine.run("tokenize", language="eng", texts=MANY)
        engine.run("keep_encoders")
        return engine

    yield start
    for engine in started:
        engine.stop()


def results(frames):
    assert frames[-1].kind == "end", frames[-1].json
    return [frame.json for frame in frames if frame.kind == "result"]


def activations(frames) -> dict:
    """By batch and layer, byte for byte."""
    assert frames[-1].kind == "end", frames[-1].json
    found = {}
    for frame in frames:
        if frame.kind == "activations":
            key = frame.metadata["shard"], frame.metadata["layer"]
            assert key not in found, "a batch came twice"
            found[key] = {name: tensor.tobytes() for name, tensor in frame.tensors.items()}
    return found


def request(**changes) -> dict:
    return {"language": "eng", "layers": [1, 2], "tokens": False, "shards": SHARDS, **changes}


def test_workers_find_the_same_bytes_as_this_machine_also_when_one_is_killed(
    engines, cluster, tiny
):
    here, there = engines(), engines(workers=2)
    assert there.loaded == here.loaded
    expected = activations(here.run("extract", **request()))
    assert activations(there.run("extract", **request())) == expected

    job = there.start("extract", **request())
    frames = [there.read()]
    os.kill(cluster.workers()[0], signal.SIGKILL)
    while frames[-1].kind not in ("end", "error"):
        frames.append(there.read())
        assert frames[-1].job == job
    assert activations(frames) == expected
    (news,) = [f.json for f in frames if f.metadata.get("name") == "worker_lost"]
    assert "its worker process has died" in news["reason"] or "unavailable" in news["reason"]

    # The one that took its place does as the others.
    assert activations(there.run("extract", **request())) == expected
    (spelled,) = [f for f in there.run("spell", language="eng", texts=[0]) if f.kind == "result"]
    (other,) = [f for f in here.run("spell", language="eng", texts=[0]) if f.kind == "result"]
    assert {k: v.tobytes() for k, v in spelled.tensors.items()} == {
        k: v.tobytes() for k, v in other.tensors.items()
    }

    # What is wrong with a request is told as here, and not tried thrice.
    frames = there.run("load", **load_request(tiny, (1, 99)))
    assert (frames[-1].kind, frames[-1].json["kind"]) == ("error", "request")
    assert "The model has layers 0 to" in frames[-1].json["message"]
    assert not [f for f in frames if f.metadata.get("name") == "worker_lost"]

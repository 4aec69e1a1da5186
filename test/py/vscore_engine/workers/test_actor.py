"""The engine with a queue in place of a socket, here in this process."""

import json
import os

import numpy as np

from vscore_engine.workers.actor import EngineWorker, QueueSender
from vscore_engine.workers.remote import Hello, fingerprint


def test_what_was_sent_is_not_what_is_written_over():
    sender = QueueSender()
    sender.begin(1)
    array = np.arange(3, dtype=np.uint32)
    sender.send("activations", {"layer": "1"}, [("feature", array), ("json", b"{}")])
    array[:] = 9
    kind, metadata, tensors = sender.sent.get()
    assert (kind, metadata, sender.frames) == ("activations", {"layer": "1"}, 1)
    assert [dict(tensors)["feature"].tolist(), dict(tensors)["json"]] == [[0, 1, 2], b"{}"]


def test_jobs_end_with_their_last_frame_one_after_the_other(monkeypatch):
    monkeypatch.delenv("VSCORE_TEST_PASSED_ON", raising=False)
    worker = EngineWorker({"VSCORE_TEST_PASSED_ON": "yes", "PATH": "other"})
    assert os.environ["VSCORE_TEST_PASSED_ON"] == "yes"
    assert os.environ["PATH"] != "other", "what a machine says itself stays"
    for _ in range(2):
        ((kind, _, tensors),) = worker.run({"job": "extract", "language": "eng"})
        told = json.loads(dict(tensors)["json"])
        assert (kind, told["kind"]) == ("error", "bug")
        assert "No model is loaded" in told["message"]


def test_it_says_what_it_is():
    hello = Hello(**EngineWorker({}).hello())
    assert (hello.pid, hello.engine, hello.node) == (os.getpid(), fingerprint(), "")
    assert set(hello.versions) >= {"python", "torch", "sae_lens"}
    assert len(hello.engine) == 16

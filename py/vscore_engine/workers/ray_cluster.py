"""Workers on a Ray cluster. Ray is optional: it is imported when a run asks for it."""

import json
import logging
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vscore_engine.errors import EngineError, redact
from vscore_engine.workers.actor import EngineWorker
from vscore_engine.workers.plan import Facts, Node, Plan
from vscore_engine.workers.remote import Hello, Sent, WorkerLost

_PACKAGE = Path(__file__).resolve().parents[1]
# A cluster answers within a second or two.
_PROBE_S = 30.0
_PORT_S = 5.0
# What a worker finds models and dictionaries by, where its machine says nothing else.
_PASSED_ON = ("HF_TOKEN", "HF_ENDPOINT", "HF_HUB_OFFLINE")


def look(address: str, timeout: float = _PROBE_S) -> Facts:
    """Find a cluster: HOST:PORT, or "auto" for $RAY_ADDRESS or the one that runs here.

    Raises "environment" if Ray is not installed, if nothing answers, and for other versions of it.
    """
    _prefer_token()
    chosen = os.environ.get("RAY_ADDRESS", "") if address == "auto" else ""
    if chosen == "local" or chosen.startswith("ray://"):
        raise _unreachable(address, "that is no address of a cluster's head, such as HOST:6379")
    found = _not_listening(chosen or address)
    if found is not None:
        raise _unreachable(address, found)
    command = [sys.executable, "-m", "vscore_engine.workers.probe", address]
    path = os.pathsep.join(filter(None, [str(_PACKAGE.parent), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path}
    try:
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as expired:
        tried = re.search(rb"cluster at address: (\S+?)\.\.\.", expired.stderr or b"")
        where = f" at {tried.group(1).decode()}" if tried is not None else ""
        found = f"nothing answered{where} within {timeout:.0f} s"
        raise _unreachable(address, found) from None
    last = (done.stdout.strip().splitlines() or [""])[-1]
    if done.returncode != 0 or not last.startswith("{"):
        words = (done.stderr.strip().splitlines() or ["nothing"])[-1]
        raise _unreachable(address, redact(words)[:300])
    told = json.loads(last)
    if "missing" in told:
        raise EngineError(
            "environment",
            f"--engine ray, but the Python package {told['missing']} is not installed. Ray is an "
            "optional dependency. Install it: .venv/bin/pip install -r py/requirements-ray.txt.",
        )
    if "error" in told:
        raise _refused(address, told["error"])
    facts = told["facts"]
    nodes = tuple(Node(**node) for node in facts["nodes"])
    return Facts(facts["address"], facts["ray"], nodes)


def _prefer_token() -> None:
    """Ray takes the token that lies ready only where it finds the cluster itself."""
    place = os.environ.get("RAY_AUTH_TOKEN_PATH") or Path.home() / ".ray" / "auth_token"
    if os.environ.get("RAY_AUTH_TOKEN") or Path(place).is_file():
        os.environ.setdefault("RAY_AUTH_MODE", "token")


def _not_listening(address: str) -> str | None:
    """What nobody listens to is known at once, and why; Ray itself would try for minutes."""
    host, _, port = address.rpartition(":")
    if not port.isdecimal():
        return None
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_PORT_S).close()
    except (OSError, OverflowError) as error:
        return str(error)
    return None


def gone(facts: Facts) -> str | None:
    """Why the head of a cluster cannot be reached any more; None where it can."""
    return _not_listening(facts.address)


def _unreachable(address: str, found: str) -> EngineError:
    named, variable = address, os.environ.get("RAY_ADDRESS")
    if address == "auto":
        named = f"$RAY_ADDRESS, which is {variable}" if variable else "this machine"
    return EngineError(
        "environment",
        f"No Ray cluster can be reached at {named}: {found}. The address of a running one was "
        "expected. Start it with ray start --head (and ray start --address on other machines), "
        "or correct --ray-address; ray status tells whether it runs. One with tokens wants its "
        "own here too (RAY_AUTH_TOKEN, or ~/.ray/auth_token).",
    )


def _refused(address: str, words: str) -> EngineError:
    if "Version mismatch" in words:
        return EngineError(
            "environment",
            f"The Ray cluster at {address} is of other versions: {' '.join(words.split())} The "
            "same Ray and Python as here were expected. Install the cluster's Ray here (pip "
            "install ray==VERSION), or start the cluster with the Python that vscore uses.",
        )
    if "Could not find any running Ray instance" in words:
        return _unreachable(address, "none runs on this machine")
    return _unreachable(address, " ".join(words.split())[:300].rstrip("."))


class NodeWorker(EngineWorker):
    """The actor."""

    def hello(self) -> dict[str, Any]:
        """Fields of `Hello`."""
        import ray

        return {**super().hello(), "node": ray.get_runtime_context().get_node_id()}


class RayWorker:
    """An engine in an actor. See `Worker`."""

    def __init__(self, plan: Plan) -> None:
        import ray

        # Its types say nothing of what `remote` and `options` give.
        self._ray: Any = ray
        passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        actor = self._ray.remote(NodeWorker).options(
            num_cpus=plan.cpus,
            num_gpus=plan.gpus,
            scheduling_strategy="SPREAD",
            max_restarts=0,
            max_task_retries=0,
        )
        self._actor = actor.remote(passed_on)

    def hello(self) -> Hello:
        """Wait until it has a place and has begun. Raises WorkerLost."""
        with _lost():
            return Hello(**self._ray.get(self._actor.hello.remote()))

    def submit(self, request: Mapping[str, Any]) -> Iterator[Sent]:
        """Give it a job at once; iterate over what it sends."""
        refs = self._actor.run.options(num_returns="streaming").remote(dict(request))
        return self._frames(refs)

    def _frames(self, refs: Any) -> Iterator[Sent]:
        with _lost():
            for ref in refs:
                yield self._ray.get(ref)

    def close(self) -> None:
        """End it."""
        self._ray.kill(self._actor)


@contextmanager
def _lost() -> Iterator[None]:
    """Whatever Ray says went wrong means that a worker is no more of use."""
    from ray.exceptions import RayError

    try:
        yield
    except RayError as error:
        raise WorkerLost(_reason(error)) from error


def _reason(error: BaseException) -> str:
    """Ray's many lines in one: why an actor is dead, without the guesses."""
    lines = [line.strip() for line in redact(str(error)).splitlines() if line.strip()]
    why = [line for line in lines if line.startswith("The actor is dead because ")]
    told = why[0] if why else (lines or [type(error).__name__])[-1]
    told = told.removeprefix("The actor is dead because ").split(" Some common causes")[0]
    return re.sub(r"\. Worker exit type: \w+ Worker exit detail: ", ": ", told)[:300]


def connect(facts: Facts) -> None:
    """Connect this process, and ship the engine's own source to the cluster."""
    import ray

    if ray.is_initialized():
        return
    found = gone(facts)
    if found is not None:
        raise _unreachable(facts.address, found)
    try:
        ray.init(
            address=facts.address,
            runtime_env={"py_modules": [str(_PACKAGE)]},
            log_to_driver=False,
            logging_level=logging.WARNING,
        )
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise _refused(facts.address, str(error)) from error


def room_in_words(facts: Facts) -> str:
    """What the cluster has, and what of it nobody uses now."""
    import ray

    free = ray.available_resources()
    now = f"{free.get('CPU', 0):g} CPUs and {free.get('GPU', 0):g} GPUs are free now"
    return f"{facts.words()} {now}."

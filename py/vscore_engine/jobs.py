"""What TypeScript calls. Each function takes one JSON text and returns one, and never waits.

Long work is a job: `start` hands it to the one worker thread, and what it produces goes over the
socket as frames. Only the standard library is imported here; a job imports the rest when it runs.
"""

import contextlib
import json
import logging
import os
import platform
import queue
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from vscore_engine import PROTOCOL
from vscore_engine.errors import EngineError, describe
from vscore_engine.frames import FrameSender, SocketSender

# Read when the libraries are imported, so set before any job does. Whatever the user set stays.
_ENVIRONMENT = {
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_VERBOSITY": "error",
    "WANDB_MODE": "disabled",
    # The same sums in the same order at every run on a graphics card.
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
}
# A thread that waits must not burn a core: the screen and other programs need it. On two busy cores
# a small model took 3 to 13 s with spinning threads, 2.5 s without. One that looks a thousand times
# before it sleeps costs little there, and small steps on idle cores take an eighth of the time.
_WAITING = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "1000"}

_log = logging.getLogger("vscore_engine")

Value = TypeVar("Value", str, int)


class Params(dict[str, Any]):
    """What a job was asked. A parameter that is missing is a fault of the other side, not ours."""

    def __missing__(self, key: str) -> object:
        raise EngineError(
            "bug",
            f"The request lacks {key!r}. The parameters of the protocol were expected. "
            "Install the two halves of vscore together.",
        )


@dataclass
class Job:
    """One job: its id, its name, what it was asked, and whether it should stop."""

    id: int
    name: str
    params: Params
    cancelled: threading.Event = field(default_factory=threading.Event)

    def check_cancelled(self) -> None:
        """Raise if the user wants this job to stop. Jobs call this between batches and files."""
        if self.cancelled.is_set():
            raise EngineError("cancelled", "The job was cancelled. It stopped. Start it again.")


class Engine:
    """The socket, the worker thread and the job that runs, if any."""

    def __init__(self, sender: FrameSender) -> None:
        self.sender = sender
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._running: Job | None = None
        self._worker = threading.Thread(target=self._work, name="worker", daemon=True)
        self._worker.start()

    def start(self, job: Job) -> None:
        """Hand a job to the worker. Raises EngineError if one is running."""
        with self._lock:
            if self._running is not None:
                raise EngineError(
                    "bug",
                    f"Job {self._running.id} ({self._running.name}) is still running. "
                    f"One job at a time was expected. Wait for its end before job {job.id}.",
                )
            self._running = job
        self._queue.put(job)

    def cancel(self, job_id: int) -> bool:
        """Ask a job to stop. False if it is not running: it may have just ended by itself."""
        with self._lock:
            if self._running is None or self._running.id != job_id:
                return False
            self._running.cancelled.set()
            return True

    def close(self) -> None:
        """Stop the running job and close the socket."""
        with self._lock:
            if self._running is not None:
                self._running.cancelled.set()
        self._queue.put(None)
        self.sender.close()

    def _work(self) -> None:
        session: object | None = None
        while (job := self._queue.get()) is not None:
            self.sender.begin(job.id)
            try:
                # Imported by the worker, since this alone may fail or take long.
                from vscore_engine.session import Session

                if session is None:
                    session = Session(self.sender)
                assert isinstance(session, Session)
                texts = session.run(job)
                kind: str = "end"
                payload: dict[str, object] = {"frames": self.sender.frames, "texts": texts}
            except BaseException as error:  # noqa: BLE001  # whatever happens ends as a frame
                kind, payload = "error", describe(error)
                # Not error itself: its text may hold an access token.
                _log.error("job %d (%s): %s", job.id, job.name, payload["traceback"])
            # Before the last frame: its reader may start the next job at once.
            with self._lock:
                self._running = None
            try:
                self.sender.send_json(kind, payload)
            except OSError:
                _log.info("the other side closed the socket; job %d has no reader", job.id)


_engine: Engine | None = None


def _control(handle: Callable[[dict[str, object]], object]) -> Callable[[str], str]:
    """Make a control function: JSON in, JSON out, errors as values."""

    def call(request: str) -> str:
        try:
            parsed = json.loads(request)
            if not isinstance(parsed, dict):
                raise EngineError("bug", f"The request is not a JSON object: {request[:80]!r}.")
            return json.dumps({"ok": handle(parsed)}, allow_nan=False)
        except BaseException as error:  # noqa: BLE001  # a raise here would hang the other side
            known = describe(error)
            return json.dumps({"error": {k: known[k] for k in ("kind", "message", "traceback")}})

    call.__name__ = handle.__name__.removeprefix("_")
    call.__doc__ = handle.__doc__
    return call


def _take(request: dict[str, object], key: str, expected: type[Value]) -> Value:
    value = request.get(key)
    # bool is an int in Python, never in a request.
    if not isinstance(value, expected) or isinstance(value, bool):
        raise EngineError(
            "bug",
            f"The request holds {value!r} as {key!r}. A value of type {expected.__name__} was "
            "expected. The two halves of vscore do not match: install them together.",
        )
    return value


def _open_engine(request: dict[str, object]) -> object:
    """Redirect output, tie our life to the parent's, connect: {"pid", "python"}."""
    global _engine
    if request.get("protocol") != PROTOCOL:
        raise EngineError(
            "bug",
            f"TypeScript speaks protocol {request.get('protocol')!r}. Python speaks {PROTOCOL}. "
            "Install the two halves of vscore together.",
        )
    if _engine is not None:
        raise EngineError("bug", "The engine is open already. It opens once. Use the open one.")
    from vscore_engine import process

    process.redirect_output(_take(request, "log", str))
    process.ignore_interrupts()
    process.die_with_parent(_take(request, "parent_pid", int))
    # Others' chatter stays out: it holds signed addresses.
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    _log.setLevel(logging.INFO)
    set_environment()
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(_take(request, "socket", str))
    except OSError:
        connection.close()
        raise
    _engine = Engine(SocketSender(connection))
    return {"pid": os.getpid(), "python": platform.python_version()}


def set_environment() -> None:
    """Tell the libraries how to behave, before one of them is imported."""
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    # The one overrules the other: both are the user's, or both are ours.
    if not any(name in os.environ for name in _WAITING):
        os.environ.update(_WAITING)
    # Some dictionaries are pickles; nothing in one is ever run, whatever a library or a user asks.
    os.environ["TORCH_FORCE_WEIGHTS_ONLY_LOAD"] = "1"


def _log_to(request: dict[str, object]) -> object:
    """From now on, write what is printed to another file, what was printed before it: {"log"}."""
    from vscore_engine import process

    _open()
    log = _take(request, "log", str)
    process.move_output(log)
    return {"log": log}


def _start(request: dict[str, object]) -> object:
    """Start a job on the worker thread: {"started": id}."""
    job = Job(_take(request, "id", int), _take(request, "job", str), Params(request))
    _open().start(job)
    return {"started": job.id}


def _cancel(request: dict[str, object]) -> object:
    """Ask a job to stop: {"cancelled": whether it was running}."""
    return {"cancelled": _open().cancel(_take(request, "id", int))}


def _close_engine(request: dict[str, object]) -> object:
    """Close the socket; a running job ends at its next send."""
    global _engine
    del request
    engine, _engine = _engine, None
    with contextlib.suppress(OSError):
        if engine is not None:
            engine.close()
    return {"closed": engine is not None}


def _open() -> Engine:
    if _engine is None:
        raise EngineError("bug", "The engine is not open. open_engine comes first. Call it.")
    return _engine


open_engine = _control(_open_engine)
log_to = _control(_log_to)
start = _control(_start)
cancel = _control(_cancel)
close_engine = _control(_close_engine)

"""What the engine does to its own process: quiet file descriptors, signals, its parent's death."""

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
_POLL_SECONDS = 1.0


def redirect_output(log: str) -> None:
    """Point fds 1 and 2 at the log and fd 0 at /dev/null.

    They are inherited from a terminal on which a screen is being drawn: one progress bar of a
    library would ruin it. Done on the descriptors, since libraries in C write past sys.stdout.
    The log may name private paths and texts: only its owner may read it.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    empty = os.open(os.devnull, os.O_RDONLY)
    try:
        os.dup2(target, 1)
        os.dup2(target, 2)
        os.dup2(empty, 0)
    finally:
        for descriptor in (target, empty):
            if descriptor > 2:
                os.close(descriptor)


def move_output(log: str) -> None:
    """Point fds 1 and 2 at another log, which begins with what the present one holds."""
    before = os.fstat(1).st_size
    earlier = os.open("/dev/fd/1", os.O_RDONLY)
    try:
        text = os.pread(earlier, before, 0)
    finally:
        os.close(earlier)
    redirect_output(log)
    os.write(1, text)


def ignore_interrupts() -> None:
    """Ctrl-C reaches every process of the terminal; ours stops when TypeScript says so."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    else:
        # Python only lets the main thread do this; the C library has no such rule.
        libc = ctypes.CDLL(None)
        libc.signal(signal.SIGINT, ctypes.c_void_p(signal.SIG_IGN.value))


def die_with_parent(parent_pid: int) -> None:
    """End this process when `parent_pid` ends, however that happens.

    A job on a graphics card can last for hours; nobody would be left to read its results.
    """
    direct = os.getppid() == parent_pid
    if not (direct and _ask_kernel()):
        _watch(_still_there(parent_pid, direct))
    # It may have died before we asked.
    if direct and os.getppid() != parent_pid:
        os._exit(1)


def _ask_kernel() -> bool:
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0) == 0


def _still_there(parent_pid: int, direct: bool) -> Callable[[], bool]:
    def check() -> bool:
        if direct:
            return os.getppid() == parent_pid
        # A wrapper script stands between us: its death says nothing about TypeScript's.
        try:
            os.kill(parent_pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True

    return check


def _watch(is_alive: Callable[[], bool]) -> None:
    def loop() -> None:
        while is_alive():
            time.sleep(_POLL_SECONDS)
        os._exit(1)

    threading.Thread(target=loop, name="parent-watch", daemon=True).start()

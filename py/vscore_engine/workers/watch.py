"""Looks now and then whether a cluster is still there."""

import time
from collections.abc import Callable

from vscore_engine.errors import EngineError

# Seconds between two looks, and for how long a cluster's head may be away.
_LOOK_S = 5.0
_GONE_S = 20.0
# What is finished stays; the other side says how to go on.
GOES_ON: dict[str, object] = {"mayGoOn": True}


class Watch:
    """Ray itself ends this process a minute after it has lost the head of its cluster."""

    def __init__(
        self, gone: Callable[[], str | None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """gone: why the head cannot be reached; None where it can."""
        self._gone = gone
        self._clock = clock
        self._looked_at = clock()
        self._since: float | None = None

    def look(self, has_workers: bool) -> None:
        """Raise "environment" where the head is gone, and with workers only if it stays away."""
        now = self._clock()
        if now - self._looked_at < _LOOK_S:
            return
        self._looked_at = now
        reason = self._gone()
        if reason is None:
            self._since = None
            return
        self._since = self._since or now
        if has_workers and now - self._since < _GONE_S:
            return
        raise _gone(reason)

    def ensure(self) -> None:
        """Raise "environment" where the head is gone now: what is asked of it would hang."""
        reason = self._gone()
        if reason is not None:
            raise _gone(reason)


def _gone(reason: str) -> EngineError:
    return EngineError(
        "environment",
        f"The Ray cluster is gone: its head does not answer any more ({reason}). A cluster that "
        "runs until the end was expected. Start it again, or go on without it.",
        GOES_ON,
    )

"""News while a library downloads: their own progress bars go nowhere, and a download takes long."""

import contextlib
import os
import threading
from types import TracebackType

from vscore_engine.frames import FrameSender, progress
from vscore_engine.hub_cache import cache_folder

_INTERVAL_S = 2.0


class DownloadWatch:
    """While open, tells every two seconds how much the Hub's cache has grown, if it has.

    Libraries differ in how they download (plain HTTP, xet, several files at once), but what comes
    ends up below `blobs` folders, half-written files included. That other processes may download
    beside us is accepted: it is news, not a result.
    """

    def __init__(self, sender: FrameSender, interval: float = _INTERVAL_S) -> None:
        self._sender = sender
        self._interval = interval
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="downloads", daemon=True)

    def __enter__(self) -> "DownloadWatch":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Nothing of a job may be sent behind its end.
        self._closed.set()
        self._thread.join()

    def _watch(self) -> None:
        first = last = cached_bytes()
        while not self._closed.wait(self._interval):
            now = cached_bytes()
            if now <= last:
                continue
            last = now
            try:
                progress(self._sender, "download", now - first, 0)
            except OSError:
                # The other side is gone; the job notices by itself.
                return


def cached_bytes() -> int:
    """Bytes of all blobs in the Hub's cache, half-written ones included; 0 without a cache."""
    total = 0
    with contextlib.suppress(OSError), os.scandir(cache_folder()) as repositories:
        for repository in repositories:
            with contextlib.suppress(OSError), os.scandir(f"{repository.path}/blobs") as blobs:
                for blob in blobs:
                    # One that was finished meanwhile has another name now.
                    with contextlib.suppress(OSError):
                        total += blob.stat(follow_symlinks=False).st_size
    return total

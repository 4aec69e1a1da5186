"""Where a job's time goes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")


class Stopwatch:
    """Seconds by what they were spent on, of one thread."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def time(self, what: str) -> Iterator[None]:
        """Add what passes inside."""
        began = time.perf_counter()
        try:
            yield
        finally:
            passed = time.perf_counter() - began
            self.seconds[what] = self.seconds.get(what, 0.0) + passed

    def time_each(self, what: str, items: Iterator[Item]) -> Iterator[Item]:
        """The same items; what it takes to get each is added."""
        while True:
            with self.time(what):
                item = next(items, None)
            if item is None:
                return
            yield item

"""Import the large libraries while something else is waited for: texts, or an answer of the Hub."""

import contextlib
import importlib
import threading

# What loading a model needs, in the order in which a job wants it.
_LIBRARIES = ("torch", "transformers", "sae_lens")

_thread: threading.Thread | None = None


def begin() -> None:
    """Start importing, beside whatever the process does next."""
    global _thread
    if _thread is None:
        _thread = threading.Thread(target=_import, name="imports", daemon=True)
        _thread.start()


def import_sae_lens() -> None:
    """Return once sae_lens is imported, by now or by `begin`; raises what its import raises."""
    if _thread is not None:
        _thread.join()
    importlib.import_module("sae_lens")


def _import() -> None:
    for name in _LIBRARIES:
        # Whoever needs it imports it again, and hears of the failure.
        with contextlib.suppress(BaseException):
            importlib.import_module(name)

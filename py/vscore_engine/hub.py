"""What the Hugging Face Hub may be asked, and at which commit."""

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from vscore_engine.errors import EngineError, causes, translate
from vscore_engine.hub_cache import Repository, cache_folder, cached_commit, remember_commit
from vscore_engine.hub_errors import NOT_ASKED, is_unreachable, status_of

_Answer = TypeVar("_Answer")

# Seconds before the Hub is asked again while it is out of order or wants fewer requests.
_PAUSES = (1, 2, 4)
_TIMEOUT_S = 10
_COMMIT = re.compile(r"[0-9a-f]{40}")
_TRUE = {"1", "ON", "YES", "TRUE"}


@dataclass(frozen=True)
class Pinned:
    """The commit behind a revision; `warning` if the Hub could not be asked for it."""

    commit: str
    warning: str | None = None


def set_offline(asked: bool) -> bool:
    """Allow or forbid requests to the Hub, for every library that asks it; return if forbidden.

    The environment is read once, when huggingface_hub is imported; later jobs change its constant.
    If the user's environment forbids requests, a job cannot allow them.
    """
    from huggingface_hub import constants

    variables = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
    by_user = any(os.environ.get(name, "").upper() in _TRUE for name in variables)
    constants.HF_HUB_OFFLINE = asked or by_user
    return constants.HF_HUB_OFFLINE


def pin(repository: Repository, revision: str | None, offline: bool) -> Pinned:
    """Find the commit of a branch, tag or commit (None: main), so that all files come from one.

    It is kept where a later run finds it offline. If the Hub does not answer, the commit that it
    had last time is taken, with a warning, and the job goes on offline: each library would try for
    minutes. Raises "source" if there is none.
    """
    wanted = revision or "main"
    if _COMMIT.fullmatch(wanted):
        return Pinned(wanted)
    cached = cached_commit(repository.id, wanted, repository.kind)
    if offline:
        if cached is None:
            raise not_cached(repository, f"revision {wanted}" if revision else None)
        return Pinned(cached)
    from huggingface_hub import HfApi

    try:
        info = ask(
            lambda: HfApi().repo_info(
                repository.id, repo_type=repository.kind, revision=revision, timeout=_TIMEOUT_S
            )
        )
    except Exception as error:
        if cached is None or not is_unreachable(causes(error)):
            name = f"{repository.name}, revision {revision}," if revision else repository.name
            raise translate(error, name) from error
        set_offline(True)
        return Pinned(
            cached,
            f"the Hub did not answer for {repository.name}: the commit that is in the cache, "
            f"{cached[:12]}, was taken, and there may be a newer one",
        )
    remember_commit(repository, wanted, str(info.sha))
    return Pinned(str(info.sha))


def list_files(repository: Repository, commit: str) -> list[str]:
    """Names of all files of a commit. Raises what the Hub's library raises."""
    from huggingface_hub import HfApi

    return ask(
        lambda: HfApi().list_repo_files(repository.id, repo_type=repository.kind, revision=commit)
    )


def ask(request: Callable[[], _Answer]) -> _Answer:
    """Make a request to the Hub's API, which its library tries once; again while it is busy."""
    for pause in _PAUSES:
        try:
            return request()
        except Exception as error:
            status = status_of(error)
            if status is None or (status < 500 and status != 429):
                raise
        time.sleep(pause)
    return request()


def not_cached(repository: Repository, part: str | None = None) -> EngineError:
    """The error for what is needed offline and is not there."""
    what = f"{repository.name}, {part}," if part else repository.name
    return EngineError(
        "source",
        f"{what} is not in the local cache ({cache_folder()}), and the Hub was not asked: "
        f"{NOT_ASKED}",
    )

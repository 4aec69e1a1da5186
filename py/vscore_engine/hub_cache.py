"""The Hub's cache on this machine: which commits and files it has, and whether they are whole."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from vscore_engine.errors import EngineError


@dataclass(frozen=True)
class Repository:
    """A repository of the Hub. kind: "model" or "dataset"; `name` is for messages."""

    id: str
    kind: str
    name: str


def cache_folder() -> Path:
    """Where huggingface_hub keeps what it fetches."""
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE)


def cached_commit(repository: str, revision: str = "main", kind: str = "model") -> str | None:
    """Commit that the cache holds for a branch or tag of a repository, or None."""
    try:
        return _reference(repository, revision, kind).read_text(encoding="utf-8").strip() or None
    except OSError:
        return None


def remember_commit(repository: Repository, revision: str, commit: str) -> None:
    """Keep a branch's commit as huggingface_hub does, which it leaves out for files by commit."""
    if cached_commit(repository.id, revision, repository.kind) == commit:
        return
    reference = _reference(repository.id, revision, repository.kind)
    try:
        reference.parent.mkdir(parents=True, exist_ok=True)
        reference.write_text(commit, encoding="utf-8")
    except OSError:
        # A cache that cannot be written may still be read from.
        return


def cached_file(repository: Repository, commit: str, name: str) -> Path | None:
    """A file of a commit, if it is in the cache."""
    file = _folder(repository.id, repository.kind) / "snapshots" / commit / name
    return file if file.is_file() else None


def cached_files(repository: Repository, commit: str | None) -> dict[str, Path]:
    """Files of a commit that are in the cache, by name: where their bytes are."""
    if commit is None:
        return {}
    snapshot = _folder(repository.id, repository.kind) / "snapshots" / commit
    # A link to bytes that are gone is no file.
    return {
        file.relative_to(snapshot).as_posix(): file.resolve()
        for file in sorted(snapshot.rglob("*"))
        if file.is_file()
    }


def has_weights(repository: Repository, commit: str | None) -> bool:
    """Whether configuration and every part of the safetensors weights of a commit are there."""
    if commit is None or cached_file(repository, commit, "config.json") is None:
        return False
    index = cached_file(repository, commit, "model.safetensors.index.json")
    if index is None:
        return cached_file(repository, commit, "model.safetensors") is not None
    try:
        parts = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
    except (ValueError, KeyError, AttributeError):
        return False
    return all(cached_file(repository, commit, part) is not None for part in parts)


def find_damage(repository: Repository, commit: str | None, below: str = "") -> EngineError | None:
    """Say which cached files of a commit are not what the Hub has, and how to be rid of them.

    The cache names a file's bytes by their hash; huggingface_hub compares sizes only. Reads every
    file whose name begins with `below`, so it is for after a failure.
    """
    files = cached_files(repository, commit)
    damaged = {
        name: blob for name, blob in files.items() if name.startswith(below) and _is_damaged(blob)
    }
    if not damaged:
        return None
    several = len(damaged) > 1
    return EngineError(
        "source",
        f"{repository.name}: {', '.join(damaged)} in the local cache "
        f"{'are' if several else 'is'} damaged. The bytes that the Hub names by their hash were "
        f"expected. Delete {' and '.join(str(blob) for blob in damaged.values())} and run again: "
        f"{'they are' if several else 'it is'} fetched anew.",
    )


def _is_damaged(blob: Path) -> bool:
    """Large files are named by their SHA-256, small ones as git blobs; others tell nothing."""
    if len(blob.name) == 64:
        digest = hashlib.sha256()
    elif len(blob.name) == 40:
        digest = hashlib.sha1(b"blob %d\0" % blob.stat().st_size, usedforsecurity=False)
    else:
        return False
    with blob.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest() != blob.name


def _folder(repository: str, kind: str) -> Path:
    return cache_folder() / f"{kind}s--{repository.replace('/', '--')}"


def _reference(repository: str, revision: str, kind: str) -> Path:
    if ".." in revision.split("/") or revision.startswith("/"):
        raise EngineError(
            "request",
            f"{revision!r} is no revision of {repository}. A commit, tag or branch was expected. "
            "Correct --model-revision or --corpus-revision.",
        )
    return _folder(repository, kind) / "refs" / revision

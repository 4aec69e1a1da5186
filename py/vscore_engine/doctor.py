"""The `doctor` job: what this Python has, what its devices are, what the Hub's cache holds.

Nothing is asked of the network, and no part of an access token is told.
"""

import importlib
import importlib.metadata
import logging
import os
import platform
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from vscore_engine.corpora import FORMATS, SOURCE
from vscore_engine.hub_cache import (
    Repository,
    cache_folder,
    cached_commit,
    cached_files,
    has_weights,
)
from vscore_engine.registry import read_registry

PACKAGES = (
    *("torch", "transformers", "sae-lens", "huggingface-hub", "safetensors"),
    *("tokenizers", "numpy", "pyarrow", "scikit-learn", "scipy"),
    # Only for the languages of continuations, as scikit-learn is only for clusters.
    "py3langid",
)
_log = logging.getLogger("vscore_engine")
_Found = TypeVar("_Found")


def examine(presets: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    """{"python", "packages", "imports", "ray", "devices", "cuda_build", "hub", "presets"}.

    presets: {"name", "model_id", "release", "ids", "languages", "split"}. packages: version or
    null; imports: what is wrong with torch, sae_lens and scikit_learn, null if nothing; presets:
    how much of each is in the cache, as [found, needed].
    """
    packages = {name: _version(name) for name in PACKAGES}
    imports = {name: _import_error(name) for name in ("torch", "sae_lens")}
    # By the name of its package, as the others.
    imports["scikit_learn"] = _import_error("sklearn")
    registry = {} if packages["sae-lens"] is None else _registry()
    return {
        "python": platform.python_version(),
        "packages": packages,
        "imports": imports,
        "ray": _version("ray"),
        "devices": [] if imports["torch"] else _attempt(_devices, []),
        "cuda_build": None if imports["torch"] else _attempt(_cuda_build, None),
        "hub": None if packages["huggingface-hub"] is None else _attempt(_hub, None),
        "presets": []
        if packages["huggingface-hub"] is None
        else _attempt(lambda: [_cached(preset, registry) for preset in presets], []),
    }


def _attempt(look: Callable[[], _Found], otherwise: _Found) -> _Found:
    """What can be seen, or `otherwise`: one broken thing must not hide the others."""
    try:
        return look()
    except Exception:  # noqa: BLE001  # whatever a broken card or folder raises
        _log.exception("one of the checks failed")
        return otherwise


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _import_error(module: str) -> str | None:
    try:
        importlib.import_module(module)
    except Exception as error:  # noqa: BLE001  # a broken package may raise anything
        lines = str(error).strip().splitlines()
        return f"{type(error).__name__}: {lines[0] if lines else ''}"
    return None


def _cuda_build() -> str | None:
    import torch

    return torch.version.cuda


def _devices() -> list[dict[str, object]]:
    import torch

    found: list[dict[str, object]] = []
    for index in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
        free, total = torch.cuda.mem_get_info(index)
        major, minor = torch.cuda.get_device_capability(index)
        found.append(
            {
                "device": f"cuda:{index}",
                "name": torch.cuda.get_device_name(index),
                "free_bytes": int(free),
                "total_bytes": int(total),
                "capability": f"{major}.{minor}",
                # Older cards only emulate it, slowly.
                "bfloat16": major >= 8,
            }
        )
    if torch.backends.mps.is_available():
        found.append(
            {
                "device": "mps",
                "name": platform.processor() or "Apple GPU",
                "free_bytes": None,
                "total_bytes": None,
                "capability": None,
                "bfloat16": True,
            }
        )
    return found


def _hub() -> dict[str, object]:
    from huggingface_hub import constants

    cache = cache_folder()
    existing = cache
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    return {
        "cache": str(cache),
        "writable": os.access(existing, os.W_OK | os.X_OK),
        "free_bytes": shutil.disk_usage(existing).free,
        "offline": bool(constants.HF_HUB_OFFLINE),
        "own_endpoint": constants.ENDPOINT != "https://huggingface.co",
        "token": _token_place(),
    }


def _token_place() -> str | None:
    """Where an access token comes from, the first place that has one; None without any."""
    from huggingface_hub import constants

    for variable in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        if os.environ.get(variable, "").strip():
            return variable
    file = Path(constants.HF_TOKEN_PATH)
    try:
        return str(file) if file.read_text(encoding="utf-8").strip() else None
    except (OSError, ValueError):
        return None


def _registry() -> dict[str, tuple[str, dict[str, str]]]:
    """Release -> (repository, id -> path); empty where the registry cannot be read."""
    try:
        return {
            str(release["name"]): (
                str(release["repository"]),
                {entry["id"]: entry["path"] for entry in _entries(release)},
            )
            for release in read_registry()
        }
    except Exception:  # noqa: BLE001  # told apart as a package that cannot be imported
        return {}


def _entries(release: Mapping[str, object]) -> list[dict[str, str]]:
    dictionaries: Any = release["dictionaries"]
    return dictionaries


def _cached(
    preset: Mapping[str, Any], registry: Mapping[str, tuple[str, dict[str, str]]]
) -> dict[str, object]:
    repository, paths = registry.get(preset["release"], ("", {}))
    names = _cached_names(Repository(repository, "model", repository)) if repository else []
    corpus = _cached_names(SOURCE)
    wanted = [paths.get(sae_id, "") for sae_id in preset["ids"]]
    languages = [
        any(f"{preset['split']}/{language}.{ending}" in corpus for ending in FORMATS)
        for language in preset["languages"]
    ]
    model = Repository(preset["model_id"], "model", preset["model_id"])
    return {
        "name": preset["name"],
        "model": [int(has_weights(model, cached_commit(model.id))), 1],
        "dictionaries": [sum(_has(path, names) for path in wanted), len(wanted)],
        "languages": [sum(languages), len(languages)],
    }


def _has(path: str, names: Sequence[str]) -> bool:
    """Whether a dictionary's file, or a file in its folder, is there."""
    stem = path.rsplit(".", 1)[0] if path.endswith((".safetensors", ".pt", ".npz")) else path
    # Its configuration alone does not count: that is fetched first.
    weights = (name for name in names if not name.endswith((".json", ".yaml")))
    return bool(path) and any(
        name == path or name.startswith((f"{stem}/", f"{stem}.")) for name in weights
    )


def _cached_names(repository: Repository) -> list[str]:
    return list(cached_files(repository, cached_commit(repository.id, kind=repository.kind)))

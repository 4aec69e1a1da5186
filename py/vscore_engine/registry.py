"""The releases that the installed sae_lens knows, read without the seconds of its import."""

import functools
import importlib.util
from pathlib import Path
from typing import Any

from vscore_engine.errors import EngineError


def registry_file() -> Path:
    """The registry inside the installed package. Raises "environment" if there is none."""
    found = importlib.util.find_spec("sae_lens")
    if found is None or not found.submodule_search_locations:
        raise EngineError(
            "environment",
            "The Python package sae_lens is not installed. The packages of the project's set-up "
            "were expected. Run the set-up again, or install it into the Python that vscore uses.",
        )
    file = Path(found.submodule_search_locations[0]) / "pretrained_saes.yaml"
    if not file.is_file():
        raise EngineError(
            "environment",
            f"{file} is missing. The registry of releases was expected there, as sae_lens 6 has "
            "it. Install the version of the project's set-up.",
        )
    return file


def release_ids() -> dict[str, list[str]]:
    """Release -> the ids of its dictionaries. Raises "environment" without a registry."""
    return {str(release["name"]): _ids(release) for release in read_registry()}


def _ids(release: dict[str, Any]) -> list[str]:
    return [entry["id"] for entry in release["dictionaries"]]


def read_registry() -> list[dict[str, Any]]:
    """[{"name", "model", "repository", "loader", "dictionaries"}].

    Each dictionary is {"id", "path", "l0", "neuronpedia"}, its path that in the repository.
    `loader` is the format's name in sae_lens (null: its own); `l0` and `neuronpedia` are null where
    the registry does not state them. Raises "environment" without a registry.
    """
    return _read(registry_file())


@functools.cache
def _read(file: Path) -> list[dict[str, Any]]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with file.open(encoding="utf-8") as stream:
        releases = yaml.load(stream, loader)
    return [
        {
            "name": name,
            "model": release["model"],
            "repository": release["repo_id"],
            "loader": release["conversion_func"],
            "dictionaries": [
                {
                    "id": entry["id"],
                    # YAML takes a folder called 6 for a number.
                    "path": str(entry["path"]),
                    "l0": entry.get("l0"),
                    "neuronpedia": entry.get("neuronpedia"),
                }
                for entry in release["saes"]
            ],
        }
        for name, release in releases.items()
        # Beside the releases stands a template that shows their form.
        if isinstance(release.get("saes"), list) and release["saes"]
    ]

"""Versions of what decides over the numbers; nothing of it is imported for that."""

import importlib.metadata
import platform

_PACKAGES = ("torch", "transformers", "sae_lens", "safetensors", "huggingface_hub")
# Of a package that is not installed.
NONE = "none"


def versions() -> dict[str, str]:
    """Of Python and of the libraries."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = NONE
    return found

"""How the engine's libraries may use the Hugging Face Hub."""

import os
from pathlib import Path


def set_offline(offline: bool) -> None:
    """Allow or forbid requests to the Hub, for every library that asks it.

    The environment is read once, when huggingface_hub is imported; later jobs change its constant.
    If the user's environment forbids requests, a job cannot allow them.
    """
    from huggingface_hub import constants

    by_user = os.environ.get("HF_HUB_OFFLINE") or os.environ.get("TRANSFORMERS_OFFLINE") or ""
    constants.HF_HUB_OFFLINE = offline or by_user.upper() in {"1", "ON", "YES", "TRUE"}


def cached_commit(repository: str, revision: str = "main") -> str | None:
    """Commit that the cache holds for a branch of a model repository, or None."""
    from huggingface_hub import constants
    from huggingface_hub.file_download import repo_folder_name

    folder = Path(constants.HF_HUB_CACHE) / repo_folder_name(repo_id=repository, repo_type="model")
    try:
        return (folder / "refs" / revision).read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None

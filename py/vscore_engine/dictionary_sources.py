"""Find a dictionary and what it reads, before any weights are loaded."""

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vscore_engine.errors import EngineError, translate
from vscore_engine.hook_points import HookPoint, find_hook_point, width_of

# It attends over the sequence; we give it single tokens.
_NEEDS_SEQUENCE = ("temporal",)


@dataclass(frozen=True)
class DictionarySource:
    """One dictionary that a run asks for: of a release, or in a local folder."""

    layer: int
    release: str
    sae_id: str
    path: str | None

    @property
    def name(self) -> str:
        """For messages."""
        return self.path or f"{self.release} / {self.sae_id}"


def check_exists(source: DictionarySource) -> None:
    """Raise "request" if the release or folder has no such dictionary, naming what it has."""
    if source.path is not None:
        _check_folder(source)
        return
    from sae_lens.loading.pretrained_saes_directory import get_pretrained_saes_directory

    directory = get_pretrained_saes_directory()
    if source.release in directory:
        known = list(directory[source.release].saes_map)
        if source.sae_id not in known:
            raise EngineError(
                "request",
                f"The release {source.release} has no dictionary {source.sae_id!r}. It has "
                f"{_listed(known, source.sae_id)}. Choose one of them.",
            )
    # A repository id is no release, but sae_lens can load from one.
    elif "/" not in source.release:
        near = difflib.get_close_matches(source.release, list(directory), n=5, cutoff=0.4)
        raise EngineError(
            "request",
            f"There is no release {source.release!r}. A name from the registry of sae_lens was "
            f"expected{', such as ' + ', '.join(near) if near else ''}. Choose one of them, or "
            "give the path of a local folder.",
        )


def read_config(source: DictionarySource) -> dict[str, Any]:
    """Read a dictionary's configuration alone, before its weights.

    Keys of the metadata are lifted to the top, where the loaders of older formats have them.
    """
    if source.path is not None:
        config = _read_local_config(Path(source.path) / "cfg.json")
        if "metadata" not in config:
            # Saved by sae_lens before version 6, when some keys had other names.
            from sae_lens.loading.pretrained_sae_loaders import handle_config_defaulting

            config = handle_config_defaulting(config)
    else:
        from sae_lens.loading.pretrained_sae_loaders import load_sae_config_from_huggingface

        try:
            config = load_sae_config_from_huggingface(source.release, source.sae_id)
        except Exception as error:
            raise translate(error, f"dictionary {source.name}") from error
    return {**config, **(config.get("metadata") or {})}


def resolve(source: DictionarySource, config: Mapping[str, Any], text_config: Any) -> HookPoint:
    """Find what a dictionary reads in this model, and check layer and width.

    config: from `read_config`; text_config: the model's. Raises "request" if they do not fit.
    """
    hook_name = config.get("hook_name")
    hf_hook_name = config.get("hf_hook_name")
    if hook_name is None and hf_hook_name is None:
        raise EngineError(
            "request",
            f"The dictionary {source.name} does not say what it reads. hook_name was expected in "
            "the metadata of its configuration. Add it there.",
        )
    point = find_hook_point(
        text_config.model_type,
        hook_name,
        hf_hook_name=hf_hook_name,
        model_kwargs=config.get("model_from_pretrained_kwargs"),
        parallel_residual=bool(getattr(text_config, "use_parallel_residual", False)),
    )
    if point.layer != source.layer:
        raise EngineError(
            "request",
            f"The dictionary {source.name} reads layer {point.layer} ({hook_name}). Layer "
            f"{source.layer} was asked for. Choose the dictionary of that layer.",
        )
    width = width_of(point, text_config)
    if int(config["d_in"]) != width:
        raise EngineError(
            "request",
            f"The dictionary {source.name} reads vectors of {config['d_in']} values. The model "
            f"has {width} at {hook_name}. Choose a dictionary that was trained on this model.",
        )
    if config.get("architecture") in _NEEDS_SEQUENCE:
        raise EngineError(
            "request",
            f"The dictionary {source.name} is of the kind {config['architecture']!r}, which looks "
            "at whole sequences. One that encodes single tokens was expected. Choose another.",
        )
    return point


def _check_folder(source: DictionarySource) -> None:
    folder = Path(str(source.path))
    if (folder / "cfg.json").is_file():
        return
    # The path comes from a template with the layer in it: show what its neighbours are called.
    parent = folder if folder.is_dir() else folder.parent
    known = sorted(file.parent.relative_to(parent).as_posix() for file in parent.glob("*/cfg.json"))
    raise EngineError(
        "request",
        f"The folder {folder} holds no dictionary (no cfg.json). {parent} has "
        f"{_listed(known, folder.name) if known else 'none'}. Check the path and the layer.",
    )


def _read_local_config(file: Path) -> dict[str, Any]:
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(config, dict) or not isinstance(config.get("d_in"), int):
            raise ValueError("no d_in")
    except ValueError as error:
        raise EngineError(
            "request",
            f"{file} cannot be read: {error}. A configuration as sae_lens saves it was expected. "
            "Save the dictionary again.",
        ) from error
    return config


def _listed(known: list[str], wanted: str, limit: int = 40) -> str:
    """All names if they are few; else the likeliest ones and how many there are."""
    if len(known) <= limit:
        return ", ".join(known)
    near = difflib.get_close_matches(wanted, known, n=10, cutoff=0.0)
    return f"{len(known)}, among them {', '.join(near)}"

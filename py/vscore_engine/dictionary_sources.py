"""Find a dictionary and what it reads, before any weights are loaded."""

import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vscore_engine.errors import EngineError, translate
from vscore_engine.hook_points import HookPoint, find_hook_point, width_of
from vscore_engine.hub_cache import Repository
from vscore_engine.registry import release_ids

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

    def repository(self) -> Repository:
        """Of a dictionary of the Hub."""
        from sae_lens.loading.pretrained_saes_directory import get_repo_id_and_folder_name

        found, _ = get_repo_id_and_folder_name(self.release, self.sae_id)
        return Repository(found, "model", f"dictionary {self.name}")

    @property
    def place(self) -> str | None:
        """Repository and path on the Hub, which for a release only its registry tells."""
        from sae_lens.loading.pretrained_saes_directory import get_repo_id_and_folder_name

        if self.path is not None:
            return None
        return "/".join(get_repo_id_and_folder_name(self.release, self.sae_id))


def check_exists(source: DictionarySource) -> None:
    """Raise "request" if the release or folder has no such dictionary, naming what it has."""
    if source.path is not None:
        _check_folder(source)
        return
    directory = release_ids()
    if source.release in directory:
        known = directory[source.release]
        if source.sae_id not in known:
            layers = _layers_like(source, known)
            has = f"such ones for layers {layers}" if layers else _listed(known, source.sae_id)
            raise EngineError(
                "request",
                f"The release {source.release} has no dictionary {source.sae_id!r}. It has {has}. "
                f"Choose one of them; npx vscore models --releases {source.release} lists more.",
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


def at_block_output(
    source: DictionarySource, point: HookPoint, text_config: Any
) -> tuple[HookPoint, str | None]:
    """The output of the dictionary's block in place of `point`, and a warning if that is another.

    So the companion repositories read every dictionary, transcoders too. Raises "request" if the
    widths differ.
    """
    block = HookPoint(layer=point.layer, module="", side="output")
    if block == point:
        return point, None
    if width_of(point, text_config) != width_of(block, text_config):
        raise EngineError(
            "request",
            f"The dictionary {source.name} reads vectors of {width_of(point, text_config)} values. "
            f"The output of a block has {width_of(block, text_config)}. Leave out --hook "
            "block-output.",
        )
    architecture = text_config.model_type
    return block, (
        f"layer {point.layer}: the dictionary read {block.describe(architecture)} "
        f"(--hook block-output), while its metadata names {point.describe(architecture)}"
    )


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


def _layers_like(source: DictionarySource, known: list[str]) -> str:
    """Layers whose id is the wanted one but for the layer's number, as "0-3, 7"; or ""."""
    found: set[int] = set()
    for place in re.finditer(rf"(?<!\d){source.layer}(?!\d)", source.sae_id):
        before, after = source.sae_id[: place.start()], source.sae_id[place.end() :]
        pattern = re.compile(rf"{re.escape(before)}(\d+){re.escape(after)}")
        layers = {int(match.group(1)) for name in known if (match := pattern.fullmatch(name))}
        # The number may occur twice, as in layer_16/width_16k: the layer's is what varies more.
        found = max(found, layers, key=len)
    runs: list[list[int]] = []
    for layer in sorted(found):
        if runs and layer == runs[-1][-1] + 1:
            runs[-1].append(layer)
        else:
            runs.append([layer])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def _listed(known: list[str], wanted: str, limit: int = 40) -> str:
    """All names if they are few; else the likeliest ones and how many there are."""
    if len(known) <= limit:
        return ", ".join(known)
    folder = wanted.rpartition("/")[0]
    beside = [name for name in known if folder and name.startswith(f"{folder}/")]
    near = beside[:10] or difflib.get_close_matches(wanted, known, n=10, cutoff=0.0)
    return f"{len(known)}, among them {', '.join(near)}"

"""Load a causal language model and its tokenizer, from the Hub or from a folder."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vscore_engine.errors import EngineError
from vscore_engine.hub_cache import Repository

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class ModelSource:
    """Where a model comes from: the Hub by id, or a local folder."""

    model_id: str
    path: str | None
    revision: str | None
    offline: bool

    @property
    def name(self) -> str:
        """What from_pretrained is given."""
        return self.path or self.model_id

    @property
    def repository(self) -> Repository:
        """Of a model of the Hub."""
        return Repository(self.model_id, "model", f"model {self.model_id}")

    def pin(self) -> tuple["ModelSource", str | None]:
        """The same source at one commit, and a warning if the Hub could not be asked for it.

        Configuration, weights and tokenizer are loaded one after the other: a branch might move
        in between. Raises "source" if there is no such commit to be had.
        """
        from vscore_engine.hub import pin

        if self.path is not None:
            return self, None
        pinned = pin(self.repository, self.revision, self.offline)
        offline = self.offline or pinned.warning is not None
        return replace(self, revision=pinned.commit, offline=offline), pinned.warning

    def arguments(self) -> dict[str, Any]:
        """Keyword arguments for every from_pretrained. Remote code is never run."""
        common: dict[str, Any] = {"trust_remote_code": False}
        if self.path is not None:
            return {**common, "local_files_only": True}
        return {**common, "revision": self.revision, "local_files_only": self.offline}


@dataclass
class LoadedModel:
    """A model in eval mode without gradients, with what else a run has to know about it."""

    model: Any
    tokenizer: Any
    config: Any
    revision: str | None
    device: "torch.device"
    dtype: "torch.dtype"
    # Where the weights can be read once more; None of a model that was made here.
    source: ModelSource | None = None
    # The model as the run has it, in host memory, while another copy stands in for it.
    aside: Any = None

    @property
    def text_model(self) -> Any:
        """The stack of blocks, without the LM head (and without a vision tower)."""
        base = self.model.base_model
        return getattr(base, "language_model", base)

    @property
    def max_positions(self) -> int | None:
        """Longest text in tokens, or None if the configuration sets no limit."""
        limit = getattr(self.config, "max_position_embeddings", None)
        return int(limit) if limit else None


def load_config(source: ModelSource) -> Any:
    """Read the configuration of the text model alone, before any weights."""
    from transformers import AutoConfig

    if source.path is not None and not (Path(source.path) / "config.json").is_file():
        raise EngineError(
            "request",
            f"The folder {source.path} holds no config.json. A model saved by save_pretrained was "
            "expected. Check the path.",
        )
    with _readable(source):
        whole = AutoConfig.from_pretrained(source.name, **source.arguments())
    return whole.get_text_config()


def load_model(source: ModelSource, device: "torch.device", dtype: "torch.dtype") -> LoadedModel:
    """Load weights (safetensors only) and tokenizer. Memory: the weights, once."""
    model = load_weights(source, device, dtype)
    revision = revision_of(source)
    tokenizer = load_tokenizer(source)
    config = model.config.get_text_config()
    return LoadedModel(model, tokenizer, config, revision, device, dtype, source)


def load_weights(source: ModelSource, device: "torch.device", dtype: "torch.dtype") -> Any:
    """The model alone, in eval mode and without gradients."""
    from transformers import AutoModelForCausalLM

    with _readable(source):
        model: Any = AutoModelForCausalLM.from_pretrained(
            source.name, use_safetensors=True, dtype=dtype, **source.arguments()
        )
    model.eval().requires_grad_(False)
    return model.to(device)


def load_tokenizer(source: ModelSource) -> Any:
    """Load a model's tokenizer, of the same commit as the model."""
    from transformers import AutoTokenizer

    with _readable(source):
        return AutoTokenizer.from_pretrained(source.name, **source.arguments())


def revision_of(source: ModelSource) -> str | None:
    """The commit of a model, or the hash of its folder."""
    return source.revision if source.path is None else folder_hash(Path(source.path))


def folder_hash(folder: Path) -> str:
    """`files_hash` of a folder's files. Hidden files and folders are left out: tools keep caches
    there.
    """
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return files_hash(
        folder,
        (name for name in names if not any(part.startswith(".") for part in name.split("/"))),
    )


def files_hash(folder: Path, names: Iterable[str]) -> str:
    """`sha256:<64 hex>` over names and bytes of files of a folder, in order of their names.

    Each file counts as its relative name, a zero byte, its length (u64, little-endian) and its
    bytes.
    """
    digest = hashlib.sha256()
    for name in sorted(names):
        file = folder / name
        digest.update(name.encode() + b"\0" + file.stat().st_size.to_bytes(8, "little"))
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return f"sha256:{digest.hexdigest()}"


class _readable:
    """Say whose fault an unreadable model is: a local folder is the user's, the rest a source's."""

    def __init__(self, source: ModelSource) -> None:
        self._source = source

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        del kind, trace
        if error is None or isinstance(error, EngineError):
            return
        from vscore_engine.errors import find_malformed, translate
        from vscore_engine.hub_cache import find_damage

        known = translate(error, f"model {self._source.name}")
        if self._source.path is not None and known.kind in ("source", "bug"):
            raise EngineError(
                "request",
                f"The model in {self._source.path} cannot be read: {type(error).__name__}: "
                f"{str(error).strip().splitlines()[0] if str(error).strip() else ''} A complete "
                "folder with config.json, safetensors weights and tokenizer was expected. "
                "Check the folder, or save the model again.",
            ) from error
        if known.kind == "bug" or find_malformed(error) is not None:
            damage = find_damage(self._source.repository, self._source.revision)
            if damage is not None:
                raise damage from error
        if known.kind == "bug" and isinstance(error, (OSError, ValueError)):
            raise EngineError(
                "source",
                f"The model {self._source.name} cannot be had: {str(error).strip()[:300]} "
                "A causal language model with safetensors weights that transformers knows was "
                "expected. Check its page on the Hub and its revision.",
            ) from error
        raise known from error

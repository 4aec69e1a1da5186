"""Load sparse autoencoders and transcoders with sae_lens, always in float32.

sae_lens is imported where it is used: that alone takes seconds.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vscore_engine import feature_ranges
from vscore_engine.dictionary_sources import DictionarySource
from vscore_engine.errors import EngineError, find_malformed, translate
from vscore_engine.hook_points import HookPoint, find_hook_point
from vscore_engine.hub_cache import cached_commit, find_damage
from vscore_engine.models import folder_hash

if TYPE_CHECKING:
    import torch

# Normalisations that sae_lens applies only once they are folded into the weights: unfolded, its
# encode skips them without a word.
_FOLDED_ONLY = ("expected_average_only_in", "covariance_whitening")


@dataclass
class Dictionary:
    """A loaded dictionary and what it reads."""

    source: DictionarySource
    sae: Any
    point: HookPoint
    revision: str | None

    @property
    def d_sae(self) -> int:
        """Number of features."""
        return int(self.sae.cfg.d_sae)

    @property
    def prepend_bos(self) -> bool:
        """Whether it was trained on texts that begin with BOS."""
        return bool(self.sae.cfg.metadata.prepend_bos)

    def encode(self, rows: "torch.Tensor") -> "torch.Tensor":
        """Rows f32 [n, d_in] -> activations f32 [n, d_sae], dense."""
        activations = self.sae.encode(rows)
        return activations.to_dense() if activations.is_sparse else activations

    def keep_encoder(self) -> None:
        """Give back the weights that only decoding needs: it can encode and nothing else then."""
        import torch

        decoder = getattr(self.sae, "W_dec", None)
        if decoder is None or not feature_ranges.encodes_alone(self.sae):
            return
        self.sae.W_dec = torch.nn.Parameter(decoder.new_zeros(0, *decoder.shape[1:]), False)

    def divides_into(self, features: int) -> bool:
        """Whether ranges of at least so many features can be encoded one by one."""
        return feature_ranges.is_divisible(self.sae, features)

    @property
    def top_k(self) -> int | None:
        """How many features of a token are active at most, where that couples ranges of them."""
        return feature_ranges.top_k(self.sae)

    def encode_range(self, rows: "torch.Tensor", first: int, stop: int) -> "torch.Tensor":
        """Rows f32 [n, d_in] -> activations f32 [n, stop - first] of these features, dense."""
        return feature_ranges.encode_range(self.sae, rows, first, stop)

    def facts(self, architecture: str) -> dict[str, object]:
        """What the protocol tells about a loaded dictionary."""
        config = self.sae.cfg
        # Attributes that the metadata lacks read as None, which is what the protocol wants here.
        metadata = config.metadata
        return {
            "layer": self.source.layer,
            "release": self.source.release,
            "sae_id": self.source.sae_id,
            "source": self.source.place,
            "architecture": config.architecture(),
            "d_in": int(config.d_in),
            "d_sae": int(config.d_sae),
            "hook_name": metadata.hook_name or metadata.hf_hook_name,
            "hook_module": self.point.describe(architecture),
            "normalize_activations": config.normalize_activations or "none",
            "revision": self.revision,
            "neuronpedia_id": metadata.neuronpedia_id,
            "model_name": metadata.model_name,
        }


def load_dictionary(
    source: DictionarySource, point: HookPoint, device: "torch.device"
) -> Dictionary:
    """Load weights in float32 onto `device`. SAE.load_from_disk serves transcoders as well."""
    from sae_lens import SAE

    try:
        if source.path is not None:
            sae = SAE.load_from_disk(source.path, device=str(device), dtype="float32")
            revision = folder_hash(Path(source.path))
        else:
            sae = SAE.from_pretrained(source.release, source.sae_id, device=str(device))
            # sae_lens downloads from `main`.
            revision = cached_commit(source.repository().id)
    except Exception as error:
        known = translate(error, f"dictionary {source.name}")
        if source.path is not None and known.kind in ("bug", "source"):
            raise EngineError(
                "request",
                f"The dictionary in {source.path} cannot be loaded: {type(error).__name__}: "
                f"{error}. A folder with cfg.json and sae_weights.safetensors, as sae_lens saves "
                "them, was expected. Check the folder, or save the dictionary again.",
            ) from error
        if source.path is None and (known.kind == "bug" or find_malformed(error) is not None):
            repository = source.repository()
            damage = find_damage(repository, cached_commit(repository.id))
            if damage is not None:
                raise damage from error
        raise known from error
    if sae.cfg.normalize_activations in _FOLDED_ONLY:
        raise EngineError(
            "request",
            f"The dictionary {source.name} wants its input scaled "
            f"({sae.cfg.normalize_activations}), but its files do not say by how much. Weights "
            "with that scale folded in were expected. Choose another dictionary.",
        )
    # We hand over heads already side by side; sae_lens would join the last two dimensions.
    sae.turn_off_forward_pass_hook_z_reshaping()
    sae.eval().requires_grad_(False)
    return Dictionary(source, sae, point, revision)


def at_output(entry: Dictionary, text_config: Any) -> Dictionary:
    """The same dictionary at the tensor that it rebuilds: of an SAE, the one that it reads.

    Raises "request" for a transcoder whose metadata do not name it.
    """
    metadata = entry.sae.cfg.metadata
    name, hf_name = metadata.hook_name_out, metadata.hf_hook_name_out
    if name is None and hf_name is None:
        if "transcoder" in entry.sae.cfg.architecture():
            raise EngineError(
                "request",
                f"The transcoder {entry.source.name} does not say what it rebuilds. hook_name_out "
                "was expected in the metadata of its configuration. Add it there.",
            )
        return entry
    point = find_hook_point(text_config.model_type, name, hf_hook_name=hf_name, model_kwargs=None)
    return replace(entry, point=point)

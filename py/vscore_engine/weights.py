"""Download a model's weights, without the library that reads them."""

from vscore_engine.errors import EngineError, translate
from vscore_engine.hub_cache import has_weights
from vscore_engine.models import ModelSource

# The weights that transformers reads: a repository may hold others, in other formats, beside them.
WEIGHTS = (
    *("config.json", "generation_config.json"),
    *("model.safetensors", "model-*.safetensors", "model.safetensors.index.json"),
)


def fetch_weights(source: ModelSource) -> None:
    """Download a model's safetensors weights; a local folder has them. Raises "source"."""
    from huggingface_hub import snapshot_download

    if source.path is not None:
        return
    try:
        snapshot_download(
            source.model_id,
            revision=source.revision,
            allow_patterns=list(WEIGHTS),
            local_files_only=source.offline,
        )
    except Exception as error:
        raise translate(error, source.repository.name) from error
    # snapshot_download is content with what the cache has where the Hub does not answer.
    if not has_weights(source.repository, source.revision):
        raise EngineError(
            "source",
            f"{source.repository.name} has no complete safetensors weights in the cache. "
            "model.safetensors, or its index with every part, was expected. Check the connection "
            "(and HF_HUB_OFFLINE, if set) and run again; a model without safetensors cannot be "
            "used.",
        )

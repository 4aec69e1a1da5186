"""Whether a dictionary was made for the model that it is to read."""

import re
from collections.abc import Mapping
from typing import Any

from vscore_engine.dictionary_sources import DictionarySource
from vscore_engine.errors import EngineError
from vscore_engine.models import ModelSource

# Names in the registry of sae_lens that are not the Hub's.
_ALIASES = {"gpt2-small": "gpt2"}
_STAGE = re.compile(r"-(pt|it|base|instruct|chat)$")


def check_model(
    source: DictionarySource, config: Mapping[str, Any], model: ModelSource
) -> str | None:
    """Raise "request" if a dictionary was made for another model; return a warning for a variant.

    Widths alone do not tell: models of one family share them. A model in a folder may be called
    anything and is taken at its word. Names are compared without their owner. One inside the other
    (gemma-2-2b in gemma-2-2b-it) is a variant, as is another stage of training (-pt, -it).
    """
    if model.path is not None:
        return None
    made_for = [name for name in (config.get("model_name"), _registered_model(source)) if name]
    if not made_for:
        return None
    ours = _bare(model.model_id)
    theirs = [_bare(name) for name in made_for]
    if ours in theirs:
        return None
    if any(_is_variant(name, ours) for name in theirs):
        return (
            f"the dictionaries of {source.release} were made for {made_for[0]}, and the model is "
            f"{model.model_id}: a feature may mean something else in it"
        )
    raise EngineError(
        "request",
        f"The dictionary {source.name} was made for {made_for[0]}. The model is {model.model_id}. "
        "Choose a dictionary of that model, or the model of that dictionary.",
    )


def _bare(name: str) -> str:
    last = name.rstrip("/").rsplit("/", 1)[-1].lower()
    return _ALIASES.get(last, last)


def _is_variant(first: str, second: str) -> bool:
    first, second = _STAGE.sub("", first), _STAGE.sub("", second)
    return _is_part(first, second) or _is_part(second, first)


def _is_part(name: str, whole: str) -> bool:
    return re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", whole) is not None


def _registered_model(source: DictionarySource) -> str | None:
    if source.path is not None:
        return None
    from sae_lens.loading.pretrained_saes_directory import get_pretrained_saes_directory

    known = get_pretrained_saes_directory().get(source.release)
    return known.model if known else None

"""The `ablate` job: losses of texts with and without features' decoder directions."""

from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from vscore_engine.dictionaries import Dictionary, at_output
from vscore_engine.errors import EngineError
from vscore_engine.frames import FrameSender
from vscore_engine.interventions import directions_of, edited, removal, remover
from vscore_engine.models import LoadedModel
from vscore_engine.passes import Edit, send_losses
from vscore_engine.tokens import TokenizedText

if TYPE_CHECKING:
    from vscore_engine.jobs import Job


def ablate(
    job: "Job",
    loaded: LoadedModel,
    dictionary: Dictionary | None,
    texts: Sequence[TokenizedText],
    sender: FrameSender,
) -> int:
    """Send, shard by shard, the losses of its texts under every set of features.

    Parameters: `shards` (texts by index); `sets` (each the features that are taken out together;
    an empty one is the model as it is), `projection`, `hook`. Frames as of `send_losses`, S being
    the sets.

    Raises what `send_losses` raises, or "request" for a feature whose decoder row has no direction.
    """
    asked = job.params
    edits = [_edit(loaded, dictionary, features, asked) for features in asked["sets"]]
    return send_losses(job, loaded, texts, edits, sender, "ablation")


def _edit(
    loaded: LoadedModel, dictionary: Dictionary | None, features: Sequence[int], asked: Any
) -> Edit:
    if not features:
        return lambda _texts: nullcontext()
    if dictionary is None:
        raise EngineError("bug", "Features without a layer were asked for. Please report it.")
    entry = dictionary if asked["hook"] == "block-output" else at_output(dictionary, loaded.config)
    directions = directions_of(entry.sae, features)
    norms = directions.norm(dim=-1)
    flat = [feature for feature, norm in zip(features, norms, strict=True) if not norm > 0]
    if flat:
        raise EngineError(
            "request",
            f"The decoder row of feature {flat[0]} of {entry.source.name} has length zero. A "
            "direction was expected that can be taken out. Leave this feature out.",
            {"feature": flat[0]},
        )
    rows = removal(directions, asked["projection"]).to(loaded.device)
    edit = remover(rows, centred=entry.point.centred)
    return lambda _texts: edited(loaded.text_model, entry.point, edit)

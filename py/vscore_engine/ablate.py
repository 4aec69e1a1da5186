"""The `ablate` job: losses of texts with and without features' decoder directions.

Sums per text only: differences, means and intervals are formed in TypeScript.
"""

import traceback
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np

from vscore_engine.devices import empty_caches, memory_in_use
from vscore_engine.dictionaries import Dictionary, at_output
from vscore_engine.errors import EngineError, is_out_of_memory
from vscore_engine.frames import Array, FrameSender, progress
from vscore_engine.interventions import directions_of, edited, removal, remover
from vscore_engine.losses import predicted_tokens, text_losses
from vscore_engine.models import LoadedModel
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
    an empty one is the model as it is), `projection`, `hook`. Frames "losses": `text` U32[T],
    `tokens` U32[T] (those that are predicted), `loss` F64[S, T] (their sum, nats). One forward
    pass a shard and set, no more.

    Raises "out_of_memory" with the shard's number in its facts, "nan", or "request" for a feature
    whose decoder row has no direction.
    """
    asked = job.params
    edits = [_edit(loaded, dictionary, features, asked) for features in asked["sets"]]
    shards = asked["shards"]
    total = sum(len(shard["texts"]) for shard in shards) * len(edits)
    done = 0
    for shard in shards:
        own = [texts[int(index)] for index in shard["texts"]]
        losses = np.zeros((len(edits), len(own)))
        for number, edit in enumerate(edits):
            job.check_cancelled()
            losses[number] = _within_memory(loaded, own, edit, int(shard["shard"]))
            done += len(own)
            progress(sender, "ablation", done, total, memory_in_use(loaded.device))
        tensors: list[tuple[str, Array | bytes]] = [
            ("loss", losses),
            ("text", np.array(shard["texts"], dtype=np.uint32)),
            ("tokens", np.array([predicted_tokens(text) for text in own], dtype=np.uint32)),
        ]
        sender.send("result", {"name": "losses"}, tensors)
    return sum(len(shard["texts"]) for shard in shards)


# A context in which the forward passes lack something.
Edit = Callable[[], Any]


def _edit(
    loaded: LoadedModel, dictionary: Dictionary | None, features: Sequence[int], asked: Any
) -> Edit:
    if not features:
        return nullcontext
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
    return lambda: edited(loaded.text_model, entry.point, edit)


def _within_memory(
    loaded: LoadedModel, texts: Sequence[TokenizedText], edit: Edit, shard: int
) -> np.ndarray:
    trace = None
    try:
        with edit():
            return text_losses(loaded, texts)
    except Exception as error:
        if isinstance(error, EngineError) or not is_out_of_memory(error):
            raise
        trace = traceback.format_exc()
    # Only out here are the failed pass's tensors free: the error held its frames.
    empty_caches(loaded.device)
    known = EngineError(
        "out_of_memory",
        f"The device ran out of memory in shard {shard} ({len(texts)} texts). A smaller batch was "
        "needed. Lower the token budget.",
        {"shard": shard},
    )
    known.add_note(trace)
    raise known

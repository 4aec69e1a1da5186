"""Forward passes over shards of texts, each under several edits of the model."""

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from vscore_engine.devices import empty_caches, memory_in_use
from vscore_engine.errors import EngineError, is_out_of_memory
from vscore_engine.frames import Array, FrameSender, progress
from vscore_engine.losses import predicted_tokens, text_losses
from vscore_engine.models import LoadedModel
from vscore_engine.tokens import TokenizedText

if TYPE_CHECKING:
    from vscore_engine.jobs import Job

# A context in which passes over a batch run a changed model.
Edit = Callable[[Sequence[TokenizedText]], AbstractContextManager[Any]]
Found = TypeVar("Found")


def shards_of(
    job: "Job", texts: Sequence[TokenizedText]
) -> Iterator[tuple[Mapping[str, Any], list[TokenizedText]]]:
    """The job's `shards` with their texts; looks for a cancellation before each."""
    for shard in job.params["shards"]:
        job.check_cancelled()
        yield shard, [texts[int(index)] for index in shard["texts"]]


def texts_of(job: "Job") -> int:
    """How many texts the job's shards have."""
    return sum(len(shard["texts"]) for shard in job.params["shards"])


def send_losses(
    job: "Job",
    loaded: LoadedModel,
    texts: Sequence[TokenizedText],
    edits: Sequence[Edit],
    sender: FrameSender,
    phase: str,
) -> int:
    """Send, shard by shard, the losses of its texts under every edit: how many texts.

    Frames "losses": `text` U32[T], `tokens` U32[T] (those that are predicted), `loss` F64[S, T]
    (their sum, nats). One forward pass a shard and edit, no more. Sums per text only: differences,
    means and intervals are formed in TypeScript.

    Raises "out_of_memory" with the shard's number in its facts, or "nan".
    """
    total, done = texts_of(job) * len(edits), 0
    for shard, own in shards_of(job, texts):
        losses = np.zeros((len(edits), len(own)))
        for number, edit in enumerate(edits):
            job.check_cancelled()

            def read(own: list[TokenizedText] = own, edit: Edit = edit) -> np.ndarray:
                with edit(own):
                    return text_losses(loaded, own)

            losses[number] = within_memory(loaded, shard, read)
            done += len(own)
            progress(sender, phase, done, total, memory_in_use(loaded.device))
        tensors: list[tuple[str, Array | bytes]] = [
            ("loss", losses),
            ("text", np.array(shard["texts"], dtype=np.uint32)),
            ("tokens", np.array([predicted_tokens(text) for text in own], dtype=np.uint32)),
        ]
        sender.send("result", {"name": "losses"}, tensors)
    return texts_of(job)


def within_memory(
    loaded: LoadedModel, shard: Mapping[str, Any], read: Callable[[], Found]
) -> Found:
    """What `read` gives; a device without memory for it becomes "out_of_memory" of the shard."""
    try:
        return read()
    except Exception as error:
        if isinstance(error, EngineError) or not is_out_of_memory(error):
            raise
        trace = traceback.format_exc()
    # Only out here are the failed pass's tensors free: the error held its frames.
    empty_caches(loaded.device)
    known = EngineError(
        "out_of_memory",
        f"The device ran out of memory in shard {shard['shard']} ({len(shard['texts'])} texts). A "
        "smaller batch was needed. Lower the token budget.",
        {"shard": int(shard["shard"])},
    )
    known.add_note(trace)
    raise known

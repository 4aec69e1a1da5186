"""The jobs `fidelity`, `splice` and `find_hook`: how well dictionaries fit this model's texts."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from vscore_engine.devices import memory_in_use
from vscore_engine.dictionaries import Dictionary
from vscore_engine.fidelity import Rebuilt, Target, rebuild, spliced, target_of, zeroed
from vscore_engine.frames import Array, FrameSender, progress, result, to_json
from vscore_engine.hook_search import candidates
from vscore_engine.models import LoadedModel
from vscore_engine.passes import Edit, send_losses, shards_of, texts_of, within_memory
from vscore_engine.selfcheck import stated_l0
from vscore_engine.tokens import TokenizedText

if TYPE_CHECKING:
    from vscore_engine.jobs import Job


def measure_fidelity(
    job: "Job",
    loaded: LoadedModel,
    dictionaries: Mapping[int, Dictionary],
    texts: Sequence[TokenizedText],
    sender: FrameSender,
) -> int:
    """Send, shard by shard, the sums of `rebuild`: how many texts.

    Frames "rebuilt": JSON {"layers": [{"layer", "stated_l0", "rebuilds", "untold", "is_passed_on",
    "tokens", "not_finite", "active", "error", "deviation"}]} and for every layer `mean.<layer>` F64
    [d_out], empty without a token or a target. Raises "out_of_memory" or "request".
    """
    targets = {layer: target_of(entry, loaded.config) for layer, entry in dictionaries.items()}
    return _send_sums(job, loaded, dictionaries, targets, texts, sender)


def search_hook(
    job: "Job",
    loaded: LoadedModel,
    entry: Dictionary,
    texts: Sequence[TokenizedText],
    sender: FrameSender,
) -> int:
    """Send the sums of one dictionary at every tensor that it may have been trained on, in blocks
    that are `reach` away at most (None: in any).

    A frame "candidates": JSON {"hooks": [{"name", "module"}]}; then frames "rebuilt" as above, in
    which "layer" is the place in that list. An SAE rebuilds what it reads, a transcoder what its
    metadata name.
    """
    stated = target_of(entry, loaded.config)
    is_sae = stated.point == entry.point or stated.point is None
    tried = candidates(entry, loaded.config, job.params["reach"])
    architecture = loaded.config.model_type
    hooks = [{"name": name, "module": point.describe(architecture)} for name, point in tried]
    result(sender, "candidates", {"hooks": hooks})
    return _send_sums(
        job,
        loaded,
        {number: replace(entry, point=point) for number, (_, point) in enumerate(tried)},
        {number: Target(point) if is_sae else stated for number, (_, point) in enumerate(tried)},
        texts,
        sender,
    )


def _send_sums(
    job: "Job",
    loaded: LoadedModel,
    dictionaries: Mapping[int, Dictionary],
    targets: Mapping[int, Target],
    texts: Sequence[TokenizedText],
    sender: FrameSender,
) -> int:
    facts = [
        {
            "layer": layer,
            "stated_l0": stated_l0(entry),
            "rebuilds": None if point is None else point.describe(loaded.config.model_type),
            "untold": targets[layer].untold,
            "is_passed_on": targets[layer].is_passed_on,
        }
        for layer, entry in dictionaries.items()
        for point in [targets[layer].point]
    ]
    done = 0
    for shard, own in shards_of(job, texts):

        def read(own: list[TokenizedText] = own) -> Mapping[int, Rebuilt]:
            return rebuild(loaded, dictionaries, targets, own)

        found = within_memory(loaded, shard, read)
        layers = []
        tensors: list[tuple[str, Array | bytes]] = []
        for known, (layer, sums) in zip(facts, found.items(), strict=True):
            layers.append(
                {
                    **known,
                    "tokens": sums.tokens,
                    "not_finite": sums.not_finite,
                    "active": sums.active,
                    "error": sums.error,
                    "deviation": sums.deviation,
                }
            )
            tensors.append((f"mean.{layer}", sums.mean))
        done += len(own)
        told = to_json({"layers": layers})
        sender.send("result", {"name": "rebuilt"}, [*tensors, ("json", told)])
        memory = memory_in_use(loaded.device)
        progress(sender, "check of the dictionaries", done, texts_of(job), memory)
    return done


def measure_splices(
    job: "Job",
    loaded: LoadedModel,
    dictionaries: Mapping[int, Dictionary],
    texts: Sequence[TokenizedText],
    sender: FrameSender,
) -> int:
    """Send the losses of texts as `send_losses` does, S = 1 + 2 x the job's `layers`: of the model
    as it is, and for each layer with its tensor rebuilt, and with zeros in its place.
    """
    edits: list[Edit] = [lambda _texts: nullcontext()]
    for layer in job.params["layers"]:
        entry = dictionaries[int(layer)]
        target = target_of(entry, loaded.config)

        def put(
            own: Sequence[TokenizedText], entry: Dictionary = entry, target: Target = target
        ) -> AbstractContextManager[None]:
            return spliced(loaded, entry, target, own)

        def clear(
            own: Sequence[TokenizedText], target: Target = target
        ) -> AbstractContextManager[None]:
            return zeroed(loaded, target, own)

        edits += [put, clear]
    return send_losses(job, loaded, texts, edits, sender, "losses with rebuilt tensors")

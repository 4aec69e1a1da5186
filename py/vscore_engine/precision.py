"""The same model in another precision, for a while or for good."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch

from vscore_engine.devices import choose_dtype, compute_as, empty_caches
from vscore_engine.dictionaries import Dictionary
from vscore_engine.errors import EngineError, translate
from vscore_engine.memory import memory_of, need_of, size
from vscore_engine.models import LoadedModel, load_weights

if TYPE_CHECKING:
    from vscore_engine.jobs import Job


def set_dtype(job: "Job", loaded: LoadedModel, dictionaries: Mapping[int, Dictionary]) -> None:
    """The job `set_dtype`: `float32`, or back to the `dtype` that the model was loaded in.

    float32 weights are read once more, for those in memory may be rounded ones; meanwhile the model
    waits in host memory, and comes back bit by bit. `keep_encoders` drops the one that waits.

    Raises "out_of_memory" where there is no room for them; then the model is as it was.
    """
    asked = str(job.params["dtype"])
    dtype = choose_dtype(asked, loaded.device, loaded.config.model_type)
    if dtype != loaded.dtype and dtype == torch.float32:
        refuse_no_room(job.params, loaded, dictionaries)
        _put_aside(loaded)
    elif dtype != loaded.dtype:
        _bring_back(loaded, dtype)
    compute_as(asked)


def _put_aside(loaded: LoadedModel) -> None:
    if loaded.source is None:
        raise EngineError(
            "bug", "The model has no source to be read from. A loaded one was expected. Load it."
        )
    loaded.model.to("cpu")
    empty_caches(loaded.device)
    try:
        whole = load_weights(loaded.source, loaded.device, torch.float32)
    except Exception as error:
        found = translate(error, "the model in float32")
        if found.kind != "out_of_memory":
            loaded.model.to(loaded.device)
            raise
        failure = EngineError(found.kind, found.message, found.facts)
    else:
        loaded.aside, loaded.model, loaded.dtype = loaded.model, whole, torch.float32
        return
    # Only out here is free what was read before it failed: the error held its frames.
    empty_caches(loaded.device)
    loaded.model.to(loaded.device)
    raise failure


def _bring_back(loaded: LoadedModel, dtype: torch.dtype) -> None:
    if loaded.aside is None:
        raise EngineError(
            "bug",
            f"The model in {dtype} is gone. `set_dtype` was expected before `keep_encoders`. "
            "Load it again.",
        )
    model, loaded.model, loaded.aside = loaded.aside, None, None
    empty_caches(loaded.device)
    loaded.model, loaded.dtype = model.to(loaded.device), dtype


def refuse_no_room(
    asked: Mapping[str, Any], loaded: LoadedModel, dictionaries: Mapping[int, Dictionary]
) -> None:
    """Raise "out_of_memory" unless host and device hold the model in float32 too.

    The host runs out without a word, so it is asked before; and of the weights that are read it
    holds all until they are on their device.
    """
    widths = {
        layer: (int(entry.sae.cfg.d_in), entry.d_sae) for layer, entry in dictionaries.items()
    }
    batch = int(asked["batch_tokens"])
    need = need_of(loaded.config, torch.float32, loaded.device, widths, batch)
    own = sum(each.numel() * each.itemsize for each in loaded.model.parameters())
    on_host = loaded.device.type == "cpu"
    limit = asked["max_memory"]
    if limit is not None and need.total + (own if on_host else 0) > limit:
        raise _no_room(need.total + (own if on_host else 0), f"--max-memory {size(limit)}")
    host = memory_of(torch.device("cpu"))
    if host is not None and need.model + (0 if on_host else own) > host:
        raise _no_room(need.model + (0 if on_host else own), f"{size(host)} of host memory")
    if on_host:
        return
    empty_caches(loaded.device)
    free = memory_of(loaded.device)
    if free is not None and need.model > free + own:
        raise _no_room(need.model, f"{size(free + own)} on {loaded.device}")


def _no_room(need: int, found: str) -> EngineError:
    return EngineError(
        "out_of_memory",
        f"The model in float32 needs {size(need)}. {found} was found, and expected to hold it. "
        "Choose --dtype float32 where it fits, or go on without.",
    )

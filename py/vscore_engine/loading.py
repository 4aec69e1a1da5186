"""The `load` job: a model with its dictionaries, checked before the weights are read."""

import importlib
import platform
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from vscore_engine import devices, dictionary_models, dictionary_sources, models
from vscore_engine.dictionaries import Dictionary, load_dictionary
from vscore_engine.errors import EngineError
from vscore_engine.frames import FrameSender, progress, result
from vscore_engine.hook_points import HookPoint
from vscore_engine.hub import set_offline
from vscore_engine.memory import check_memory, need_of
from vscore_engine.tokens import begins_with_bos, needs_bos
from vscore_engine.versions import versions
from vscore_engine.weights import fetch_weights

if TYPE_CHECKING:
    from vscore_engine.jobs import Job


def load(job: "Job", sender: FrameSender) -> tuple[models.LoadedModel, dict[int, Dictionary]]:
    """Run the job; send progress and the result "loaded"."""
    asked = job.params
    device = devices.choose_device(asked["device"])
    devices.empty_caches(device)
    torch.manual_seed(int(asked["seed"]))
    if asked["threads"] is not None:
        torch.set_num_threads(int(asked["threads"]))
    found = find(job)
    dtype = devices.choose_dtype(asked["dtype"], device, found.config.model_type)
    devices.compute_as(asked["dtype"])
    devices.repeat_exactly(bool(asked["deterministic"]))
    need = need_of(found.config, dtype, device, found.widths, int(asked["batch_tokens"]))
    check_memory(need, device, asked["max_memory"])
    # The slowest import comes last, once everything that can be refused has been; weights that are
    # not here yet come meanwhile. Two threads never import at once: some libraries put another
    # module in their own place, which the thread that waits does not get to see.
    with ThreadPoolExecutor(1) as beside:
        fetched = beside.submit(fetch_weights, found.source)
        importlib.import_module("sae_lens")
        progress(sender, "libraries", 1, 1)
        progress(sender, "model", 0, 1)
        fetched.result()
    loaded = models.load_model(found.source, device, dtype)
    progress(sender, "model", 1, 1, devices.memory_in_use(device))
    dictionaries: dict[int, Dictionary] = {}
    for number, entry in enumerate(found.dictionaries):
        job.check_cancelled()
        progress(
            sender,
            "dictionaries",
            number,
            len(found.dictionaries),
            devices.memory_in_use(device),
        )
        dictionaries[entry.layer] = load_dictionary(entry, found.points[entry.layer], device)
    count = len(found.dictionaries)
    progress(sender, "dictionaries", count, count, devices.memory_in_use(device))
    result(sender, "loaded", describe(loaded, found.source, dictionaries, found.warnings))
    return loaded, dictionaries


def load_tokenizer_alone(job: "Job", sender: FrameSender) -> models.LoadedModel:
    """A model's configuration and tokenizer without its weights; sends the result "tokenizer"."""
    asked = job.params
    offline = set_offline(bool(asked["offline"]))
    source, _ = models.ModelSource(
        asked["model_id"], asked["model_path"], asked["model_revision"], offline
    ).pin()
    progress(sender, "tokenizer", 0, 1)
    config = models.load_config(source)
    revision = models.revision_of(source)
    result(sender, "tokenizer", {"model_revision": revision})
    tokenizer = models.load_tokenizer(source)
    cpu = torch.device("cpu")
    return models.LoadedModel(None, tokenizer, config, revision, cpu, torch.float32)


@dataclass
class Found:
    """What a request means: a model at a commit, its configuration, and what is read where."""

    source: models.ModelSource
    config: Any
    dictionaries: list[dictionary_sources.DictionarySource]
    points: dict[int, HookPoint]
    # By layer (d_in, d_sae), as far as the configurations tell.
    widths: dict[int, tuple[int, int]]
    warnings: list[str | None]


def find(job: "Job") -> Found:
    """Find everything that a request names, and check that it fits, before weights are read."""
    asked = job.params
    wanted = [
        dictionary_sources.DictionarySource(
            int(entry["layer"]), entry["release"], entry["sae_id"], entry["path"]
        )
        for entry in asked["dictionaries"]
    ]
    # What the registry knows costs no request; a folder may hold what it likes for other models.
    for entry in wanted:
        if entry.path is None:
            dictionary_sources.check_exists(entry)
    offline = set_offline(bool(asked["offline"]))
    source, warning = models.ModelSource(
        asked["model_id"], asked["model_path"], asked["model_revision"], offline
    ).pin()
    config = models.load_config(source)
    check_layers([entry.layer for entry in wanted], int(config.num_hidden_layers))
    found = Found(source, config, wanted, {}, {}, [warning])
    for entry in wanted:
        job.check_cancelled()
        if entry.path is not None:
            dictionary_sources.check_exists(entry)
        told = dictionary_sources.read_config(entry)
        found.warnings.append(dictionary_models.check_model(entry, told, source))
        point = dictionary_sources.resolve(entry, told, config)
        if asked["hook"] == "block-output":
            point, warning = dictionary_sources.at_block_output(entry, point, config)
            found.warnings.append(warning)
        found.points[entry.layer] = point
        found.widths[entry.layer] = (int(told["d_in"]), int(told.get("d_sae") or 0))
    return found


def check_layers(layers: Sequence[int], n_layers: int) -> None:
    """Raise "request" unless there is at least one layer, each once, all in the model."""
    for layer in layers:
        if not 0 <= layer < n_layers:
            raise EngineError(
                "request",
                f"Layer {layer} was asked for. The model has layers 0 to {n_layers - 1}. "
                "Choose layers in that range.",
            )
    if len(set(layers)) != len(layers) or not layers:
        raise EngineError(
            "request",
            f"Dictionaries for layers {list(layers)} were asked for. Each layer once, and at "
            "least one, was expected. Correct the list.",
        )


def wants_bos(dictionaries: Mapping[int, Dictionary]) -> bool:
    """Whether a dictionary was trained on texts that begin with BOS."""
    return any(entry.prepend_bos for entry in dictionaries.values())


def describe(
    loaded: models.LoadedModel,
    source: models.ModelSource,
    dictionaries: Mapping[int, Dictionary],
    warnings: Sequence[str | None] = (),
) -> dict[str, object]:
    """The result "loaded" of the protocol."""
    config, device, tokenizer = loaded.config, loaded.device, loaded.tokenizer
    name = platform.processor() or platform.machine()
    if device.type == "cuda":
        name = torch.cuda.get_device_name(device)
    return {
        "model": {
            "id": source.model_id,
            "revision": loaded.revision,
            "class": type(loaded.model).__name__,
            "n_layers": int(config.num_hidden_layers),
            "d_model": int(config.hidden_size),
            "vocab_size": int(config.vocab_size),
            "max_positions": loaded.max_positions,
            "bos": begins_with_bos(tokenizer) or needs_bos(tokenizer, wants_bos(dictionaries)),
        },
        "device": str(device),
        "device_name": name,
        "dtype": precision_of(loaded),
        "threads": torch.get_num_threads(),
        "dictionaries": [entry.facts(config.model_type) for entry in dictionaries.values()],
        "versions": versions(),
        "warnings": [text for text in dict.fromkeys(warnings) if text is not None],
    }


def precision_of(loaded: models.LoadedModel) -> str:
    """In which precision the model computes now: a word of --dtype."""
    if loaded.dtype == torch.float32 and devices.rounds_products():
        return "tf32"
    return str(loaded.dtype).removeprefix("torch.")

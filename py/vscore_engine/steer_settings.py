"""What a job of steering works with, and what its `settings` do to the model."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from vscore_engine.devices import memory_in_use
from vscore_engine.dictionaries import Dictionary
from vscore_engine.errors import EngineError
from vscore_engine.frames import FrameSender, progress
from vscore_engine.models import LoadedModel
from vscore_engine.steering import (
    FeatureGate,
    Gate,
    LearnedGate,
    SteeredLayer,
    refuse_later,
    steered,
    steered_positions,
)
from vscore_engine.tokens import Tokenized, TokenizedText

if TYPE_CHECKING:
    from vscore_engine.jobs import Job


@dataclass(frozen=True)
class Bench:
    """What a job of steering works with."""

    job: "Job"
    loaded: LoadedModel
    dictionaries: Mapping[int, Dictionary]
    tokenized: Mapping[str, Tokenized]
    sender: FrameSender

    def texts(self, name: str) -> list[TokenizedText]:
        """Texts that were tokenized under a name."""
        if name not in self.tokenized:
            raise EngineError("bug", f"{name} is not tokenized. `tokenize` comes first. Do so.")
        return self.tokenized[name].texts

    def dictionary(self, layer: int) -> Dictionary:
        """The dictionary of a layer."""
        if layer not in self.dictionaries:
            raise EngineError("bug", f"Layer {layer} is not loaded. `load` comes first. Do so.")
        return self.dictionaries[layer]

    def tell(self, phase: str, done: int, total: int) -> None:
        """Say how far it is."""
        progress(self.sender, phase, done, total, memory_in_use(self.loaded.device))


@dataclass(frozen=True)
class Setting:
    """One change of the model: none where there are no layers."""

    alpha: float
    layers: tuple[SteeredLayer, ...]
    positions: str

    @contextmanager
    def over(
        self, loaded: LoadedModel, texts: Sequence[TokenizedText], *, left: bool = False
    ) -> Iterator[None]:
        """A context in which passes over these texts, padded as said, are steered.

        Raises "request" where what is steered gives no finite numbers: the model as it is did.
        """
        if not self.layers:
            yield
            return
        wanted = torch.from_numpy(steered_positions(texts, self.positions, left=left))
        try:
            with steered(loaded.text_model, self.layers, wanted.to(loaded.device)):
                yield
        except EngineError as error:
            if error.kind != "nan":
                raise
            where = ", ".join(str(each.layer) for each in self.layers)
            raise EngineError(
                "request",
                f"With vectors added at strength {self.alpha:g} at layers {where}, losses are NaN "
                "or infinity: that is too strong for these vectors. Finite losses were expected. "
                "Lower --alpha.",
            ) from error


def settings_of(bench: Bench) -> list[Setting]:
    """The job's `settings`.

    Each is {"alpha", "layers": [{"layer", "vector", "gate"}]}, of which "vector" names a tensor f32
    [d_model] of the safetensors file `bank`, and "gate" is null or as of `gate_of`.
    `positions`: see `steered_positions`. No layers: no change.
    """
    asked = bench.job.params
    bank = bank_of(bench)
    return [
        Setting(
            float(setting["alpha"]),
            tuple(
                SteeredLayer(
                    int(entry["layer"]),
                    bank[str(entry["vector"])] * float(setting["alpha"]),
                    None
                    if entry["gate"] is None
                    else gate_of(bench, int(entry["layer"]), entry["gate"]),
                )
                for entry in setting["layers"]
            ),
            str(asked["positions"]),
        )
        for setting in asked["settings"]
    ]


def bank_of(bench: Bench) -> dict[str, torch.Tensor]:
    """The vectors of the job's `bank`, f32 [d_model] on the model's device.

    Raises "request" for one that is not as wide as the model's hidden states, or not finite.
    """
    from safetensors.torch import load_file

    path, width = bench.job.params["bank"], int(bench.loaded.config.hidden_size)
    bank = {} if path is None else load_file(Path(path))
    for name, vector in bank.items():
        if vector.shape != (width,) or not bool(torch.isfinite(vector).all()):
            raise EngineError(
                "request",
                f"The vector {name} of {path} has the shape {list(vector.shape)}, or is not "
                f"finite. {width} finite numbers were expected, as many as the model's hidden "
                "states have. Make the vectors with this model.",
            )
    return {name: vector.float().to(bench.loaded.device) for name, vector in bank.items()}


def refuse_layers(layers: Sequence[int], loaded: LoadedModel) -> None:
    """Raises "request" for a layer that the model does not have."""
    count = int(loaded.config.num_hidden_layers)
    stray = [layer for layer in layers if not 0 <= layer < count]
    if stray:
        raise EngineError(
            "request",
            f"Layers {stray} were asked for. The model has layers 0 to {count - 1}. Choose layers "
            "in that range.",
        )


def gate_of(bench: Bench, layer: int, asked: Mapping[str, Any]) -> Gate:
    """A gate on a layer's own dictionary: {"features", "threshold"}, or {"features", "weight",
    "bias"} for one that was trained."""
    dictionary = bench.dictionary(layer)
    refuse_later(layer, dictionary)
    features = tuple(int(feature) for feature in asked["features"])
    if "threshold" in asked:
        return FeatureGate(dictionary, features, float(asked["threshold"]))
    device = bench.loaded.device
    weight = torch.tensor(asked["weight"], dtype=torch.float32, device=device)
    bias = torch.tensor(float(asked["bias"]), device=device)
    return LearnedGate(dictionary, features, weight, bias)

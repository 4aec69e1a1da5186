"""Random dictionaries: what is found by directions that nobody learned.

Feature f reads a Gaussian direction of the centred input, z = (x - mean(x)) . d_f, and is
gain_f * relu(z - threshold_f). On the tokens of the calibration it fires as often as feature f of
the real dictionary, and its mean activation there is the same. Relu, as most dictionaries have it:
what lies just above the threshold is small. A feature that is silent in the calibration stays so.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from vscore_engine.activations import rows_at
from vscore_engine.dictionaries import Dictionary
from vscore_engine.encoding import NotFinite, encode
from vscore_engine.errors import EngineError
from vscore_engine.frames import FrameSender, progress, result
from vscore_engine.models import LoadedModel
from vscore_engine.passes import within_memory
from vscore_engine.tokens import Tokenized, TokenizedText

if TYPE_CHECKING:
    import torch

    from vscore_engine.jobs import Job

# Features whose directions are drawn, and calibrated, at once.
GROUP = 256


class Weightless(SimpleNamespace):
    """What stands where a real dictionary has its weights: its configuration, and nothing else."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise EngineError(
            "bug",
            f"A random dictionary was asked for its {name}. It only encodes. Load the real one.",
        )


@dataclass
class RandomDictionary(Dictionary):
    """directions f32 [d_in, d_sae]; centre f32 [d_in]; threshold and gain f32 [d_sae]."""

    directions: "torch.Tensor"
    centre: "torch.Tensor"
    threshold: "torch.Tensor"
    gain: "torch.Tensor"

    def encode(self, rows: "torch.Tensor") -> "torch.Tensor":
        """Rows f32 [n, d_in] -> activations f32 [n, d_sae], dense."""
        return self.encode_range(rows, 0, self.d_sae)

    def divides_into(self, features: int) -> bool:
        """Each feature is computed without the others."""
        return features > 0

    @property
    def top_k(self) -> int | None:
        return None

    def encode_range(self, rows: "torch.Tensor", first: int, stop: int) -> "torch.Tensor":
        own = slice(first, stop)
        z = (rows - self.centre) @ self.directions[:, own]
        return self.gain[own] * (z - self.threshold[own]).relu()


def randomise(dictionary: Dictionary, rows: "torch.Tensor", seed: int) -> RandomDictionary:
    """A random dictionary that fires as often and as strongly as this one on rows [n, d_in].

    Raises NotFinite for a row, or an activation of the real dictionary, that is not finite.
    """
    import torch

    rows = rows.float()
    firing, total = activity(dictionary, rows)
    width = dictionary.d_sae
    centre = rows.mean(dim=0)
    directions = torch.empty(rows.shape[1], width, device=rows.device)
    threshold = torch.full((width,), torch.finfo(torch.float32).max, device=rows.device)
    gain = torch.zeros(width, device=rows.device)
    for start, drawn in draw(rows.shape[1], width, f"{seed}\0{dictionary.source.layer}"):
        group = slice(start, start + drawn.shape[1])
        directions[:, group] = drawn.to(rows.device)
        z = (rows - centre) @ directions[:, group]
        level = levels(z, torch.from_numpy(firing[group]).to(rows.device))
        excess = (z - level).relu().sum(dim=0).cpu().double().numpy()
        fires = (firing[group] > 0) & (excess > 0)
        scale = np.divide(total[group], excess, out=np.zeros_like(excess), where=fires)
        held = torch.from_numpy(fires).to(rows.device)
        threshold[group] = torch.where(held, level, threshold[group])
        gain[group] = torch.from_numpy(scale).float().to(rows.device)
    return RandomDictionary(
        dictionary.source,
        Weightless(cfg=dictionary.sae.cfg),
        dictionary.point,
        dictionary.revision,
        directions,
        centre,
        threshold,
        gain,
    )


def activity(dictionary: Dictionary, rows: "torch.Tensor") -> tuple[np.ndarray, np.ndarray]:
    """Of every feature: on how many rows it fires, I64 [d_sae], and its sum, F64 [d_sae]."""
    firing = np.zeros(dictionary.d_sae, dtype=np.int64)
    total = np.zeros(dictionary.d_sae)
    for part in encode(dictionary, rows):
        feature = part.feature.astype(np.int64)
        firing += np.bincount(feature, minlength=len(firing))
        total += np.bincount(feature, part.value.astype(np.float64), minlength=len(total))
    return firing, total


def draw(d_in: int, width: int, seed: str) -> "Iterator[tuple[int, torch.Tensor]]":
    """Gaussian directions [d_in, up to GROUP], with their first feature; the same on any device."""
    import torch

    for start in range(0, width, GROUP):
        digest = hashlib.sha256(f"random dictionary\0{seed}\0{start}".encode()).digest()
        generator = torch.Generator().manual_seed(int.from_bytes(digest[:7], "big"))
        drawn = torch.randn(d_in, GROUP, generator=generator)
        yield start, drawn[:, : width - start]


def levels(z: "torch.Tensor", firing: "torch.Tensor") -> "torch.Tensor":
    """Of z [n, F] the levels [F] that firing [F] rows of each column are above.

    Half way between the last row that is to fire and the next: rounding that hangs on the batch
    moves nothing across. Rows that are equal there fire all or none.
    """
    import torch

    count = len(z)
    falling = z.sort(dim=0, descending=True).values
    # Below the lowest, by as much as rows lie apart on average.
    step = (falling[0] - falling[-1]).clamp(min=torch.finfo(torch.float32).tiny) / count
    padded = torch.cat([falling[:1] + step, falling, falling[-1:] - step])
    at = firing.long().clamp(max=count)
    pair = torch.stack([at, at + 1])
    return padded.gather(0, pair).mean(dim=0)


def calibration_rows(
    loaded: LoadedModel,
    dictionary: Dictionary,
    languages: Sequence[tuple[Sequence[TokenizedText], Sequence[Mapping[str, Any]]]],
    left_out: int,
    most: int,
) -> "torch.Tensor":
    """What a dictionary reads of the counted tokens of some texts, f32 [n, d_in].

    languages: texts with the shards of those that are read. left_out: role bits of tokens that do
    not count. most: tokens of each language, the first ones of its texts as they come.

    Raises "out_of_memory" with the shard's number in its facts.
    """
    import torch

    found: list[torch.Tensor] = []
    for texts, shards in languages:
        read: dict[int, torch.Tensor] = {}
        for shard in shards:
            indices = [int(index) for index in shard["texts"]]
            own = [texts[index] for index in indices]
            wanted = [(text.role & left_out) == 0 for text in own]

            def rows(own: Any = own, wanted: Any = wanted) -> "torch.Tensor":
                return rows_at(loaded, {0: dictionary.point}, own, wanted)[0].float()

            parts = within_memory(loaded, shard, rows).split([int(each.sum()) for each in wanted])
            read.update(zip(indices, parts, strict=True))
        found.append(torch.cat([read[index] for index in sorted(read)])[:most])
    return torch.cat(found)


def randomise_all(
    job: "Job",
    loaded: LoadedModel,
    dictionaries: dict[int, Dictionary],
    texts: Mapping[str, Tokenized],
    sender: FrameSender,
) -> None:
    """The `randomise` job: a random dictionary in place of every one; sends "randomised".

    Parameters: `seed`; `left_out` and `most` as of `calibration_rows`; `languages`, each with its
    `language` and the `shards` of the texts that are read. The result is {"tokens", "digest"}: on
    how many tokens, and a hash of what was made, by which two machines compare. Layer after layer,
    each with a forward pass of its own, so that the rows of one layer alone are held. Those that
    are random already stay: where the device ran out of memory, the same job goes on with smaller
    batches.

    Raises what `calibration_rows` raises, "nan", or "bug" for texts that are not tokenized.
    """
    asked = job.params
    missing = [own["language"] for own in asked["languages"] if own["language"] not in texts]
    if missing:
        raise EngineError("bug", f"{missing} are not tokenized. `tokenize` comes first. Do so.")
    read = [(texts[own["language"]].texts, own["shards"]) for own in asked["languages"]]
    tokens = 0
    for number, (layer, dictionary) in enumerate(list(dictionaries.items())):
        job.check_cancelled()
        progress(sender, "random dictionaries", number, len(dictionaries))
        rows = calibration_rows(
            loaded, dictionary, read, int(asked["left_out"]), int(asked["most"])
        )
        tokens = len(rows)
        if isinstance(dictionary, RandomDictionary):
            continue
        try:
            dictionaries[layer] = randomise(dictionary, rows, int(asked["seed"]))
        except NotFinite as error:
            raise EngineError(
                "nan",
                f"Layer {layer} has NaN or infinity in the {error.what} of its dictionary, on a "
                "token of the calibration. Finite numbers were expected. Try --dtype float32, and "
                "check the model's weights.",
                {"layer": layer},
            ) from error
    result(sender, "randomised", {"tokens": tokens, "digest": digest_of(dictionaries)})


def digest_of(dictionaries: Mapping[int, Dictionary]) -> str:
    """SHA-256 of the thresholds and gains, which hang on every token of the calibration."""
    digest = hashlib.sha256()
    for dictionary in dictionaries.values():
        if isinstance(dictionary, RandomDictionary):
            for tensor in (dictionary.threshold, dictionary.gain):
                digest.update(tensor.cpu().numpy().tobytes())
    return digest.hexdigest()

"""The `extract` job: sparse activations of every token, as frames.

Nothing here adds up over tokens: which tokens count is decided by the reader.
"""

import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vscore_engine.activations import forward
from vscore_engine.devices import empty_caches, wait_for
from vscore_engine.dictionaries import Dictionary
from vscore_engine.encoding import NotFinite, Part, encode
from vscore_engine.errors import EngineError, is_out_of_memory
from vscore_engine.frames import Array, FrameSender
from vscore_engine.models import LoadedModel
from vscore_engine.stopwatch import Stopwatch
from vscore_engine.tokens import TokenizedText, spelled

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Shard:
    """One batch: its number in the plan, its language, and the texts by index."""

    number: int
    language: str
    texts: tuple[int, ...]


class Extraction:
    """Runs shards and sends their frames."""

    def __init__(
        self,
        loaded: LoadedModel,
        dictionaries: Mapping[int, Dictionary],
        sender: FrameSender,
        with_tokens: bool,
        check_cancelled: Callable[[], None],
        stopwatch: Stopwatch | None = None,
    ) -> None:
        self._loaded = loaded
        self._dictionaries = dictionaries
        self._sender = sender
        self._with_tokens = with_tokens
        self._check_cancelled = check_cancelled
        self._stopwatch = stopwatch or Stopwatch()

    def run(self, shard: Shard, texts: Sequence[TokenizedText]) -> None:
        """Send every layer's frames for one shard. texts[i] is the text shard.texts[i].

        Raises "out_of_memory" with the shard's number in its facts, or "nan".
        """
        trace = None
        try:
            self._run(shard, texts)
        except Exception as error:
            if isinstance(error, EngineError) or not is_out_of_memory(error):
                raise
            trace = traceback.format_exc()
        # Only out here are the failed pass's tensors free: the error held its frames.
        if trace is not None:
            empty_caches(self._loaded.device)
            known = EngineError(
                "out_of_memory",
                f"The device ran out of memory in shard {shard.number} ({len(texts)} texts of "
                f"{shard.language}). A smaller batch was needed. Lower the token budget.",
                {"shard": shard.number},
            )
            known.add_note(trace)
            raise known

    def _run(self, shard: Shard, texts: Sequence[TokenizedText]) -> None:
        import torch

        self._check_cancelled()
        if any(len(text.ids) for text in texts):
            with self._stopwatch.time("model"):
                rows = forward(self._loaded, self._dictionaries, texts)
                wait_for(self._loaded.device)
        else:
            empty = torch.zeros(0, 1, device=self._loaded.device)
            rows = dict.fromkeys(self._dictionaries, empty)
        for layer, dictionary in self._dictionaries.items():
            self._send_layer(shard, texts, layer, dictionary, rows.pop(layer))

    def _send_layer(
        self,
        shard: Shard,
        texts: Sequence[TokenizedText],
        layer: int,
        dictionary: Dictionary,
        rows: "torch.Tensor",
    ) -> None:
        lengths = np.array([len(text.ids) for text in texts], dtype=np.int64)
        if len(rows) == 0:
            rows = rows.new_zeros(0, int(dictionary.sae.cfg.d_in))
        try:
            for part in self._stopwatch.time_each("encode", encode(dictionary, rows)):
                self._check_cancelled()
                metadata = {
                    "layer": str(layer),
                    "language": shard.language,
                    "shard": str(shard.number),
                }
                with self._stopwatch.time("stream"):
                    tensors = self._describe(shard, texts, lengths, part)
                    self._sender.send("activations", metadata, tensors)
        except NotFinite as error:
            text = shard.texts[int(np.searchsorted(np.cumsum(lengths), error.row, side="right"))]
            raise EngineError(
                "nan",
                f"Layer {layer} has NaN or infinity in the {error.what} of its dictionary, for "
                f"text {text} of {shard.language}. Finite numbers were expected. Try --dtype "
                "float32, and check the model's weights.",
                {"layer": layer, "language": shard.language, "text": text},
            ) from error

    def _describe(
        self,
        shard: Shard,
        texts: Sequence[TokenizedText],
        lengths: np.ndarray,
        part: Part,
    ) -> list[tuple[str, Array | bytes]]:
        """Tensors of one frame, in the protocol's order."""
        ends = np.cumsum(lengths)
        starts = ends - lengths
        # Tokens of each text inside this part. A text without tokens belongs to one part alone.
        inside = np.minimum(ends, part.stop) - np.maximum(starts, part.start)
        last = part.stop == ends[-1] if len(ends) else True
        empty_here = (lengths == 0) & (starts >= part.start) & ((starts < part.stop) | last)
        held = [int(i) for i in np.flatnonzero((inside > 0) | empty_here)]

        # The first text held may have begun in the part before.
        begin = max(0, part.start - int(starts[held[0]]))

        def joined(name: str) -> np.ndarray:
            whole = np.concatenate([getattr(texts[i], name) for i in held])
            return np.ascontiguousarray(whole[begin : begin + part.stop - part.start])

        positions = np.arange(part.start, part.stop) - np.repeat(starts[held], inside[held])
        tensors: list[tuple[str, Array | bytes]] = [
            ("text", np.array([shard.texts[i] for i in held], dtype=np.uint32)),
            ("tokens", inside[held].astype(np.uint32)),
            ("position", positions.astype(np.uint32)),
            ("role", joined("role")),
            ("indptr", part.indptr),
            ("feature", part.feature),
            ("value", part.value),
        ]
        if self._with_tokens:
            tensors += spelled(self._loaded.tokenizer, joined("ids"), joined("offsets"))
        return tensors

"""Tokens -> sparse activations of every token, as frames.

Nothing here adds up over tokens: which tokens count is decided by the reader.
"""

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vscore_engine.capture import capture
from vscore_engine.dictionaries import Dictionary
from vscore_engine.errors import EngineError, is_out_of_memory
from vscore_engine.frames import Array, FrameSender, to_json
from vscore_engine.models import LoadedModel, empty_caches
from vscore_engine.tokens import TokenizedText, pad, pieces

if TYPE_CHECKING:
    import torch

# Upper limit for a block of dense activations in float32.
BLOCK_BYTES = 256 * 2**20


@dataclass(frozen=True)
class Shard:
    """One batch: its number in the plan, its language, and the texts by index."""

    number: int
    language: str
    texts: tuple[int, ...]


@dataclass
class Part:
    """CSR rows `start` to `stop` of a batch: indptr U64[n+1], feature U32[nnz], value F32[nnz]."""

    start: int
    stop: int
    indptr: np.ndarray
    feature: np.ndarray
    value: np.ndarray


class NotFinite(Exception):
    """NaN or infinity in a row (index within the batch) of the `what` ("input", "activations")."""

    def __init__(self, row: int, what: str) -> None:
        super().__init__(f"{what} of row {row}")
        self.row = row
        self.what = what


def forward(
    loaded: LoadedModel, dictionaries: Mapping[int, Dictionary], texts: Sequence[TokenizedText]
) -> "dict[int, torch.Tensor]":
    """One forward pass over a batch: {layer: rows [non-padding tokens, d_in]}.

    Rows: text after text, position ascending. Padding is selected away, never multiplied: it may
    hold NaN. The pass has no LM head and stops behind the last layer that is read.
    """
    import torch

    ids, mask = pad(texts, loaded.tokenizer.pad_token_id or 0)
    chosen = torch.from_numpy(mask).to(loaded.device)
    inputs = torch.from_numpy(ids).to(loaded.device)
    points = {layer: dictionary.point for layer, dictionary in dictionaries.items()}
    model = loaded.text_model
    with (
        torch.inference_mode(),
        capture(model, points, lambda tensor: tensor[chosen]) as reader,
    ):
        return reader.run(
            lambda: model(input_ids=inputs, attention_mask=chosen.long(), use_cache=False)
        )


def encode(dictionary: Dictionary, rows: "torch.Tensor") -> Iterator[Part]:
    """Encode rows [n, d_in] block by block; n = 0 gives one empty part.

    Features ascend within a row. Negative activations are kept. Raises NotFinite.
    """
    import torch

    height = max(1, BLOCK_BYTES // (4 * dictionary.d_sae))
    for start in range(0, max(len(rows), 1), height):
        with torch.inference_mode():
            block = rows[start : start + height].float()
            good = torch.isfinite(block).all(dim=-1)
            if not good.all():
                raise NotFinite(start + int((~good).nonzero()[0]), "input")
            dense = dictionary.encode(block)
            row, feature = (dense != 0).nonzero(as_tuple=True)
            value = dense[row, feature].float()
            # NaN differs from zero, so whatever is not finite is among these.
            bad = ~torch.isfinite(value)
            if bad.any():
                raise NotFinite(start + int(row[bad][0]), "activations")
            counts = torch.bincount(row, minlength=len(block)).cpu().numpy()
        indptr = np.zeros(len(block) + 1, dtype=np.uint64)
        np.cumsum(counts, out=indptr[1:], dtype=np.uint64)
        yield Part(
            start=start,
            stop=start + len(block),
            indptr=indptr,
            feature=feature.cpu().numpy().astype(np.uint32),
            value=value.cpu().numpy(),
        )


class Extraction:
    """Runs shards and sends their frames."""

    def __init__(
        self,
        loaded: LoadedModel,
        dictionaries: Mapping[int, Dictionary],
        sender: FrameSender,
        with_tokens: bool,
        check_cancelled: Callable[[], None],
    ) -> None:
        self._loaded = loaded
        self._dictionaries = dictionaries
        self._sender = sender
        self._with_tokens = with_tokens
        self._check_cancelled = check_cancelled

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
        filled = [text for text in texts if len(text.ids)]
        if filled:
            rows = forward(self._loaded, self._dictionaries, filled)
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
        height = max(1, BLOCK_BYTES // (4 * dictionary.d_sae))
        parts = max(1, -(-len(rows) // height))
        try:
            for number, part in enumerate(encode(dictionary, rows)):
                self._check_cancelled()
                metadata = {
                    "layer": str(layer),
                    "language": shard.language,
                    "shard": str(shard.number),
                    "part": str(number),
                    "parts": str(parts),
                }
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
            offsets = joined("offsets")
            words = pieces(self._loaded.tokenizer, joined("ids"))
            tensors += [
                ("offset_start", np.ascontiguousarray(offsets[:, 0])),
                ("offset_end", np.ascontiguousarray(offsets[:, 1])),
                ("pieces", to_json(words)),
            ]
        return tensors

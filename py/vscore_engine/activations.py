"""One batch of tokens -> rows of hidden states -> sparse activations."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vscore_engine.capture import capture
from vscore_engine.dictionaries import Dictionary
from vscore_engine.hook_points import HookPoint
from vscore_engine.models import LoadedModel
from vscore_engine.tokens import TokenizedText, pad

if TYPE_CHECKING:
    import torch

# Upper limit for a block of dense activations in float32.
BLOCK_BYTES = 256 * 2**20


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
    """One forward pass over a batch: {layer: rows [non-padding tokens, d_in]}, as `rows_at`."""
    points = {layer: dictionary.point for layer, dictionary in dictionaries.items()}
    return rows_at(loaded, points, texts, [np.ones(len(text.ids), dtype=bool) for text in texts])


def rows_at(
    loaded: LoadedModel,
    points: Mapping[int, HookPoint],
    texts: Sequence[TokenizedText],
    wanted: Sequence[np.ndarray],
) -> "dict[int, torch.Tensor]":
    """One forward pass over a batch: {key: rows [wanted tokens, width]}.

    wanted: for each text bool [tokens]. Rows: text after text, position ascending. Padding is
    selected away, never multiplied: it may hold NaN. The pass has no LM head and stops behind the
    last point that is read.
    """
    import torch

    ids, mask = pad(texts, loaded.tokenizer.pad_token_id or 0)
    rows = np.zeros_like(mask)
    for row, own in enumerate(wanted):
        rows[row, : len(own)] = own
    chosen = torch.from_numpy(rows).to(loaded.device)
    inputs = torch.from_numpy(ids).to(loaded.device)
    attention = torch.from_numpy(mask).long().to(loaded.device)
    model = loaded.text_model
    with (
        torch.inference_mode(),
        capture(model, points, lambda tensor: tensor[chosen]) as reader,
    ):
        return reader.run(
            lambda: model(input_ids=inputs, attention_mask=attention, use_cache=False)
        )


def block_height(dictionary: Dictionary) -> int:
    """Rows that are encoded at once, so that their dense activations stay below the limit."""
    return max(1, BLOCK_BYTES // (4 * dictionary.d_sae))


def encode(dictionary: Dictionary, rows: "torch.Tensor") -> Iterator[Part]:
    """Encode rows [n, d_in] block by block; n = 0 gives one empty part.

    Features ascend within a row. Negative activations are kept. Raises NotFinite.
    """
    import torch

    height = block_height(dictionary)
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

"""One batch of tokens -> rows of hidden states."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from vscore_engine.capture import capture
from vscore_engine.dictionaries import Dictionary
from vscore_engine.hook_points import HookPoint
from vscore_engine.models import LoadedModel
from vscore_engine.tokens import TokenizedText, pad

if TYPE_CHECKING:
    import torch


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

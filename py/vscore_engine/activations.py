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


# Tokens of one pass on a processor, padding included: what the blocks of a model hold at a time
# then stays near its caches. With 4,096 the same passes took half as long again on two cores.
CPU_TOKENS = 1024


def forward(
    loaded: LoadedModel, dictionaries: Mapping[int, Dictionary], texts: Sequence[TokenizedText]
) -> "dict[int, torch.Tensor]":
    """A forward pass over a batch: {layer: rows [non-padding tokens, d_in]}, as `rows_at`.

    On a processor in several passes, each over as many texts as it does best.
    """
    import torch

    points = {layer: dictionary.point for layer, dictionary in dictionaries.items()}
    most = CPU_TOKENS if loaded.device.type == "cpu" else None
    passes = [
        rows_at(loaded, points, own, [np.ones(len(text.ids), dtype=bool) for text in own])
        for own in _groups(texts, most)
    ]
    if len(passes) == 1:
        return passes[0]
    return {layer: torch.cat([rows[layer] for rows in passes]) for layer in points}


def _groups(texts: Sequence[TokenizedText], most: int | None) -> "list[Sequence[TokenizedText]]":
    """The texts in order, in as few groups as hold at most so many tokens, or one text each."""
    if most is None:
        return [texts]
    groups: list[Sequence[TokenizedText]] = []
    begin, longest = 0, 0
    for at, text in enumerate(texts):
        longest = max(longest, len(text.ids))
        if at > begin and (at + 1 - begin) * longest > most:
            groups.append(texts[begin:at])
            begin, longest = at, len(text.ids)
    groups.append(texts[begin:])
    return groups


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

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
# Of them padding: a pass costs as much as some forty tokens whatever it reads, so that a shorter
# one more is soon cheaper than padding. Ten languages' articles of law took a quarter less time.
CPU_PADDING = 64


def forward(
    loaded: LoadedModel, dictionaries: Mapping[int, Dictionary], texts: Sequence[TokenizedText]
) -> "dict[int, torch.Tensor]":
    """A forward pass over a batch: {layer: rows [non-padding tokens, d_in]}, as `rows_at`."""
    return rows_at(loaded, points_of(dictionaries), texts, all_of(texts))


def points_of(dictionaries: Mapping[int, Dictionary]) -> dict[int, HookPoint]:
    """Where each layer's dictionary reads."""
    return {layer: dictionary.point for layer, dictionary in dictionaries.items()}


def all_of(texts: Sequence[TokenizedText]) -> list[np.ndarray]:
    """All tokens of each text, as `rows_at` wants them."""
    return [np.ones(len(text.ids), dtype=bool) for text in texts]


def rows_at(
    loaded: LoadedModel,
    points: Mapping[int, HookPoint],
    texts: Sequence[TokenizedText],
    wanted: Sequence[np.ndarray],
) -> "dict[int, torch.Tensor]":
    """A forward pass over a batch: {key: rows [wanted tokens, width]}.

    wanted: for each text bool [tokens]. Rows: text after text, position ascending. Padding is
    selected away, never multiplied: it may hold NaN. The pass has no LM head and stops behind the
    last point that is read. On a processor it is several passes, each over as many texts as it does
    best.
    """
    import torch

    # A pass over texts without a token would be one over nothing.
    filled = [at for at, text in enumerate(texts) if len(text.ids)] or list(range(len(texts)))
    groups = _groups([len(texts[at].ids) for at in filled], loaded.device)
    passes = [
        one_pass(
            loaded, points, [texts[at] for at in filled[own]], [wanted[at] for at in filled[own]]
        )
        for own in groups
    ]
    if len(passes) == 1:
        return passes[0]
    return {key: torch.cat([rows[key] for rows in passes]) for key in points}


def _groups(lengths: Sequence[int], device: "torch.device") -> list[slice]:
    """Which texts, in their order, share a pass."""
    if device.type != "cpu":
        return [slice(0, len(lengths))]
    groups: list[slice] = []
    begin, longest, tokens = 0, 0, 0
    for at, length in enumerate(lengths):
        longest, tokens = max(longest, length), tokens + length
        padded = (at + 1 - begin) * longest
        if at > begin and (padded > CPU_TOKENS or padded - tokens > CPU_PADDING):
            groups.append(slice(begin, at))
            begin, longest, tokens = at, length, length
    groups.append(slice(begin, len(lengths)))
    return groups


def one_pass(
    loaded: LoadedModel,
    points: Mapping[int, HookPoint],
    texts: Sequence[TokenizedText],
    wanted: Sequence[np.ndarray],
) -> "dict[int, torch.Tensor]":
    """The same in one pass, however much of it is padding."""
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

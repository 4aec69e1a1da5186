"""The `hidden_sums` job: what blocks put out, summed over the tokens of each text.

Sums per text only: means over texts and their differences are formed in TypeScript.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from vscore_engine.activations import rows_at
from vscore_engine.errors import EngineError
from vscore_engine.frames import Array
from vscore_engine.hook_points import HookPoint
from vscore_engine.passes import shards_of, texts_of, within_memory
from vscore_engine.steer_settings import Bench, refuse_layers
from vscore_engine.tokens import FIRST_POSITION, SPECIAL_TOKEN, TokenizedText


def hidden_sums(bench: Bench) -> int:
    """Send, shard by shard, the sums over tokens of what blocks put out.

    Parameters: `texts` (a name), `shards`, `layers`, `special_tokens` and `first_token` (keep or
    drop). Frames "hidden": `text` U32[T], `tokens` U32[T] (that count), `layer.<L>` F64[T, d].
    """
    asked = bench.job.params
    texts, layers = bench.texts(asked["texts"]), [int(layer) for layer in asked["layers"]]
    refuse_layers(layers, bench.loaded)
    points = {layer: HookPoint(layer, "", "output") for layer in layers}
    total, done = texts_of(bench.job), 0
    for shard, own in shards_of(bench.job, texts):
        counts = [counted(text, asked) for text in own]

        def read(
            own: Sequence[TokenizedText] = own, counts: Sequence[np.ndarray] = counts
        ) -> dict[int, torch.Tensor]:
            return rows_at(bench.loaded, points, own, counts)

        rows = within_memory(bench.loaded, shard, read)
        tokens = np.array([count.sum() for count in counts], dtype=np.uint32)
        tensors: list[tuple[str, Array | bytes]] = [
            ("text", np.array(shard["texts"], dtype=np.uint32)),
            ("tokens", tokens),
        ]
        owner = torch.from_numpy(np.repeat(np.arange(len(own)), tokens))
        for layer, values in rows.items():
            tensors.append((f"layer.{layer}", _sums(values, owner, len(own), layer)))
        bench.sender.send("result", {"name": "hidden"}, tensors)
        done += len(own)
        bench.tell("means of hidden states", done, total)
    return done


def counted(text: TokenizedText, rule: Mapping[str, Any]) -> np.ndarray:
    """bool [tokens]: which count under `special_tokens` and `first_token` (keep or drop)."""
    counts = np.ones(len(text.role), dtype=bool)
    if rule["special_tokens"] == "drop":
        counts &= (text.role & SPECIAL_TOKEN) == 0
    if rule["first_token"] == "drop":
        counts &= (text.role & FIRST_POSITION) == 0
    return counts


def _sums(rows: torch.Tensor, owner: torch.Tensor, texts: int, layer: int) -> np.ndarray:
    """Rows [n, d] of texts `owner` [n] -> f64 [texts, d]."""
    wide = rows.cpu().double()
    if not bool(torch.isfinite(wide).all()):
        raise EngineError(
            "nan",
            f"The hidden states behind layer {layer} hold NaN or infinity. Finite numbers were "
            "expected. Try --dtype float32, and check the model's weights.",
        )
    sums = torch.zeros((texts, wide.shape[1]), dtype=torch.float64)
    return sums.index_add_(0, owner, wide).numpy()

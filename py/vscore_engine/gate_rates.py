"""The `gate_rates` job: how far gates would be open on the tokens of texts."""

from collections.abc import Sequence

import numpy as np
import torch

from vscore_engine.activations import forward
from vscore_engine.frames import Array
from vscore_engine.passes import shards_of, texts_of, within_memory
from vscore_engine.steer_settings import Bench, gate_of
from vscore_engine.tokens import TokenizedText


def gate_rates(bench: Bench) -> int:
    """Send, shard by shard, how far gates would be open, unsteered.

    Parameters: `texts` (a name), `shards`, `gates` ([{"layer", "gate"}], G of them, each "gate" as
    of `gate_of`). Frames "gates": `text` U32[T], `tokens` U32[T] (neither special nor at the first
    position), `open` F64[G, T]: a gate's openings summed over these tokens; of one that is either
    open or shut, on how many it is open.
    """
    asked = bench.job.params
    texts = bench.texts(asked["texts"])
    gates = [
        (int(entry["layer"]), gate_of(bench, int(entry["layer"]), entry["gate"]))
        for entry in asked["gates"]
    ]
    layers = {layer: bench.dictionary(layer) for layer, _ in gates}
    total, done = texts_of(bench.job), 0
    for shard, own in shards_of(bench.job, texts):

        def read(own: Sequence[TokenizedText] = own) -> dict[int, torch.Tensor]:
            return forward(bench.loaded, layers, own)

        rows = within_memory(bench.loaded, shard, read)
        counts = np.concatenate([text.role == 0 for text in own])
        owner = np.repeat(np.arange(len(own)), [len(text.ids) for text in own])[counts]
        chosen = torch.from_numpy(counts).to(bench.loaded.device)
        openings = np.zeros((len(gates), len(own)))
        for number, (layer, gate) in enumerate(gates):
            share = gate.opening(rows[layer][chosen]).cpu().numpy()
            openings[number] = np.bincount(owner, weights=share, minlength=len(own))
        tensors: list[tuple[str, Array | bytes]] = [
            ("text", np.array(shard["texts"], dtype=np.uint32)),
            ("tokens", np.bincount(owner, minlength=len(own)).astype(np.uint32)),
            ("open", openings),
        ]
        bench.sender.send("result", {"name": "gates"}, tensors)
        done += len(own)
        bench.tell("gates", done, total)
    return done

"""The `gate_rates` job: on how many tokens of texts a gate would be open."""

from collections.abc import Sequence

import numpy as np
import torch

from vscore_engine.activations import forward
from vscore_engine.frames import Array
from vscore_engine.passes import shards_of, texts_of, within_memory
from vscore_engine.steer_settings import Bench
from vscore_engine.steering import FeatureGate
from vscore_engine.tokens import TokenizedText


def gate_rates(bench: Bench) -> int:
    """Send, shard by shard, on how many tokens features are above a threshold, unsteered.

    Parameters: `texts` (a name), `shards`, `gates` ([{"layer", "features"}], G of them),
    `threshold`. Frames "gates": `text` U32[T], `tokens` U32[T] (neither special nor at the first
    position), `open` U32[G, T].
    """
    asked = bench.job.params
    texts = bench.texts(asked["texts"])
    gates = [
        (int(entry["layer"]), tuple(int(feature) for feature in entry["features"]))
        for entry in asked["gates"]
    ]
    layers = {layer: bench.dictionary(layer) for layer, _ in gates}
    threshold = float(asked["threshold"])
    total, done = texts_of(bench.job), 0
    for shard, own in shards_of(bench.job, texts):

        def read(own: Sequence[TokenizedText] = own) -> dict[int, torch.Tensor]:
            return forward(bench.loaded, layers, own)

        rows = within_memory(bench.loaded, shard, read)
        counts = np.concatenate([text.role == 0 for text in own])
        owner = np.repeat(np.arange(len(own)), [len(text.ids) for text in own])[counts]
        chosen = torch.from_numpy(counts).to(bench.loaded.device)
        fired = np.zeros((len(gates), len(own)), dtype=np.uint32)
        for number, (layer, features) in enumerate(gates):
            gate = FeatureGate(layers[layer], features, threshold)
            is_open = gate.opening(rows[layer][chosen]).cpu().numpy()
            fired[number] = np.bincount(owner, weights=is_open, minlength=len(own))
        tensors: list[tuple[str, Array | bytes]] = [
            ("text", np.array(shard["texts"], dtype=np.uint32)),
            ("tokens", np.bincount(owner, minlength=len(own)).astype(np.uint32)),
            ("open", fired),
        ]
        bench.sender.send("result", {"name": "gates"}, tensors)
        done += len(own)
        bench.tell("gates", done, total)
    return done

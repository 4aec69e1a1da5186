"""The `learn_gate` job: a gate that is trained to steer where it helps and not where it harms."""

from collections.abc import Callable, Sequence

import numpy as np
import torch

from vscore_engine.errors import EngineError
from vscore_engine.frames import result
from vscore_engine.identification import behind, label_ids
from vscore_engine.losses import predict
from vscore_engine.passes import within_memory
from vscore_engine.steer_settings import Bench, Setting, bank_of, refuse_layers
from vscore_engine.steering import LearnedGate, SteeredLayer, refuse_later
from vscore_engine.tokens import SPECIAL_TOKEN, TokenizedText


def learn_gate(bench: Bench) -> int:
    """Train w and b of g = sigmoid(w . a + b) at one layer, and send the result "gate".

    Loss, as in the steering repository: mean over prompts of -log p(first token of the label), plus
    `collateral_weight` times the mean over texts of their mean loss per token. Start: w = 0, b = 0,
    hence g = .5; Adam, `learning_rate`, `epochs`. Each batch is differentiated by itself, so that
    memory hangs on its size and not on how many texts there are.

    Parameters: `prompts` (a name), `prompt_shards`, `label`; `collateral` ([{"texts", "shards"}]);
    `layer`, `features`, `vector`, `bank`, `alpha`, `positions`. Result: {"weight", "bias",
    "losses"}, the loss before each epoch and behind the last.
    """
    asked, loaded = bench.job.params, bench.loaded
    layer = int(asked["layer"])
    refuse_layers([layer], loaded)
    dictionary = bench.dictionary(layer)
    refuse_later(layer, dictionary)
    features = tuple(int(feature) for feature in asked["features"])
    weight = torch.zeros(len(features), device=loaded.device, requires_grad=True)
    bias = torch.zeros((), device=loaded.device, requires_grad=True)
    alpha = float(asked["alpha"])
    vector = bank_of(bench)[str(asked["vector"])] * alpha
    gate = LearnedGate(dictionary, features, weight, bias)
    setting = Setting(alpha, (SteeredLayer(layer, vector, gate),), str(asked["positions"]))
    batches = _batches(bench)

    def losses(backward: bool) -> float:
        total = 0.0
        for share, texts, wanted in batches:
            bench.job.check_cancelled()

            def read(
                texts: Sequence[TokenizedText] = texts,
                wanted: Sequence[np.ndarray] = wanted,
                share: float = share,
            ) -> float:
                with setting.over(loaded, texts):
                    found, owner = predict(loaded, texts, wanted)
                # Of each text its mean; the shares make these the mean over all texts.
                counts = np.bincount(owner, minlength=len(texts)).clip(1)
                weights = torch.from_numpy(share / counts[owner]).to(found)
                loss = (found * weights).sum()
                if backward:
                    loss.backward()
                return float(loss)

            total += within_memory(loaded, {"shard": 0, "texts": texts}, read)
        if not np.isfinite(total):
            raise EngineError(
                "request",
                f"The loss of the gate at layer {layer} is NaN or infinity. Finite numbers were "
                "expected. Lower --learned-lr or --learned-collateral-weight.",
            )
        return total

    history = _descend([weight, bias], losses, bench)
    result(
        bench.sender,
        "gate",
        {"weight": weight.tolist(), "bias": float(bias), "losses": history},
    )
    return 0


def _descend(
    parameters: Sequence[torch.Tensor], losses: Callable[[bool], float], bench: Bench
) -> list[float]:
    asked = bench.job.params
    epochs = int(asked["epochs"])
    optimizer = torch.optim.Adam(parameters, lr=float(asked["learning_rate"]))
    history = []
    for epoch in range(epochs):
        optimizer.zero_grad()
        history.append(losses(True))
        optimizer.step()
        bench.tell(f"gate of layer {asked['layer']}", epoch + 1, epochs)
    with torch.no_grad():
        history.append(losses(False))
    return history


# A text's share of the loss, a batch of texts, and for each which tokens are scored.
Batch = tuple[float, list[TokenizedText], list[np.ndarray]]


def _batches(bench: Bench) -> list[Batch]:
    asked = bench.job.params
    label = label_ids(bench.loaded, str(asked["label"]))[:1]
    prompts = bench.texts(asked["prompts"])
    found: list[Batch] = []
    for shard in asked["prompt_shards"]:
        rows = [behind(prompts[int(index)], label) for index in shard["texts"]]
        last = [np.arange(len(row.ids)) == len(row.ids) - 1 for row in rows]
        found.append((1 / len(prompts), rows, last))
    weight = float(asked["collateral_weight"])
    count = sum(len(shard["texts"]) for each in asked["collateral"] for shard in each["shards"])
    for each in asked["collateral"]:
        texts = bench.texts(each["texts"])
        for shard in each["shards"]:
            rows = [texts[int(index)] for index in shard["texts"]]
            plain = [(row.role & SPECIAL_TOKEN) == 0 for row in rows]
            found.append((weight / count, rows, plain))
    return found

"""What ablation does to the demo's predictions, language by language."""

from statistics import mean, median
from typing import Any

import torch
from torch import Tensor

from demo.artefacts import LAYER, SEED, Demo, sample
from demo.interventions import cross_entropy, without_span
from demo.measures import projection

ABLATION_TEXTS = 24  # per language


def ablation(demo: Demo, features: dict[str, list[int]]) -> dict[str, Any]:
    """Rise of the cross-entropy (nats per token) when the span of two decoder rows is projected
    out of the residual stream after block `LAYER`, on the language itself and on each other."""
    decoder = demo.saes[LAYER].W_dec.detach()
    texts = {code: sample(demo.devtest[code], ABLATION_TEXTS) for code in demo.languages}

    def losses(pair: Tensor | None) -> dict[str, float]:
        edit = None if pair is None else without_span(projection(pair))
        return {
            code: cross_entropy(demo.model, demo.tokenizer, own, LAYER, edit)
            for code, own in texts.items()
        }

    base = losses(None)
    generator = torch.Generator().manual_seed(SEED)
    rows = {}
    for code in demo.languages:
        after = losses(decoder[features[code]])
        rises = {other: after[other] - base[other] for other in demo.languages}
        others = {other: rise for other, rise in rises.items() if other != code}
        pair = decoder[torch.randperm(len(decoder), generator=generator)[:2]]
        control = without_span(projection(pair))
        chance = cross_entropy(demo.model, demo.tokenizer, texts[code], LAYER, control)
        worst = max(others, key=lambda other: others[other])
        rows[code] = {
            "cross_entropy": base[code],
            "own_rise": rises[code],
            "others_mean_rise": mean(others.values()),
            "others_max_rise": others[worst],
            "others_max_language": worst,
            "two_random_features_rise": chance - base[code],
            "ratio": rises[code] / max(mean(others.values()), 1e-3),
        }
    return {
        "how": f"span projection h - Q Q^T h after block {LAYER}, two decoder rows",
        "median_ratio": median(row["ratio"] for row in rows.values()),
        "median_own_rise": median(row["own_rise"] for row in rows.values()),
        "median_two_random_features_rise": median(
            row["two_random_features_rise"] for row in rows.values()
        ),
        "languages": rows,
    }

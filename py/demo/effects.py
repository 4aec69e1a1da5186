"""What ablating and steering do to the demo's predictions, language by language."""

from statistics import mean, median
from typing import Any

import torch
from torch import Tensor

from demo.artefacts import LAYER, SEED, Demo, sample
from demo.identify import is_identifiable, is_in_language
from demo.interventions import continuations, cross_entropy, prompt_of, without_span
from demo.measures import projection

ABLATION_TEXTS = 24  # per language
PROMPTS = 6  # per language
STRONGER = 1.5  # the other strength that steering is tried with


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


@torch.no_grad()
def steering(demo: Demo, features: dict[str, list[int]]) -> dict[str, Any]:
    """Share of continuations in the target language when mean(target) - mean(source) is added
    after block `LAYER`, over all pairs of languages that can be told apart offline."""
    sae = demo.saes[LAYER]
    codes = [code for code in demo.languages if is_identifiable(code)]
    centre = {code: demo.streams["dev"][code][LAYER].mean(0) for code in codes}
    prompts = [
        (code, prompt_of(text)) for code in codes for text in sample(demo.devtest[code], PROMPTS)
    ]
    sources, texts = [code for code, _ in prompts], [text for _, text in prompts]
    gates = torch.tensor([features[code] for code in sources])  # [prompts, 2]
    generator = torch.Generator().manual_seed(SEED)

    def source_feature_fires(hidden: Tensor) -> Tensor:
        coded = sae.encode(hidden)  # [prompts, position, features]
        index = gates.unsqueeze(1).expand(-1, coded.shape[1], -1)
        return coded.gather(-1, index).gt(0).any(-1)

    def run(vectors: Tensor | None, gate: Any = None) -> list[str]:
        return continuations(demo.model, demo.tokenizer, texts, LAYER, vectors, gate)

    def share(outputs: list[str], target: str) -> float:
        hits = [
            is_in_language(output, target)
            for output, source in zip(outputs, sources, strict=True)
            if source != target
        ]
        return mean(hits)

    plain = run(None)
    stays = {
        code: mean(
            is_in_language(o, code) for o, s in zip(plain, sources, strict=True) if s == code
        )
        for code in codes
    }
    rows = {}
    for target in codes:
        vectors = torch.stack([centre[target] - centre[source] for source in sources])
        noise = torch.randn(vectors.shape, generator=generator)
        noise *= vectors.norm(dim=1, keepdim=True) / noise.norm(dim=1, keepdim=True)
        rows[target] = {
            "steered": share(run(vectors), target),
            "steered_stronger": share(run(STRONGER * vectors), target),
            "unsteered": share(plain, target),
            "gated_by_source_features": share(run(vectors, source_feature_fires), target),
            "random_vector": share(run(noise), target),
            "unsteered_stays_in_own_language": stays[target],
        }
    names = (
        "steered",
        "steered_stronger",
        "unsteered",
        "gated_by_source_features",
        "random_vector",
    )
    return {
        "how": f"mean(target) - mean(source), alpha 1 (stronger: {STRONGER}), after block {LAYER}, "
        f"every position; {PROMPTS} prompts a language, greedy, 24 tokens",
        **{f"mean_{name}": mean(row[name] for row in rows.values()) for name in names},
        "mean_unsteered_stays_in_own_language": mean(stays.values()),
        "languages": rows,
    }

"""Measure the demo: how well features find their language, what ablation and steering do.

Features, steering vectors and where to steer come from `dev` texts, numbers from `devtest`: manuals
where a language has them, else the articles of the Declaration that were never trained on.

    python py/demo/evaluate.py [--out DIR]
"""

import argparse
import json
import os
import sys
from pathlib import Path
from statistics import mean
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as in train.py

import torch
from torch import Tensor

from demo.artefacts import LAYER, SEED, Demo, load, sample
from demo.capture import Capture, batches, block
from demo.card import update_card
from demo.effects import ablation
from demo.languages import LANGUAGES
from demo.measures import auroc, top_features
from demo.progress import say
from demo.steering import steering
from demo.text import DEMO


@torch.no_grad()
def detection(demo: Demo, layer: int, chosen_on: str, texts: str) -> dict[str, Any]:
    """Per language: its top feature, that feature's token AUROC, and where it fires."""
    sae = demo.saes[layer]
    means = torch.stack([sae.encode(s).mean(0) for s in demo.stream(chosen_on, layer)])
    tops = top_features(means, 2)
    streams = demo.stream(texts, layer)
    coded = [sae.encode(stream) for stream in streams]
    generator = torch.Generator().manual_seed(SEED)
    direction = torch.randn(streams[0].shape[1], generator=generator)
    rows = {}
    for i, code in enumerate(demo.languages):
        feature = int(tops[i, 0])
        others = torch.cat([c[:, feature] for j, c in enumerate(coded) if j != i])
        by_chance = torch.cat([s @ direction for j, s in enumerate(streams) if j != i])
        rows[code] = {
            "features": tops[i].tolist(),
            "token_auroc": auroc(coded[i][:, feature], others),
            "fires_on_own": float((coded[i][:, feature] > 0).float().mean()),
            "fires_on_others": float((others > 0).float().mean()),
            "random_direction_auroc": auroc(streams[i] @ direction, by_chance),
        }
    numbers = [row["token_auroc"] for row in rows.values()]
    return {
        "mean_token_auroc": mean(numbers),
        "distinct_top_features": len({row["features"][0] for row in rows.values()}),
        "mean_fires_on_own": mean(row["fires_on_own"] for row in rows.values()),
        "mean_fires_on_others": mean(row["fires_on_others"] for row in rows.values()),
        "mean_random_direction_auroc": mean(r["random_direction_auroc"] for r in rows.values()),
        "languages": rows,
    }


@torch.no_grad()
def reconstruction(demo: Demo) -> dict[str, Any]:
    """Explained variance and active features per token of every dictionary."""
    found = {}
    for layer, sae in demo.saes.items():
        values = torch.cat(demo.stream("devtest", layer))
        coded = sae.encode(values)
        found[f"saes/layer_{layer}"] = _quality(values, sae.decode(coded), coded)
    mlp = block(demo.model, LAYER).get_submodule("mlp")
    inputs, outputs = [], []
    for code in demo.languages:
        for ids, mask, _chosen in batches(demo.tokenizer, sample(demo.devtest[code], 40)):
            with Capture({mlp: ("in", "out")}) as capture:
                demo.model.model(input_ids=ids, attention_mask=mask, use_cache=False)
            counted = mask.bool()
            counted[:, 0] = False  # <bos>
            inputs.append(capture.values["in"][counted])
            outputs.append(capture.values["out"][counted])
    coded = demo.transcoder.encode(torch.cat(inputs))
    quality = _quality(torch.cat(outputs), demo.transcoder.decode(coded), coded)
    found[f"transcoders/layer_{LAYER}"] = quality
    return found


def _quality(target: Tensor, output: Tensor, coded: Tensor) -> dict[str, float]:
    error = (target - output).pow(2).sum() / (target - target.mean(0)).pow(2).sum()
    return {
        "explained_variance": 1 - float(error),
        "active_per_token": float((coded > 0).float().sum(-1).mean()),
        "never_active": int((coded > 0).sum(0).eq(0).sum()),
    }


def _features(layer: dict[str, Any]) -> dict[str, list[int]]:
    return {code: row["features"] for code, row in layer["languages"].items()}


def evaluate(folder: Path) -> dict[str, Any]:
    """All measurements of the artefacts in a folder; texts are always those of the repository."""
    torch.manual_seed(SEED)
    demo = load(folder)
    found: dict[str, Any] = {
        "texts": {
            code: "manuals" if LANGUAGES[code].has_manuals else "udhr" for code in demo.languages
        },
        "detection": {f"layer_{n}": detection(demo, n, "dev", "devtest") for n in demo.saes},
        "detection_udhr_layer_2": detection(demo, LAYER, "dev", "udhr"),
        "reconstruction": reconstruction(demo),
    }
    layer = found["detection"][f"layer_{LAYER}"]
    say(f"token AUROC, layer {LAYER}: {layer['mean_token_auroc']:.3f}")
    features = {n: _features(found["detection"][f"layer_{n}"]) for n in demo.saes}
    found["ablation"] = ablation(demo, features[LAYER])
    say(f"ablation, own / others, median: {found['ablation']['median_ratio']:.1f}")
    found["steering"] = steering(demo, features)
    say(f"steered into the target language: {found['steering']['mean_steered']:.3f}")
    return found


def write_evaluation(found: dict[str, Any], folder: Path) -> None:
    """evaluation.json with four decimals, and the same numbers in the card beside it."""

    def rounded(value: Any) -> Any:
        if isinstance(value, float):
            return round(value, 4)
        if isinstance(value, dict):
            return {key: rounded(inner) for key, inner in value.items()}
        return value

    (folder / "evaluation.json").write_text(json.dumps(rounded(found), indent=2) + "\n", "utf-8")
    update_card(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the demo model.")
    parser.add_argument("--out", type=Path, default=DEMO, help="folder with the artefacts")
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    write_evaluation(evaluate(arguments.out), arguments.out)


if __name__ == "__main__":
    main()

"""Reads a run's v-scores into torch tensors. The steering repository imports exactly this module.

It stands two levels above a run (`<here>/v_score_runs/<run>/`) and needs nothing but torch.
"""

import json
from pathlib import Path
from typing import Any

import torch


class RunMeta(dict[str, Any]):
    """A run's `meta.json`, its fields as items and as attributes: `meta.languages`."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            known = ", ".join(self)
            raise AttributeError(f"meta.json has no {name!r}; it has: {known}") from None


def load_v_score_run(run_dir: str | Path) -> tuple[RunMeta, dict[int, dict[str, torch.Tensor]]]:
    """Load a run.

    Returns (meta, layers): `layers[10]["top_index_per_lan"]` is int64 [K, F], the features of each
    language by falling v-score, and `layers[10]["top_values_per_lan"]` float32 [K, F], their
    v-scores. Rows are in the order of `meta.languages`.

    Raises FileNotFoundError for a run that is not finished, ValueError for files that do not fit.
    """
    folder = Path(run_dir)
    meta_file, scores_file = folder / "meta.json", folder / "v_scores.pt"
    for file in (meta_file, scores_file):
        if not file.is_file():
            raise FileNotFoundError(f"{file} is missing: {folder} is not a finished run")
    meta = RunMeta(json.loads(meta_file.read_text(encoding="utf-8")))
    stored = torch.load(scores_file, map_location="cpu", weights_only=True)
    if not isinstance(stored, dict) or not isinstance(stored.get("layers"), dict):
        raise ValueError(f'{scores_file} holds no "layers": it was not written by a v-score tool')
    layers: dict[int, dict[str, torch.Tensor]] = {}
    for layer, tensors in stored["layers"].items():
        rows = len(tensors["top_index_per_lan"])
        if rows != len(meta["languages"]):
            raise ValueError(
                f"{scores_file}: layer {layer} has {rows} rows, "
                f"meta.json has {len(meta['languages'])} languages"
            )
        layers[int(layer)] = tensors
    return meta, layers

"""`score.py` and the original's module name, as the companion repositories use them."""

import json
import os
import sys
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "py"))

from score import load_v_score_run  # noqa: E402

import compute_v_scores  # noqa: E402


def write_run(folder, rows=2, **meta):
    tensors = {
        "top_index_per_lan": torch.tensor([[2, 0, 1]] * rows),
        "top_values_per_lan": torch.tensor([[0.5, 0.0, -1.0]] * rows),
    }
    torch.save({"layers": {"10": tensors, "2": tensors}}, folder / "v_scores.pt")
    (folder / "meta.json").write_text(json.dumps({"languages": ["eng_Latn", "fra_Latn"], **meta}))


def test_layers_are_int_and_meta_answers_by_attribute_and_by_key(tmp_path):
    write_run(tmp_path, model="custom")
    meta, layers = load_v_score_run(str(tmp_path))
    assert meta.languages == meta["languages"] == ["eng_Latn", "fra_Latn"]
    assert meta.model == "custom"
    assert list(layers) == [10, 2]
    assert layers[10]["top_index_per_lan"].dtype == torch.int64
    assert layers[10]["top_values_per_lan"].dtype == torch.float32
    assert not hasattr(meta, "layers_of_cake")


def test_a_run_that_is_not_finished_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"meta\.json is missing"):
        load_v_score_run(tmp_path)


def test_files_that_do_not_fit_are_refused(tmp_path):
    write_run(tmp_path, rows=3)
    with pytest.raises(ValueError, match=r"3 rows, meta\.json has 2 languages"):
        load_v_score_run(tmp_path)
    torch.save({"scores": 1}, tmp_path / "v_scores.pt")
    with pytest.raises(ValueError, match='holds no "layers"'):
        load_v_score_run(tmp_path)


def test_the_original_module_re_exports_the_loader():
    assert compute_v_scores.load_v_score_run is load_v_score_run


def test_compute_is_handed_on_to_the_command(monkeypatch, tmp_path):
    seen = []
    monkeypatch.setattr(os, "execv", lambda command, arguments: seen.append((command, arguments)))
    monkeypatch.setattr(compute_v_scores, "ROOT", tmp_path)
    assert compute_v_scores.main(["compute"]) == 3
    command = tmp_path / "node_modules" / ".bin" / "vscore"
    command.parent.mkdir(parents=True)
    command.touch()
    compute_v_scores.main(["compute", "--model", "demo"])
    assert seen == [(command, [str(command), "compute", "--model", "demo"])]

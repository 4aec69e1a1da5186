"""Vectors and gates in `.pt` files, as the steering repository's own readers take them."""

import os
import pickle

import pytest
import torch
from safetensors.torch import load_file, save_file

from pickled_calls import Calls
from vscore_engine.errors import EngineError
from vscore_engine.steering_files import read_bank, write_bank, write_gates

METADATA = {"model_name": "gemma-2-2b", "train_n": 100, "layers": [20, 3], "source_lang": "fr"}
VECTORS = {20: torch.linspace(-1, 1, 6), 3: torch.ones(6)}


@pytest.fixture
def bank(tmp_path):
    source, target = tmp_path / "bank.safetensors", tmp_path / "sv.pt"
    save_file({f"layer.{layer}": vector for layer, vector in VECTORS.items()}, source)
    write_bank(source, target, METADATA)
    return target


def test_a_bank_is_what_the_repository_reads_and_comes_back_to_the_last_bit(bank, tmp_path):
    content = torch.load(bank, weights_only=True)
    assert content["metadata"] == METADATA
    assert list(content["sv_bank"]) == [3, 20]
    assert all(torch.equal(content["sv_bank"][layer], VECTORS[layer]) for layer in VECTORS)
    again = tmp_path / "again.safetensors"
    assert read_bank(bank, again, "sv.pt") == {"metadata": METADATA, "layers": [3, 20]}
    assert all(torch.equal(load_file(again)[f"layer.{at}"], VECTORS[at]) for at in VECTORS)


def test_the_same_vectors_give_the_same_bytes_under_any_name(bank, tmp_path):
    write_bank(tmp_path / "bank.safetensors", tmp_path / "other.pt", METADATA)
    assert (tmp_path / "other.pt").read_bytes() == bank.read_bytes()


def test_a_bare_dictionary_and_half_precision_are_read_too(tmp_path):
    source, target = tmp_path / "bare.pt", tmp_path / "bare.safetensors"
    torch.save({20: torch.ones(4, dtype=torch.bfloat16)}, source)
    assert read_bank(source, target, "bare.pt") == {"metadata": None, "layers": [20]}
    assert load_file(target)["layer.20"].dtype == torch.float32


def test_vectors_that_carry_gradients_are_read(tmp_path):
    source, target = tmp_path / "trained.pt", tmp_path / "trained.safetensors"
    torch.save({"sv_bank": {1: torch.ones(2, requires_grad=True)}}, source)
    assert read_bank(source, target, "trained.pt")["layers"] == [1]
    assert load_file(target)["layer.1"].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (["a"], "no dictionary"),
        ({"sv_bank": {}}, "no vectors"),
        ({"sv_bank": {"x": torch.ones(2)}}, "not the number"),
        ({"sv_bank": {1: torch.ones(2, 2)}}, "one vector"),
        ({"sv_bank": {1: 3.0}}, "one vector"),
        ({"sv_bank": {1: torch.tensor([1.0, float("nan")])}}, "finite"),
        ({"sv_bank": {1: torch.tensor([1, 2])}}, "one vector"),
        ({"sv_bank": {1: torch.tensor([1e300], dtype=torch.float64)}}, "finite"),
        ({"sv_bank": {1: torch.ones(2), "1": torch.zeros(2)}}, "^odd.pt holds .* layer 1 twice"),
        ({"sv_bank": {"9" * 5000: torch.ones(2)}}, "not the number"),
    ],
)
def test_what_is_no_bank_is_refused(tmp_path, content, reason):
    source = tmp_path / "odd.pt"
    torch.save(content, source)
    with pytest.raises(EngineError, match=reason):
        read_bank(source, tmp_path / "out.safetensors", "odd.pt")


def test_code_in_a_file_is_not_run(tmp_path):
    marker, source = tmp_path / "ran", tmp_path / "code.pt"
    torch.save({"sv_bank": {1: Calls(os.mkdir, str(marker))}}, source, pickle_module=pickle)
    with pytest.raises(EngineError, match="more than tensors"):
        read_bank(source, tmp_path / "out.safetensors", "odd.pt")
    assert not marker.exists()


def test_learned_gates_have_the_repositorys_keys(tmp_path):
    target = tmp_path / "gates.pt"
    gate = {"features": [7, 9], "weight": [0.5, -1.0], "bias": 0.25}
    write_gates(target, {"20": gate}, {"base_layer": 20})
    content = torch.load(target, weights_only=True)
    assert content["metadata"] == {"base_layer": 20}
    own = content["learned_gate_bank"][20]
    assert own["feature_indices"] == [7, 9]
    assert own["weight"].tolist() == [0.5, -1.0]
    assert own["bias"] == 0.25

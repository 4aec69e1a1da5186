"""What a machine has, also where something on it is broken."""

import json
import random
import string
import sys

import pytest
from huggingface_hub import constants

from vscore_engine import doctor
from vscore_engine.hub_cache import Repository, has_weights

COMMIT = "0123456789abcdef0123456789abcdef01234567"
GPT2 = {
    "name": "gpt2",
    "model_id": "openai-community/gpt2",
    "release": "gpt2-small-res-jb",
    "ids": ["blocks.0.hook_resid_pre", "blocks.11.hook_resid_pre"],
    "languages": ["eng_Latn", "fra_Latn"],
    "split": "dev",
}


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache, and a way to put files of a repository's newest commit into it."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))

    def put(folder, *names, content="{}"):
        base = tmp_path / "hub" / folder
        (base / "refs").mkdir(parents=True, exist_ok=True)
        (base / "refs" / "main").write_text(COMMIT)
        for name in names:
            file = base / "snapshots" / COMMIT / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)

    return put


def cached(preset=GPT2):
    (found,) = doctor.examine([preset])["presets"]  # type: ignore[misc]
    return [found[part] for part in ("model", "dictionaries", "languages")]


def test_how_much_of_a_preset_is_there(cache):
    assert cached() == [[0, 1], [0, 2], [0, 2]]
    repository = "models--jbloom--GPT2-Small-SAEs-Reformatted"
    cache(repository, "blocks.0.hook_resid_pre/cfg.json")
    assert cached()[1] == [0, 2]
    cache(repository, "blocks.0.hook_resid_pre/sae_weights.safetensors")
    cache("datasets--openlanguagedata--flores_plus", "dev/fra_Latn.jsonl", "devtest/eng_Latn.jsonl")
    cache("models--openai-community--gpt2", "config.json", "model.safetensors")
    assert cached() == [[1, 1], [1, 2], [1, 2]]


def test_weights_are_there_when_every_part_is(cache):
    model = Repository("a/b", "model", "a/b")
    parts = ["model-1.safetensors", "model-2.safetensors"]
    index = json.dumps({"weight_map": {"x": parts[0], "y": parts[1]}})
    assert not has_weights(model, None)
    cache("models--a--b", "config.json")
    assert not has_weights(model, COMMIT)
    cache("models--a--b", "model.safetensors.index.json", content=index)
    cache("models--a--b", parts[0])
    assert not has_weights(model, COMMIT)
    cache("models--a--b", parts[1])
    assert has_weights(model, COMMIT)
    cache("models--a--b", "model.safetensors.index.json", content="{broken")
    assert not has_weights(model, COMMIT)


@pytest.mark.parametrize("seed", range(5))
def test_a_token_is_never_told(seed, cache, monkeypatch, tmp_path):
    token = "hf_" + "".join(random.Random(seed).choices(string.ascii_letters, k=30))
    file = tmp_path / "token"
    file.write_text(token)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(file))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    told = doctor.examine([])
    assert told["hub"]["token"] == str(file)  # type: ignore[index]
    monkeypatch.setenv("HF_TOKEN", token)
    again = doctor.examine([])
    assert again["hub"]["token"] == "HF_TOKEN"  # type: ignore[index]
    assert token[3:] not in json.dumps([told, again])


def test_what_cannot_be_looked_at_hides_nothing_else(cache, monkeypatch):
    def broken(*arguments):
        raise RuntimeError("a card that hangs")

    monkeypatch.setattr(doctor, "_devices", broken)
    monkeypatch.setattr(doctor, "_hub", broken)
    monkeypatch.setattr(doctor, "_cached", broken)
    told = doctor.examine([GPT2])
    assert (told["devices"], told["hub"], told["presets"]) == ([], None, [])
    assert told["packages"]["torch"] is not None  # type: ignore[index]


def test_a_package_that_cannot_be_imported_is_told_by_its_own_name(cache, monkeypatch):
    told = doctor.examine([])
    assert told["packages"]["scikit-learn"] is not None  # type: ignore[index]
    assert told["imports"] == {"torch": None, "sae_lens": None, "scikit_learn": None}
    # As Python has a module that must not be imported.
    monkeypatch.setitem(sys.modules, "sklearn", None)
    told = doctor.examine([])
    assert told["imports"]["scikit_learn"].startswith("ModuleNotFoundError")  # type: ignore[index]

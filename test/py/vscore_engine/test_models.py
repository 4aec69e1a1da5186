"""Models of local folders, and of a Hub that cannot be asked."""

import pytest
import torch

from tiny_models import make_model, make_tokenizer
from vscore_engine.errors import EngineError
from vscore_engine.models import (
    ModelSource,
    folder_hash,
    load_config,
    load_model,
)

CPU = torch.device("cpu")


def local(path) -> ModelSource:
    return ModelSource("id", str(path), None, True)


def test_a_local_folder_is_loaded_for_inference(tiny):
    source = local(tiny / "model")
    assert load_config(source).model_type == "qwen3"
    loaded = load_model(source, CPU, torch.float32)
    assert not loaded.model.training
    assert not any(parameter.requires_grad for parameter in loaded.model.parameters())
    assert loaded.max_positions == 64
    assert loaded.text_model is loaded.model.model
    assert loaded.revision == folder_hash(tiny / "model")


def test_a_folder_that_is_no_model(tmp_path):
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(EngineError, match=r"no config\.json") as caught:
            load_config(local(path))
        assert caught.value.kind == "request"


def test_weights_that_are_not_safetensors_or_broken(tmp_path):
    make_model("gpt2").save_pretrained(tmp_path)
    make_tokenizer().save_pretrained(tmp_path)
    weights = tmp_path / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-50])
    with pytest.raises(EngineError, match="cannot be read") as caught:
        load_model(local(tmp_path), CPU, torch.float32)
    assert caught.value.kind == "request"
    weights.unlink()
    torch.save({}, tmp_path / "pytorch_model.bin")
    with pytest.raises(EngineError, match="cannot be read") as caught:
        load_model(local(tmp_path), CPU, torch.float32)
    assert caught.value.kind == "request"
    weights.write_bytes(whole)
    (tmp_path / "tokenizer.json").write_text("{")
    with pytest.raises(EngineError, match="cannot be read"):
        load_model(local(tmp_path), CPU, torch.float32)


def test_remote_code_is_never_run():
    for source in (local("x"), ModelSource("a/b", None, "abc", False)):
        assert source.arguments()["trust_remote_code"] is False
    assert ModelSource("a/b", None, "abc", True).arguments() == {
        "trust_remote_code": False,
        "revision": "abc",
        "local_files_only": True,
    }


def test_an_offline_model_that_is_not_cached_is_a_source(tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(EngineError, match="no-one/nothing") as caught:
        load_config(ModelSource("no-one/nothing", None, None, True))
    assert caught.value.kind == "source"


def test_the_hash_of_a_folder_sees_names_and_bytes(tmp_path):
    def fresh(name, files):
        for path, text in files.items():
            (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / path).write_text(text)
        return folder_hash(tmp_path / name)

    first = fresh("a", {"x": "1", "d/y": "2"})
    assert len(first) == len("sha256:") + 64
    assert fresh("b", {"d/y": "2", "x": "1"}) == first
    assert fresh("c", {"d/y": "2", "x": "1", ".cache/z": "3"}) == first
    others = [
        fresh("d", {"x": "1", "d/y": "3"}),
        fresh("e", {"x": "1", "y": "2"}),
        fresh("f", {"x": "12", "d/y": ""}),
    ]
    assert len({first, *others}) == 4

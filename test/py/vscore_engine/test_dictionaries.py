"""Dictionaries: found, checked against the model, loaded in float32."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from tiny_models import save_jumprelu, save_transcoder
from vscore_engine import hub
from vscore_engine.dictionaries import load_dictionary
from vscore_engine.dictionary_sources import (
    DictionarySource,
    at_block_output,
    check_exists,
    read_config,
    resolve,
)
from vscore_engine.errors import EngineError
from vscore_engine.hook_points import HookPoint

CPU = torch.device("cpu")
MODEL = SimpleNamespace(
    model_type="qwen3", hidden_size=32, num_attention_heads=4, head_dim=12, num_hidden_layers=4
)
POINT = HookPoint(1, "", "output")


def local(path, layer=1) -> DictionarySource:
    return DictionarySource(layer, "local", f"layer_{layer}", str(path))


def registered(release: str, sae_id: str) -> DictionarySource:
    return DictionarySource(0, release, sae_id, None)


def edit(folder, **changes):
    file = folder / "cfg.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


def test_a_local_dictionary(tmp_path):
    save_jumprelu(tmp_path, "blocks.1.hook_resid_post")
    source = local(tmp_path)
    check_exists(source)
    point = resolve(source, read_config(source), MODEL)
    assert point == POINT
    entry = load_dictionary(source, point, CPU)
    assert {parameter.dtype for parameter in entry.sae.parameters()} == {torch.float32}
    assert not any(parameter.requires_grad for parameter in entry.sae.parameters())
    assert entry.prepend_bos
    facts = entry.facts("qwen3")
    assert facts.pop("revision") == entry.revision
    assert str(entry.revision).startswith("sha256:")
    assert facts == {
        "layer": 1,
        "release": "local",
        "sae_id": "layer_1",
        "source": None,
        "architecture": "jumprelu",
        "d_in": 32,
        "d_sae": 64,
        "hook_name": "blocks.1.hook_resid_post",
        "hook_module": "model.layers.1 out",
        "normalize_activations": "none",
        "neuronpedia_id": None,
        "model_name": "tiny",
    }


def test_weights_stored_in_half_are_computed_in_float32(tmp_path):
    save_jumprelu(tmp_path, "blocks.1.hook_resid_post", dtype="float16")
    entry = load_dictionary(local(tmp_path), POINT, CPU)
    assert {parameter.dtype for parameter in entry.sae.parameters()} == {torch.float32}
    assert entry.encode(torch.randn(3, 32)).dtype == torch.float32


def test_a_local_transcoder(tmp_path):
    saved = save_transcoder(tmp_path, "blocks.2.mlp.hook_in")
    source = local(tmp_path, 2)
    point = resolve(source, read_config(source), MODEL)
    entry = load_dictionary(source, point, CPU)
    assert entry.facts("qwen3")["architecture"] == "transcoder"
    assert entry.facts("qwen3")["hook_module"] == "model.layers.2.mlp in"
    x = torch.randn(5, 32)
    torch.testing.assert_close(entry.encode(x), (x @ saved.W_enc + saved.b_enc).relu())


def test_a_missing_folder_names_its_neighbours(tmp_path):
    for layer in (1, 2):
        save_jumprelu(tmp_path / f"layer_{layer}", f"blocks.{layer}.hook_resid_post")
    with pytest.raises(EngineError, match="layer_1, layer_2") as caught:
        check_exists(local(tmp_path / "layer_9", 9))
    assert caught.value.kind == "request"
    with pytest.raises(EngineError, match="layer_1, layer_2"):
        check_exists(local(tmp_path))
    with pytest.raises(EngineError, match="has none"):
        check_exists(local(tmp_path / "no" / "where"))


def test_a_release_names_its_dictionaries():
    check_exists(registered("gemma-scope-2b-pt-res-canonical", "layer_0/width_16k/canonical"))
    check_exists(registered("mwhanna-qwen3-0.6b-transcoders-lowl0", "layer_27"))
    with pytest.raises(EngineError, match="layer_0, layer_1") as caught:
        check_exists(registered("mwhanna-qwen3-0.6b-transcoders-lowl0", "layer_28"))
    assert caught.value.kind == "request"
    # Too many to list: the nearest, and how many.
    with pytest.raises(EngineError, match="layer_25/width_16k/canonical"):
        check_exists(registered("gemma-scope-2b-pt-res-canonical", "layer_26/width_16k/canonical"))


def test_an_unknown_release_names_near_ones():
    with pytest.raises(EngineError, match="gemma-scope-2b-pt-res-canonical") as caught:
        check_exists(registered("gemma-scope-2b-pt-res-canonicl", "x"))
    assert caught.value.kind == "request"
    # A repository of the Hub is taken at its word.
    check_exists(registered("some/repository", "x"))


def test_layer_and_width_must_fit(tmp_path):
    save_jumprelu(tmp_path, "blocks.1.hook_resid_post")
    with pytest.raises(EngineError, match="reads layer 1") as caught:
        resolve(local(tmp_path, 2), read_config(local(tmp_path, 2)), MODEL)
    assert caught.value.kind == "request"
    wide = SimpleNamespace(**{**vars(MODEL), "hidden_size": 40})
    with pytest.raises(EngineError, match=r"32 values\. The model has 40") as caught:
        resolve(local(tmp_path), read_config(local(tmp_path)), wide)
    assert caught.value.kind == "request"


def test_metadata_without_a_hook_name_is_refused(tmp_path):
    save_jumprelu(tmp_path, None)
    with pytest.raises(EngineError, match="does not say what it reads"):
        resolve(local(tmp_path), read_config(local(tmp_path)), MODEL)


def test_a_configuration_of_an_older_sae_lens(tmp_path):
    save_jumprelu(tmp_path, "blocks.1.hook_resid_post")
    file = tmp_path / "cfg.json"
    config = json.loads(file.read_text())
    del config["metadata"]
    file.write_text(json.dumps({**config, "hook_point": "blocks.1.hook_resid_post"}))
    assert resolve(local(tmp_path), read_config(local(tmp_path)), MODEL) == POINT
    assert load_dictionary(local(tmp_path), POINT, CPU).prepend_bos


def test_one_that_looks_at_sequences_is_refused():
    config = {"hook_name": "blocks.1.hook_resid_post", "d_in": 32, "architecture": "temporal"}
    with pytest.raises(EngineError, match="sequences"):
        resolve(local("x"), config, MODEL)


def test_a_scale_that_is_not_folded_in_is_refused(tmp_path):
    save_jumprelu(tmp_path, "blocks.1.hook_resid_post")
    edit(tmp_path, normalize_activations="expected_average_only_in")
    with pytest.raises(EngineError, match="by how much") as caught:
        load_dictionary(local(tmp_path), POINT, CPU)
    assert caught.value.kind == "request"


def test_normalisation_at_run_time_is_the_dictionarys_own(tmp_path):
    sae = save_jumprelu(
        tmp_path, "blocks.1.hook_resid_post", normalize_activations="constant_norm_rescale"
    )
    entry = load_dictionary(local(tmp_path), POINT, CPU)
    x = torch.randn(4, 32)
    scaled = x * 32**0.5 / x.norm(dim=-1, keepdim=True) - sae.b_dec
    before = scaled @ sae.W_enc + sae.b_enc
    torch.testing.assert_close(entry.encode(x), before.relu() * (before > sae.threshold))


def test_broken_files_are_the_users(tmp_path):
    save_jumprelu(tmp_path, "blocks.1.hook_resid_post")
    weights = tmp_path / "sae_weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-9])
    with pytest.raises(EngineError, match="cannot be loaded") as caught:
        load_dictionary(local(tmp_path), POINT, CPU)
    assert caught.value.kind == "request"
    for text in ("{", "[]", "{}"):
        (tmp_path / "cfg.json").write_text(text)
        with pytest.raises(EngineError, match="cannot be read") as caught:
            read_config(local(tmp_path))
        assert caught.value.kind == "request"


def test_the_commit_in_the_cache(tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    assert hub.cached_commit("google/gemma-scope-2b-pt-res") is None
    refs = tmp_path / "models--google--gemma-scope-2b-pt-res" / "refs"
    refs.mkdir(parents=True)
    (refs / "main").write_text("abc123\n")
    assert hub.cached_commit("google/gemma-scope-2b-pt-res") == "abc123"


def test_offline_can_be_set_and_lifted_but_not_against_the_user(monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.delenv("TRANSFORMERS_OFFLINE", raising=False)
    hub.set_offline(True)
    assert constants.is_offline_mode()
    hub.set_offline(False)
    assert not constants.is_offline_mode()
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    hub.set_offline(False)
    assert constants.is_offline_mode()


def test_the_block_output_in_place_of_what_the_metadata_names():
    source = local("x")
    assert at_block_output(source, POINT, MODEL) == (POINT, None)
    into_mlp = HookPoint(1, "mlp", "input")
    point, warning = at_block_output(source, into_mlp, MODEL)
    assert point == POINT
    assert warning == (
        "layer 1: the dictionary read model.layers.1 out (--hook block-output), "
        "while its metadata names model.layers.1.mlp in"
    )
    with pytest.raises(EngineError, match=r"48 values.*block has 32") as caught:
        at_block_output(source, HookPoint(1, "self_attn.o_proj", "input", width="heads"), MODEL)
    assert caught.value.kind == "request"


def test_an_encoder_alone_encodes_as_before(tmp_path, monkeypatch):
    from vscore_engine import encoding

    saved = save_jumprelu(tmp_path, "blocks.1.hook_resid_post")
    entry = load_dictionary(local(tmp_path), HookPoint(1, "", "output"), torch.device("cpu"))
    rows = torch.randn(7, 32)
    expected = entry.encode(rows)
    before = sum(weight.numel() for weight in entry.sae.parameters())
    entry.keep_encoder()
    after = sum(weight.numel() for weight in entry.sae.parameters())
    assert before - after == saved.W_dec.numel()
    assert torch.equal(entry.encode(rows), expected)
    monkeypatch.setattr(encoding, "_CPU_FEATURES", 10)
    (part,) = encoding.encode(entry, rows)
    assert np.allclose(part.value, expected[expected != 0].numpy(), atol=1e-5)
    entry.keep_encoder()

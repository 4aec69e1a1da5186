"""The shipped model and dictionaries load as people load them, and do what the card says."""

import json
from typing import Any

import pytest
import torch
from safetensors import safe_open
from transformers import AutoModelForCausalLM, AutoTokenizer

from demo.capture import residuals
from demo.languages import LANGUAGES
from demo.measures import auroc, top_features
from demo.text import DEMO, evaluation_texts


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return AutoTokenizer.from_pretrained(DEMO / "model")


@pytest.fixture(scope="module")
def model() -> Any:
    torch.set_num_threads(2)
    return AutoModelForCausalLM.from_pretrained(DEMO / "model", dtype=torch.float32).eval()


@pytest.fixture(scope="module")
def sae() -> Any:
    from sae_lens import SAE

    return SAE.load_from_disk(DEMO / "saes" / "layer_2", device="cpu", dtype="float32")


def test_tokenizer_adds_bos_and_gives_text_back(tokenizer: Any) -> None:
    config = json.loads((DEMO / "model" / "tokenizer_config.json").read_text("utf-8"))
    assert config["tokenizer_class"] == "PreTrainedTokenizerFast"
    assert set(tokenizer.all_special_tokens) == {"<bos>", "<eos>", "<pad>"}
    text = "Où est la clé ? ファイル ข้อ 1"
    ids = tokenizer(text)["input_ids"]
    assert ids[0] == tokenizer.bos_token_id
    assert tokenizer.decode(ids, skip_special_tokens=True) == text


def test_weights_are_stored_as_fp16_and_computed_in_fp32(model: Any) -> None:
    with safe_open(DEMO / "model" / "model.safetensors", "pt") as file:
        kinds = {file.get_slice(name).get_dtype() for name in file.keys()}  # noqa: SIM118
    assert kinds == {"F16"}
    assert model.dtype == torch.float32
    assert (model.config.num_hidden_layers, model.config.hidden_size) == (4, 128)


@pytest.mark.parametrize("layer", [1, 2, 3])
def test_sae_metadata(layer: int) -> None:
    config = json.loads((DEMO / "saes" / f"layer_{layer}" / "cfg.json").read_text("utf-8"))
    assert config["architecture"] == "jumprelu"
    assert config["normalize_activations"] == "none"
    assert config["metadata"]["hook_name"] == f"blocks.{layer}.hook_resid_post"
    assert config["metadata"]["prepend_bos"] is True
    assert config["metadata"]["model_name"]


def test_transcoder_loads_and_says_what_it_reads_and_writes() -> None:
    from sae_lens import Transcoder

    transcoder = Transcoder.load_from_disk(
        DEMO / "transcoders" / "layer_2", device="cpu", dtype="float32"
    )
    assert transcoder.cfg.architecture() == "transcoder"
    assert transcoder.cfg.metadata.hook_name == "blocks.2.mlp.hook_in"
    assert transcoder.cfg.metadata.hook_name_out == "blocks.2.hook_mlp_out"
    assert transcoder.encode(torch.zeros(3, 128)).shape == (3, 512)


def test_the_top_feature_of_layer_2_finds_its_language(
    model: Any, tokenizer: Any, sae: Any
) -> None:
    def encoded(split: str) -> list[torch.Tensor]:
        texts = evaluation_texts(split)
        with torch.no_grad():
            return [
                sae.encode(residuals(model, tokenizer, texts[code][:20], (2,))[2])
                for code in LANGUAGES
            ]

    chosen = top_features(torch.stack([values.mean(0) for values in encoded("dev")]), 1)[:, 0]
    held_out = encoded("devtest")
    numbers = []
    for i, feature in enumerate(chosen.tolist()):
        others = torch.cat([values[:, feature] for j, values in enumerate(held_out) if j != i])
        numbers.append(auroc(held_out[i][:, feature], others))
    assert sum(numbers) / len(numbers) > 0.8


def test_evaluation_lists_every_language() -> None:
    found = json.loads((DEMO / "evaluation.json").read_text("utf-8"))
    for layer in ("layer_1", "layer_2", "layer_3"):
        assert set(found["detection"][layer]["languages"]) == set(LANGUAGES)
    assert set(found["ablation"]["languages"]) == set(LANGUAGES)
    assert set(found["steering"]["languages"]) == set(LANGUAGES) - {"wuu_Hans"}

"""Dictionaries and models that belong together, nearly, or not."""

import pytest

from vscore_engine.dictionary_models import check_model
from vscore_engine.dictionary_sources import DictionarySource
from vscore_engine.errors import EngineError
from vscore_engine.models import ModelSource

# A repository of somebody: the registry of sae_lens tells nothing of it.
SOMEBODYS = DictionarySource(1, "somebody/saes", "layer_1", None)


def check(made_for: str | None, model: str, source: DictionarySource = SOMEBODYS) -> str | None:
    return check_model(source, {"model_name": made_for}, ModelSource(model, None, None, False))


@pytest.mark.parametrize(
    ("made_for", "model"),
    [
        ("gemma-2-2b", "google/gemma-2-2b"),
        ("Qwen/Qwen3-0.6B", "Qwen/Qwen3-0.6B"),
        ("meta-llama/Llama-3.1-8B", "mirror/llama-3.1-8b"),
        ("gpt2-small", "openai-community/gpt2"),
        ("models/gemma-2-2b/", "google/gemma-2-2b"),
        (None, "google/gemma-2-2b"),
    ],
)
def test_the_same_name_whoever_owns_it(made_for, model):
    assert check(made_for, model) is None


@pytest.mark.parametrize(
    ("made_for", "model"),
    [
        ("gemma-2-2b", "google/gemma-2-2b-it"),
        ("gemma-2-2b-it", "google/gemma-2-2b"),
        ("google/gemma-3-1b-pt", "google/gemma-3-1b-it"),
        ("Qwen/Qwen3-8B-Base", "Qwen/Qwen3-8B"),
        ("pythia-70m", "EleutherAI/pythia-70m-deduped"),
        ("mistral-7b", "mistralai/Mistral-7B-v0.1"),
        ("Llama-3.1-8B", "meta-llama/Meta-Llama-3.1-8B"),
    ],
)
def test_a_variant_goes_with_a_warning_that_names_both(made_for, model):
    warning = str(check(made_for, model))
    assert made_for in warning
    assert model in warning


@pytest.mark.parametrize(
    ("made_for", "model"),
    [
        ("gemma-2-2b", "Qwen/Qwen3-0.6B"),
        ("gemma-2-2b", "google/gemma-2-27b"),
        ("gemma-2-2b", "google/gemma-2b"),
        ("gpt2-small", "distilbert/distilgpt2"),
        ("Llama-3.1-8B", "meta-llama/Meta-Llama-3-8B"),
    ],
)
def test_another_model_is_refused_with_both_names(made_for, model):
    with pytest.raises(EngineError, match=made_for) as caught:
        check(made_for, model)
    assert caught.value.kind == "request"
    assert model in caught.value.message


def test_a_model_in_a_folder_is_taken_at_its_word():
    local = ModelSource("mine", "/models/mine", None, True)
    assert check_model(SOMEBODYS, {"model_name": "gemma-2-2b"}, local) is None


def test_the_registry_knows_a_model_that_the_metadata_names_otherwise():
    release = "llama_scope_r1_distill"
    source = DictionarySource(1, release, "l1r_800m_slimpajama", None)
    assert (
        check("meta-llama/Llama-3.1-8B", "deepseek-ai/DeepSeek-R1-Distill-Llama-8B", source) is None
    )

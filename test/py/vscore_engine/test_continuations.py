"""Greedy continuations of several architectures, with and without what a cache keeps."""

import pytest
import torch

from tiny_models import make_model, make_tokenizer, save_jumprelu
from vscore_engine.continuations import generate
from vscore_engine.dictionaries import Dictionary
from vscore_engine.dictionary_sources import DictionarySource
from vscore_engine.hook_points import HookPoint
from vscore_engine.models import LoadedModel
from vscore_engine.steer_settings import Setting
from vscore_engine.steering import FeatureGate, SteeredLayer
from vscore_engine.tokens import tokenize

PROMPTS = ["the cat", "le chat est assis sur", "the mat sat on the cat and the mat"]
LENGTH = 24


def loaded_of(kind):
    model = make_model(kind).requires_grad_(False)
    config = model.config.get_text_config()
    return LoadedModel(model, make_tokenizer(), config, None, torch.device("cpu"), torch.float32)


@pytest.fixture
def gated(tmp_path):
    sae = save_jumprelu(tmp_path, "blocks.1.hook_resid_post")
    point = HookPoint(1, "", "output")
    entry = Dictionary(DictionarySource(1, "r", "s", None), sae, point, None)
    gate = FeatureGate(entry, (12, 17, 39, 0, 2), 0.0)
    vector = torch.linspace(-9, 9, 32)
    return Setting(
        1.0, (SteeredLayer(1, vector, gate), SteeredLayer(2, vector.roll(9), None)), "counted"
    )


def texts_of(loaded):
    return tokenize(loaded.tokenizer, PROMPTS, True, None).texts


# Texts are longer than the window of Gemma's and Mistral's sliding attention.
@pytest.mark.parametrize("kind", ["qwen3", "gemma2", "gemma3_text", "gpt2", "llama", "gpt_neox"])
def test_neither_the_cache_nor_the_batch_changes_a_token(kind, gated):
    loaded = loaded_of(kind)
    prompts = texts_of(loaded)
    plain = generate(loaded, prompts, Setting(0.0, (), "counted"), LENGTH, True)
    cached = generate(loaded, prompts, gated, LENGTH, True)
    assert cached == generate(loaded, prompts, gated, LENGTH, False)
    assert cached == [generate(loaded, [prompt], gated, LENGTH, True)[0] for prompt in prompts]
    assert cached != plain


def test_a_models_published_defaults_are_not_applied_and_stay(gated):
    loaded = loaded_of("qwen3")
    prompts = texts_of(loaded)
    expected = generate(loaded, prompts, gated, LENGTH, True)
    published = loaded.model.generation_config
    published.update(
        **{"do_sample": True, "temperature": 5.0, "repetition_penalty": 9.0, "top_k": 3},
        **{"no_repeat_ngram_size": 1, "suppress_tokens": [own[0] for own in expected if own]},
    )
    assert generate(loaded, prompts, gated, LENGTH, True) == expected
    assert loaded.model.generation_config is published


def test_a_continuation_ends_before_the_token_that_ends_texts(gated):
    loaded = loaded_of("qwen3")
    prompts = texts_of(loaded)
    whole = generate(loaded, prompts, gated, LENGTH, True)
    # Whatever comes fourth now ends the text, as a model with several such tokens may have it.
    loaded.model.generation_config.eos_token_id = [1, whole[1][3]]
    cut = generate(loaded, prompts, gated, LENGTH, True)
    assert cut[1] == whole[1][: whole[1].index(whole[1][3])]

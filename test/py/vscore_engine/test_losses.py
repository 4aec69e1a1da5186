"""Losses, against the model's own logits of one text at a time."""

import pytest
import torch

from tiny_models import make_model, make_tokenizer
from vscore_engine import losses
from vscore_engine.losses import predicted_tokens, text_losses
from vscore_engine.models import LoadedModel
from vscore_engine.tokens import tokenize

TEXTS = ["the cat sat on the mat", "le chat", "the mat sat on the cat sat on", "a"]
KINDS = [
    *("gemma2", "gemma3_text", "gemma3", "qwen2", "qwen3"),
    *("llama", "mistral", "gpt_neox", "gpt2"),
]


def loaded_of(kind, **changes):
    model = make_model(kind, **changes)
    config = model.config.get_text_config()
    return LoadedModel(model, make_tokenizer(), config, None, torch.device("cpu"), torch.float32)


@torch.no_grad()
def alone(loaded, text):
    """Sum of -log p over a text's tokens behind the first, from the whole model's logits."""
    ids = torch.from_numpy(text.ids.astype("int64"))[None]
    logits = loaded.model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits[0, :-1]
    wanted = torch.log_softmax(logits.double(), -1).gather(1, ids[0, 1:, None])
    return -float(wanted.sum())


@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_gives_what_the_models_own_logits_give_text_by_text(kind):
    loaded = loaded_of(kind)
    texts = tokenize(loaded.tokenizer, TEXTS, True, 64).texts
    found = text_losses(loaded, texts)
    assert found == pytest.approx([alone(loaded, text) for text in texts], rel=1e-4, abs=1e-4)


def test_blocks_of_logits_change_nothing(monkeypatch):
    loaded = loaded_of("gemma2")
    texts = tokenize(loaded.tokenizer, TEXTS, True, 64).texts
    whole = text_losses(loaded, texts)
    monkeypatch.setattr(losses, "_BLOCK_BYTES", 4 * 300 * 3)
    assert text_losses(loaded, texts) == pytest.approx(whole, rel=1e-6)


def test_only_tokens_that_mean_something_are_predicted():
    loaded = loaded_of("qwen3")
    (text,) = tokenize(loaded.tokenizer, ["cat<eos>cat"], True, 64).texts
    cat = len(tokenize(loaded.tokenizer, ["cat"], True, 64).texts[0].ids) - 1
    assert predicted_tokens(text) == 2 * cat
    assert text_losses(loaded, [text])[0] < alone(loaded, text)


def test_a_text_of_one_token_predicts_nothing():
    loaded = loaded_of("qwen3")
    (text,) = tokenize(loaded.tokenizer, [""], True, 64).texts
    assert predicted_tokens(text) == 0
    assert text_losses(loaded, [text]).tolist() == [0.0]


def test_weights_that_are_not_finite_are_told():
    loaded = loaded_of("qwen3")
    loaded.model.lm_head.weight.data[5] = float("nan")
    texts = tokenize(loaded.tokenizer, TEXTS, True, 64).texts
    with pytest.raises(Exception, match="NaN or infinity"):
        text_losses(loaded, texts)

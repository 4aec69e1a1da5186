"""What a run takes is known before any of it is read, and refused where it does not fit."""

import pytest
import torch

from tiny_models import make_model
from vscore_engine import memory
from vscore_engine.errors import EngineError
from vscore_engine.memory import check_memory, need_of, parameters, size

CPU, CUDA = torch.device("cpu"), torch.device("cuda", 0)


def need(model_type="qwen3", dictionaries=None, batch_tokens=64, dtype=torch.float32, device=CPU):
    config = make_model(model_type).config
    return need_of(config, dtype, device, dictionaries or {1: (32, 64)}, batch_tokens)


@pytest.mark.parametrize("kind", ["qwen3", "gemma2", "gpt2"])
def test_weights_are_counted_as_they_are(kind):
    model = make_model(kind)
    assert parameters(model.config) == sum(weight.numel() for weight in model.parameters())


def test_a_wide_dictionary_costs_its_weights_and_no_wide_activations():
    narrow, wide = need(), need(dictionaries={1: (32, 2**20)})
    assert wide.dictionaries == 4 * 2 * 32 * 2**20
    # Four arrays of 64 MiB at most, while it is checked, whatever the width and the batch.
    assert wide.block == 4 * 64 * 2**20
    assert narrow.block == 4 * 4 * 1024 * 64
    assert wide.batch == narrow.batch
    assert wide.model == narrow.model
    assert need(dictionaries={1: (32, 2**20)}, device=CUDA).block == 4 * 4 * 4096 * 16384


def test_half_precision_halves_the_model_and_not_the_dictionaries():
    whole, half = need(), need(dtype=torch.bfloat16)
    assert 2 * half.model == whole.model
    assert half.dictionaries == whole.dictionaries


def refusal(need, device, limit) -> EngineError:
    with pytest.raises(EngineError) as caught:
        check_memory(need, device, limit)
    return caught.value


def test_a_limit_that_was_asked_for_holds_for_a_batch_too():
    asked = need()
    check_memory(asked, CPU, asked.total)
    error = refusal(asked, CPU, asked.total - 1)
    assert error.kind == "request"
    assert "--max-memory" in error.message
    assert "a batch" in error.message
    large = need(batch_tokens=10**7)
    assert "a smaller --batch-tokens" in refusal(large, CPU, large.fixed).message
    assert "--batch-tokens" not in refusal(large, CPU, large.fixed - 1).message
    wide = need(dictionaries={1: (32, 2**22)})
    assert "fewer --layers at a time" in refusal(wide, CPU, asked.total).message


def test_where_encoding_takes_most_a_cpu_is_advised_to_those_who_are_not_on_one():
    for device, advice in ((CUDA, "--device cpu"), (CPU, "narrower dictionaries")):
        asked = need(device=device)
        assert asked.block > max(asked.model, asked.dictionaries)
        assert advice in refusal(asked, device, asked.fixed - 1).message
    assert "--device cpu" not in refusal(need(), CPU, need().fixed - 1).message


def test_what_the_device_has_must_hold_what_no_smaller_batch_takes_away(monkeypatch):
    asked = need(batch_tokens=10**9)
    monkeypatch.setattr(memory, "memory_of", lambda device: asked.fixed)
    check_memory(asked, CPU, None)
    monkeypatch.setattr(memory, "memory_of", lambda device: asked.fixed - 1)
    error = refusal(asked, CPU, None)
    assert error.kind == "environment"
    assert "cpu has" in error.message
    assert "--batch-tokens" not in error.message
    monkeypatch.setattr(memory, "memory_of", lambda device: None)
    check_memory(asked, CPU, None)


def test_this_machine_has_memory():
    assert (memory.memory_of(CPU) or 0) > 10**6


@pytest.mark.parametrize(
    ("of", "text"),
    [(12, "12 bytes"), (1234, "1.2 kB"), (512 * 10**6, "512 MB"), (8 * 10**9, "8.0 GB")],
)
def test_sizes_have_three_digits(of, text):
    assert size(of) == text


def test_a_group_that_has_less_than_the_machine_counts(monkeypatch):
    monkeypatch.setattr(memory, "_left_in_group", lambda: 12345)
    assert memory.memory_of(CPU) == 12345

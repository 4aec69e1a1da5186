"""Devices and number formats, on machines that have them or not."""

import pytest
import torch

from vscore_engine.devices import choose_device, choose_dtype
from vscore_engine.errors import EngineError

CPU, CUDA = torch.device("cpu"), torch.device("cuda", 0)


def test_devices_without_a_graphics_card(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert choose_device("auto") == CPU
    assert choose_device("cpu") == CPU
    for asked in ("cuda", "cuda:1", "mps"):
        with pytest.raises(EngineError, match=f"--device {asked} but torch") as caught:
            choose_device(asked)
        assert caught.value.kind == "environment"


def test_devices_with_graphics_cards(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert choose_device("auto") == CUDA
    assert choose_device("cuda:1") == torch.device("cuda", 1)
    with pytest.raises(EngineError, match="has 2 CUDA devices") as caught:
        choose_device("cuda:2")
    assert caught.value.kind == "environment"


@pytest.mark.parametrize("asked", ["gpu", "cuda:x", "cpu:0", ""])
def test_unknown_devices(asked):
    with pytest.raises(EngineError) as caught:
        choose_device(asked)
    assert caught.value.kind == "request"


def test_dtypes():
    assert choose_dtype("auto", CPU, "gemma2") == torch.float32
    assert choose_dtype("auto", CUDA, "gemma2") == torch.bfloat16
    assert choose_dtype("auto", torch.device("mps"), "qwen3") == torch.float32
    assert choose_dtype("float16", CUDA, "qwen3") == torch.float16
    assert choose_dtype("bfloat16", CPU, "gemma3_text") == torch.bfloat16
    for asked, model_type in (("float16", "gemma2"), ("float16", "gemma3_text"), ("int8", "qwen3")):
        with pytest.raises(EngineError, match=f"--dtype {asked}") as caught:
            choose_dtype(asked, CUDA, model_type)
        assert caught.value.kind == "request"

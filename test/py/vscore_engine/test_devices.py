"""Devices and number formats, on machines that have them or not."""

import pytest
import torch

from vscore_engine.devices import (
    choose_device,
    choose_dtype,
    compute_as,
    repeat_exactly,
    rounds_products,
)
from vscore_engine.errors import EngineError, translate

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
    assert choose_dtype("tf32", CUDA, "gemma2") == torch.float32
    assert choose_dtype("bfloat16", CPU, "gemma3_text") == torch.bfloat16
    for asked, model_type in (("float16", "gemma2"), ("float16", "gemma3_text"), ("int8", "qwen3")):
        with pytest.raises(EngineError, match=f"--dtype {asked}") as caught:
            choose_dtype(asked, CUDA, model_type)
        assert caught.value.kind == "request"


@pytest.mark.parametrize("device", [CPU, torch.device("mps")])
def test_products_in_tf32_are_refused_where_there_are_none(device):
    with pytest.raises(EngineError, match=f"--dtype tf32 on {device}. Only CUDA") as caught:
        choose_dtype("tf32", device, "gemma2")
    assert caught.value.kind == "request"


def test_products_are_rounded_only_where_tf32_is_asked_for():
    matmul, cudnn = torch.backends.cuda.matmul, torch.backends.cudnn
    try:
        for asked, is_rounded in (
            ("tf32", True),
            ("float32", False),
            ("tf32", True),
            ("auto", False),
        ):
            compute_as(asked)
            assert rounds_products() is is_rounded
            assert (matmul.allow_tf32, cudnn.allow_tf32) == (is_rounded, is_rounded)
    finally:
        compute_as("float32")


def test_what_cannot_be_repeated_exactly_is_an_error_only_where_that_is_asked_for():
    ones = torch.ones(4)
    at = torch.zeros(4, dtype=torch.long)

    def undetermined():
        # PyTorch has no deterministic implementation of it on any device.
        return torch.zeros(2).put_(at, ones, accumulate=False)

    try:
        repeat_exactly(True)
        assert torch.backends.cudnn.deterministic
        with pytest.raises(RuntimeError) as caught:
            undetermined()
        known = translate(caught.value)
        assert known.kind == "request"
        assert known.message.startswith("--deterministic, but put_ has no deterministic")
    finally:
        repeat_exactly(False)
    undetermined()
    assert not torch.backends.cudnn.deterministic


def test_a_product_without_its_workspace_is_told_as_such():
    error = RuntimeError(
        "Deterministic behavior was enabled with either `torch.use_deterministic_algorithms(True)` "
        "or ..., but this operation is not deterministic because it uses CuBLAS and you have CUDA"
    )
    assert "a product of cuBLAS has no deterministic" in translate(error).message
    other = RuntimeError("shapes do not fit")
    assert translate(other).kind == "bug"

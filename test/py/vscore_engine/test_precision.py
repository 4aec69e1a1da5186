"""A loaded model in float32 for a while, and back."""

from types import SimpleNamespace

import pytest
import torch

from engine_process import load_request
from tiny_models import make_model, make_tokenizer
from vscore_engine import precision
from vscore_engine.errors import EngineError
from vscore_engine.models import ModelSource, load_model

CPU = torch.device("cpu")
ASKED = {"batch_tokens": 8, "max_memory": None}


def bits(model) -> dict[str, tuple[torch.dtype, bytes]]:
    """Every parameter and buffer, to the bit."""
    tensors = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    return {
        name: (each.dtype, each.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
        for name, each in tensors.items()
    }


def set_dtype(loaded, dtype, **changes):
    params = {**ASKED, "dtype": dtype, **changes}
    precision.set_dtype(SimpleNamespace(params=params), loaded, {})


@pytest.fixture(params=["float32", "bfloat16"])
def source(request, tmp_path):
    """A checkpoint of either kind; Gemma has a scale that is rounded where the model is."""
    model = make_model("gemma3_text").to(getattr(torch, request.param))
    model.save_pretrained(tmp_path)
    make_tokenizer().save_pretrained(tmp_path)
    return ModelSource("id", str(tmp_path), None, True)


def test_there_and_back_is_what_loading_gives(source):
    half, whole = (
        bits(load_model(source, CPU, dtype).model) for dtype in (torch.bfloat16, torch.float32)
    )
    loaded = load_model(source, CPU, torch.bfloat16)
    assert bits(loaded.model) == half
    set_dtype(loaded, "float32")
    assert (loaded.dtype, bits(loaded.model)) == (torch.float32, whole)
    set_dtype(loaded, "bfloat16")
    assert (loaded.dtype, bits(loaded.model), loaded.aside) == (torch.bfloat16, half, None)


def test_without_room_the_model_stays_as_it_was(tiny, monkeypatch):
    loaded = load_model(ModelSource("id", str(tiny / "model"), None, True), CPU, torch.bfloat16)
    before = bits(loaded.model)

    def full(*_):
        raise RuntimeError("CUDA out of memory")

    monkeypatch.setattr(precision, "load_weights", full)
    with pytest.raises(EngineError, match="ran out of memory with the model in float32") as caught:
        set_dtype(loaded, "float32")
    assert caught.value.kind == "out_of_memory"

    with pytest.raises(EngineError, match="--max-memory 100 kB was found") as caught:
        set_dtype(loaded, "float32", max_memory=100_000)
    assert caught.value.kind == "out_of_memory"

    monkeypatch.setattr(precision, "memory_of", lambda _: 1000)
    with pytest.raises(EngineError, match=r"1\.0 kB of host memory was found") as caught:
        set_dtype(loaded, "float32")
    assert caught.value.kind == "out_of_memory"
    assert (loaded.dtype, bits(loaded.model)) == (torch.bfloat16, before)


def test_what_was_dropped_is_not_brought_back(tiny):
    loaded = load_model(ModelSource("id", str(tiny / "model"), None, True), CPU, torch.bfloat16)
    set_dtype(loaded, "float32")
    loaded.aside = None
    with pytest.raises(EngineError, match="bfloat16 is gone"):
        set_dtype(loaded, "bfloat16")


def test_a_session_goes_on_in_float32_and_back(engine, tiny):
    def activations() -> bytes:
        frames = engine.run("extract", language="eng", layers=[2], shards=shards, tokens=False)
        (sent,) = [frame for frame in frames if frame.kind == "activations"]
        return sent.tensors["value"].tobytes()

    def go_on_in(dtype):
        frames = engine.run("set_dtype", dtype=dtype, **ASKED)
        assert [frame.kind for frame in frames] == ["end"]

    shards = [{"shard": 0, "texts": [0]}]
    values = {}
    for dtype in ("float32", "bfloat16"):
        engine.run("load", **load_request(tiny, layers=(2,), dtype=dtype))
        engine.run("tokenize", language="eng", texts=["the cat sat on the mat"])
        values[dtype] = activations()
    assert values["bfloat16"] != values["float32"]
    go_on_in("float32")
    assert activations() == values["float32"]
    go_on_in("bfloat16")
    assert activations() == values["bfloat16"]
    go_on_in("float32")
    engine.run("keep_encoders")
    assert activations() == values["float32"]
    assert (
        "bfloat16 is gone" in engine.run("set_dtype", dtype="bfloat16", **ASKED)[-1].json["message"]
    )

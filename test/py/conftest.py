"""Fixtures of all Python tests."""

import os
from pathlib import Path

import pytest

# The models are so small that a second thread only waits for the first.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from engine_process import EngineProcess, load_request
from short_texts import TEXTS
from tiny_models import make_model, make_tokenizer, save_jumprelu, save_transcoder


@pytest.fixture
def engine(tmp_path_factory):
    """A fresh engine process, open."""
    process = EngineProcess(tmp_path_factory.mktemp("e"))
    assert "ok" in process.open()
    yield process
    process.stop()


@pytest.fixture(scope="session")
def tiny(tmp_path_factory) -> Path:
    """A folder with model/ (Qwen 3) and dictionaries/layer_{1,2,3}; the last is a transcoder."""
    folder = tmp_path_factory.mktemp("tiny")
    make_model("qwen3").save_pretrained(folder / "model")
    make_tokenizer().save_pretrained(folder / "model")
    for layer in (1, 2):
        save_jumprelu(folder / "dictionaries" / f"layer_{layer}", f"blocks.{layer}.hook_resid_post")
    save_transcoder(folder / "dictionaries" / "layer_3", "blocks.3.mlp.hook_in")
    return folder


@pytest.fixture(scope="module")
def loaded_engine(tiny, tmp_path_factory):
    """An engine with the model and dictionaries of `tiny`, and TEXTS tokenized as "eng".

    Layers 1 and 2 are SAEs, 3 is a transcoder.
    """
    process = EngineProcess(tmp_path_factory.mktemp("e"))
    assert "ok" in process.open()
    process.run("load", **load_request(tiny))
    process.run("tokenize", language="eng", texts=TEXTS)
    yield process
    process.stop()

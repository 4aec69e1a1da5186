"""Whole jobs through the engine's process: load, tokenize, extract; checked by the reference."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from engine_process import EngineProcess, load_request

TEXTS = {
    "eng": ["the cat sat on the mat", "the mat", "z"],
    "fra": ["le chat est assis", "sur le mat", "é"],
    "und": ["qqq <eos> zz", "x" * 100],
}
REFERENCE = Path(__file__).resolve().parents[1] / "reference.py"


@pytest.fixture(scope="module")
def loaded(tiny, tmp_path_factory):
    """An engine with the tiny model, and the frames of the load job."""
    engine = EngineProcess(tmp_path_factory.mktemp("e"))
    assert "ok" in engine.open()
    engine.load_frames = engine.run("load", **load_request(tiny))
    yield engine
    engine.stop()


def test_load_reports_phases_and_facts(loaded, tiny):
    frames = loaded.load_frames
    assert frames[-1].json == {"frames": len(frames) - 1, "texts": 0}
    phases = [frame.json["phase"] for frame in frames if frame.kind == "progress"]
    assert list(dict.fromkeys(phases)) == ["libraries", "model", "dictionaries"]
    (result,) = [frame for frame in frames if frame.kind == "result"]
    assert result.metadata["name"] == "loaded"
    facts = result.json
    revision = facts["model"].pop("revision")
    assert revision.startswith("sha256:")
    assert facts["model"] == {
        "id": "tiny",
        "class": "Qwen3ForCausalLM",
        "n_layers": 4,
        "d_model": 32,
        "vocab_size": 300,
        "max_positions": 64,
        "bos": True,
    }
    assert (facts["device"], facts["dtype"], facts["threads"]) == ("cpu", "float32", 1)
    assert [entry["layer"] for entry in facts["dictionaries"]] == [1, 2, 3]
    assert facts["dictionaries"][2]["hook_module"] == "model.layers.3.mlp in"
    assert set(facts["versions"]) == {
        "python",
        "torch",
        "transformers",
        "sae_lens",
        "safetensors",
        "huggingface_hub",
    }


def test_the_block_output_is_read_if_asked_for(tiny, tmp_path):
    """Layer 3's transcoder reads the MLP's input, unless the block's output is asked for."""
    engine = EngineProcess(tmp_path)
    assert "ok" in engine.open()
    frames = engine.run("load", **load_request(tiny, layers=(1, 3), hook="block-output"))
    (result,) = [frame for frame in frames if frame.kind == "result"]
    modules = [entry["hook_module"] for entry in result.json["dictionaries"]]
    assert modules == ["model.layers.1 out", "model.layers.3 out"]
    names = [entry["hook_name"] for entry in result.json["dictionaries"]]
    assert names[1] == "blocks.3.mlp.hook_in"
    (warning,) = result.json["warnings"]
    assert warning.startswith("layer 3: the dictionary read model.layers.3 out")

    engine.run("tokenize", language="eng", texts=TEXTS["eng"][:1])
    shards = [{"shard": 0, "texts": [0]}]
    frames = engine.run("extract", language="eng", layers=[3], shards=shards, tokens=False)
    (sent,) = [frame for frame in frames if frame.kind == "activations"]
    expected = transcoded_block_output(tiny, TEXTS["eng"][0])
    found = np.zeros(expected.shape, dtype=np.float32)
    rows = np.repeat(np.arange(len(found)), np.diff(sent.tensors["indptr"].astype(np.int64)))
    found[rows, sent.tensors["feature"]] = sent.tensors["value"]
    assert np.allclose(found, expected, atol=1e-5)
    engine.stop()


def transcoded_block_output(tiny, text):
    """What layer 3's transcoder makes of the output of layer 3, read by a hook of our own."""
    import torch
    from sae_lens import SAE
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(tiny / "model", dtype=torch.float32)
    ids = AutoTokenizer.from_pretrained(tiny / "model")(text, return_tensors="pt")
    seen = []
    # Behind the last block stands the final norm: hidden_states would give its output.
    model.model.norm.register_forward_pre_hook(lambda module, args: seen.append(args[0]))
    with torch.no_grad():
        model(**ids)
        sae = SAE.load_from_disk(str(tiny / "dictionaries" / "layer_3"), device="cpu")
        return sae.encode(seen[0][0]).numpy()


def test_tokenize_counts(loaded):
    result, _ = loaded.run("tokenize", language="x", texts=["abc", "", "q<eos>", "x" * 100])
    t = result.tensors
    assert t["tokens"].tolist() == [4, 1, 3, 64]
    assert t["text_tokens"].tolist() == [3, 0, 1, 63]
    assert t["special_first"].tolist() == [1, 1, 1, 1]
    assert [str(t[name].dtype) for name in ("tokens", "text_tokens", "special_first")] == [
        "uint32",
        "uint32",
        "uint8",
    ]
    assert result.json == {"truncated": [3]}
    result, _ = loaded.run("tokenize", language="x", texts=[])
    assert result.tensors["tokens"].shape == (0,)


def test_extract_refuses_what_is_not_there(loaded):
    loaded.run("tokenize", language="eng", texts=["a", "b"])
    good = {"language": "eng", "layers": [1], "shards": [{"shard": 0, "texts": [0]}]}
    for change, word in (
        ({"language": "deu"}, "not tokenized"),
        ({"layers": [1, 0]}, r"Layers [0]"),
        ({"shards": [{"shard": 0, "texts": [2]}]}, "Indices below 2"),
        ({"shards": [{"shard": 0, "texts": [-1]}]}, "Indices below 2"),
        ({"shards": [{"shard": 0, "texts": []}]}, "at least one"),
    ):
        (frame,) = loaded.run("extract", **{**good, **change}, tokens=False)
        assert frame.json["kind"] == "bug"
        assert word in frame.json["message"]


def dense(frame, width: int) -> np.ndarray:
    t = frame.tensors
    matrix = np.zeros((len(t["position"]), width))
    rows = np.repeat(np.arange(len(matrix)), np.diff(t["indptr"].astype(np.int64)))
    matrix[rows, t["feature"]] = t["value"]
    return matrix


@pytest.mark.parametrize(
    ("special", "first", "pool"), [("drop", "drop", "token"), ("keep", "keep", "text")]
)
def test_means_and_ranking_equal_the_reference(loaded, tiny, tmp_path, special, first, pool):
    request = {
        "languages": list(TEXTS),
        "texts": TEXTS,
        "special_tokens": special,
        "first_token": first,
        "pool": pool,
    }
    (tmp_path / "texts.json").write_text(json.dumps(request), encoding="utf-8")
    command = [sys.executable, str(REFERENCE), "--model-path", str(tiny / "model")]
    for layer in (1, 2, 3):
        command += ["--dictionary", f"{layer}={tiny / 'dictionaries' / f'layer_{layer}'}"]
    command += ["--texts", str(tmp_path / "texts.json"), "--out", str(tmp_path / "ref")]
    subprocess.run(command, check=True, capture_output=True)
    expected = load_file(tmp_path / "ref")

    widths = {1: 64, 2: 64, 3: 48}
    means = {layer: np.zeros((3, width)) for layer, width in widths.items()}
    for row, (language, texts) in enumerate(TEXTS.items()):
        loaded.run("tokenize", language=language, texts=texts)
        order = list(range(len(texts)))[::-1]
        shards = [{"shard": 0, "texts": order[:2]}, {"shard": 1, "texts": order[2:]}]
        frames = loaded.run(
            "extract",
            language=language,
            layers=[3, 1, 2],
            shards=[shard for shard in shards if shard["texts"]],
            tokens=False,
        )
        assert frames[-1].json["texts"] == len(texts)
        for layer, width in widths.items():
            per_text = {}
            for frame in frames:
                if frame.metadata.get("layer") != str(layer):
                    continue
                t = frame.tensors
                matrix = dense(frame, width)
                owner = np.repeat(t["text"], t["tokens"])
                keep = np.ones(len(owner), bool)
                if first == "drop":
                    keep &= (t["role"] & 1) == 0
                if special == "drop":
                    keep &= (t["role"] & 2) == 0
                for text in np.unique(owner[keep]):
                    per_text[int(text)] = matrix[keep & (owner == text)]
            parts = [per_text[index] for index in sorted(per_text)]
            if pool == "token":
                means[layer][row] = np.concatenate(parts).mean(0)
            else:
                means[layer][row] = np.mean([part.mean(0) for part in parts], axis=0)
    for layer, mean in means.items():
        np.testing.assert_allclose(mean, expected[f"layer.{layer}.mean"], atol=1e-5, rtol=1e-5)
        others = (mean.sum(0) - mean) / 2
        np.testing.assert_allclose(mean - others, expected[f"layer.{layer}.v"], atol=2e-5)
        v, index = expected[f"layer.{layer}.v"], expected[f"layer.{layer}.index"]
        ranked = np.take_along_axis(v.astype(np.float32), index.astype(np.int64), 1)
        assert (np.diff(ranked, axis=1) <= 0).all()


def refused(engine, request: dict) -> dict:
    frames = engine.run("load", **request)
    assert frames[-1].kind == "error"
    assert not any(frame.json["phase"] == "model" for frame in frames if frame.kind == "progress")
    return frames[-1].json


def test_load_refuses_before_it_reads_weights(loaded, tiny):
    """Last in this file: it leaves the engine without a model."""
    request = load_request(tiny, [1])
    (entry,) = request["dictionaries"]

    error = refused(loaded, {**request, "dictionaries": [{**entry, "layer": 4}]})
    assert error["kind"] == "request"
    assert "layers 0 to 3" in error["message"]

    error = refused(loaded, {**request, "dictionaries": [{**entry, "path": entry["path"] + "9"}]})
    assert error["kind"] == "request"
    assert "layer_1, layer_2, layer_3" in error["message"]

    error = refused(loaded, {**request, "dictionaries": [{**entry, "layer": 2}]})
    assert "reads layer 1" in error["message"]

    error = refused(loaded, {**request, "dictionaries": [entry, entry]})
    assert "once" in error["message"]

    error = refused(loaded, {**request, "dictionaries": []})
    assert "at least one" in error["message"]

    error = refused(
        loaded, {**request, "dictionaries": [{**entry, "path": None, "release": "gemma-scope"}]}
    )
    assert "gemma-scope-2" in error["message"]

    error = refused(loaded, {**request, "model_path": "/nowhere"})
    assert error["kind"] == "request"
    error = refused(loaded, {**request, "device": "cuda:99"})
    assert error["kind"] == "environment"
    error = refused(loaded, {**request, "dtype": "float8"})
    assert error["kind"] == "request"

    (frame,) = loaded.run("tokenize", language="eng", texts=["a"])
    assert "No model is loaded" in frame.json["message"]
    assert loaded.run("load", **request)[-1].kind == "end"

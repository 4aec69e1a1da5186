"""What dictionaries rebuild, against plain passes with hooks put in by hand, one text at a time."""

import numpy as np
import pytest
import torch

from engine_process import EngineProcess, load_request
from short_texts import SHARDS, TEXTS
from tiny_models import save_jumprelu
from vscore_engine.fidelity import target_of


@pytest.fixture(scope="module")
def engine(loaded_engine):
    return loaded_engine


def results(frames, name):
    assert frames[-1].kind == "end", frames[-1].json
    return [frame for frame in frames if frame.metadata.get("name") == name]


def whole(frames, layer):
    """(tokens, active, error, variance) over all shards, put together as TypeScript does."""
    parts, means = [], []
    for frame in results(frames, "rebuilt"):
        (part,) = [part for part in frame.json["layers"] if part["layer"] == layer]
        parts.append(part)
        means.append(frame.tensors[f"mean.{layer}"])
    tokens = sum(part["tokens"] for part in parts)
    mean = sum(part["tokens"] * own for part, own in zip(parts, means, strict=True)) / tokens
    variance = sum(
        part["deviation"] + part["tokens"] * ((own - mean) ** 2).sum()
        for part, own in zip(parts, means, strict=True)
    )
    return (
        tokens,
        sum(part["active"] for part in parts),
        sum(part["error"] for part in parts),
        variance,
    )


class ByHand:
    """The model and one of its dictionaries, with hooks written here."""

    def __init__(self, tiny, layer):
        from sae_lens import SAE
        from transformers import AutoModelForCausalLM, AutoTokenizer

        self.model = AutoModelForCausalLM.from_pretrained(tiny / "model", dtype=torch.float32)
        self.tokenizer = AutoTokenizer.from_pretrained(tiny / "model")
        folder = str(tiny / "dictionaries" / f"layer_{layer}")
        self.sae = SAE.load_from_disk(folder, device="cpu")
        block = self.model.model.layers[layer]
        self.module = block if layer < 3 else block.mlp
        self.reads_input = layer == 3

    def tensors(self, text):
        """What is read and what is rebuilt, at all positions but that of BOS."""
        seen = {}

        def look(module, args, out):
            out = out[0] if isinstance(out, tuple) else out
            seen.update(x=(args[0] if self.reads_input else out)[0], y=out[0])

        handle = self.module.register_forward_hook(look)
        with torch.no_grad():
            self.model(**self.tokenizer(text, return_tensors="pt"))
        handle.remove()
        return seen["x"][1:], seen["y"][1:]

    def loss(self, text, change=None):
        """Sum of -log p, with `change` of (tensor read, tensor passed on) put in its place."""

        def put(module, args, out):
            passed = out[0] if isinstance(out, tuple) else out
            read = args[0] if self.reads_input else passed
            new = passed.clone()
            new[0, 1:] = change(read[0, 1:], passed[0, 1:])
            return (new, *out[1:]) if isinstance(out, tuple) else new

        handle = self.module.register_forward_hook(put) if change else None
        with torch.no_grad():
            ids = self.tokenizer(text, return_tensors="pt")["input_ids"]
            logits = self.model(input_ids=ids).logits[0, :-1]
        if handle:
            handle.remove()
        return -float(torch.log_softmax(logits, -1).gather(1, ids[0, 1:, None]).sum())


@pytest.mark.parametrize("layer", [1, 2, 3])
def test_sums_are_those_of_the_definition_whatever_the_shards(engine, tiny, layer):
    found = whole(engine.run("fidelity", language="eng", shards=SHARDS), layer)
    by_hand = ByHand(tiny, layer)
    x, y = (
        torch.cat(parts) for parts in zip(*(by_hand.tensors(text) for text in TEXTS), strict=True)
    )
    with torch.no_grad():
        active = int((by_hand.sae.encode(x) != 0).sum())
        error = float((y.double() - by_hand.sae(x).double()).pow(2).sum())
    variance = float((y.double() - y.double().mean(0)).pow(2).sum())
    assert found[:2] == (len(x), active)
    assert np.allclose(found[2:], [error, variance], rtol=1e-4)
    one = [{"shard": 0, "texts": [0, 1, 2, 3]}]
    again = whole(engine.run("fidelity", language="eng", shards=one), layer)
    assert again[:2] == found[:2]
    assert np.allclose(again[2:], found[2:], rtol=1e-5)


def test_what_is_rebuilt_is_named(engine):
    (first, *_) = results(engine.run("fidelity", language="eng", shards=SHARDS), "rebuilt")
    assert [part["rebuilds"] for part in first.json["layers"]] == [
        "model.layers.1 out",
        "model.layers.2 out",
        "model.layers.3.mlp out",
    ]
    assert all(part["is_passed_on"] and part["untold"] is None for part in first.json["layers"])


@pytest.mark.parametrize("layer", [1, 2, 3])
def test_losses_with_the_rebuilt_tensor_and_with_none(engine, tiny, layer):
    frames = engine.run("splice", language="eng", layers=[layer], shards=SHARDS)
    found = np.zeros((3, len(TEXTS)))
    for frame in results(frames, "losses"):
        found[:, frame.tensors["text"]] = frame.tensors["loss"]
    by_hand = ByHand(tiny, layer)
    changes = [None, lambda x, y: by_hand.sae(x), lambda x, y: torch.zeros_like(y)]
    expected = [[by_hand.loss(text, change) for text in TEXTS] for change in changes]
    assert np.allclose(found, expected, atol=1e-4)
    assert not np.allclose(found[0], found[1], atol=1e-3)
    # And the model is as it was.
    frames = engine.run("splice", language="eng", layers=[], shards=SHARDS)
    (again,) = [frame.tensors["loss"] for frame in results(frames, "losses")][:1]
    assert np.allclose(again[0], [expected[0][2], expected[0][1]], atol=1e-4)


def test_every_place_that_a_dictionary_fits_is_tried(engine):
    frames = engine.run("find_hook", language="eng", layer=2, reach=None, shards=SHARDS)
    (told,) = results(frames, "candidates")
    names = [hook["name"] for hook in told.json["hooks"]]
    assert {"blocks.2.hook_resid_post", "blocks.2.hook_mlp_out", "blocks.1.hook_resid_post"} <= set(
        names
    )
    # Heads are 48 values wide, the dictionary reads 32.
    assert "blocks.2.attn.hook_z" not in names
    stated = whole(engine.run("fidelity", language="eng", shards=SHARDS), 2)
    assert np.allclose(whole(frames, names.index("blocks.2.hook_resid_post")), stated)
    other = whole(frames, names.index("blocks.1.hook_resid_post"))
    assert other[0] == stated[0]
    assert not np.isclose(other[3], stated[3])


def test_a_transcoder_that_does_not_say_what_it_rebuilds_is_told_not_refused(tiny):
    from vscore_engine.dictionaries import load_dictionary
    from vscore_engine.dictionary_sources import DictionarySource
    from vscore_engine.hook_points import HookPoint

    source = DictionarySource(3, "local", "x", str(tiny / "dictionaries" / "layer_3"))
    point = HookPoint(3, "mlp", "input")
    entry = load_dictionary(source, point, torch.device("cpu"))
    config = type("Config", (), {"model_type": "qwen3"})()
    assert target_of(entry, config).point == HookPoint(3, "mlp", "output")
    entry.sae.cfg.metadata.hook_name_out = None
    target = target_of(entry, config)
    assert target.point is None
    assert not target.is_passed_on
    assert "hook_name_out" in str(target.untold)


def test_numbers_that_are_not_finite_are_counted_and_left_out(tiny, tmp_path):
    from safetensors.torch import load_file, save_file

    save_jumprelu(tmp_path / "dictionaries" / "layer_1", "blocks.1.hook_resid_post")
    (tmp_path / "model").symlink_to(tiny / "model")
    file = tmp_path / "dictionaries" / "layer_1" / "sae_weights.safetensors"
    weights = load_file(file)
    weights["W_dec"][:] = float("inf")
    save_file(weights, file)
    process = EngineProcess(tmp_path)
    assert "ok" in process.open()
    process.run("load", **load_request(tmp_path, layers=(1,)))
    process.run("tokenize", language="eng", texts=TEXTS[:1])
    frames = process.run("fidelity", language="eng", shards=[{"shard": 0, "texts": [0]}])
    process.stop()
    (frame,) = results(frames, "rebuilt")
    (part,) = frame.json["layers"]
    assert (part["tokens"], part["error"]) == (0, 0)
    assert part["not_finite"] > 0

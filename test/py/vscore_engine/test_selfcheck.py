"""The sums of the self-check, against what they are by definition."""

import numpy as np
import pytest
import torch

from engine_process import EngineProcess, load_request
from vscore_engine.dictionaries import Dictionary
from vscore_engine.dictionary_sources import DictionarySource
from vscore_engine.hook_points import HookPoint
from vscore_engine.selfcheck import stated_l0

TEXTS = {"eng": ["the cat sat on the mat", "the mat"], "fra": ["le chat est assis"]}


@pytest.fixture(scope="module")
def checked(tiny, tmp_path_factory):
    """The result of the job on the tiny model: layers 1 and 2 are SAEs, 3 is a transcoder."""
    engine = EngineProcess(tmp_path_factory.mktemp("e"))
    assert "ok" in engine.open()
    engine.run("load", **load_request(tiny))
    for language, texts in TEXTS.items():
        engine.run("tokenize", language=language, texts=texts)
    frames = engine.run("selfcheck", languages=list(TEXTS))
    engine.stop()
    (result,) = [frame for frame in frames if frame.kind == "result"]
    return result.json


def by_hand(tiny, layer, texts):
    """(tokens, active, error, variance) from the model's own tensors, one text at a time."""
    from sae_lens import SAE
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(tiny / "model", dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(tiny / "model")
    sae = SAE.load_from_disk(str(tiny / "dictionaries" / f"layer_{layer}"), device="cpu")
    block = model.model.layers[layer]
    seen = {}
    block.register_forward_hook(
        lambda module, args, out: seen.update(block=out[0] if isinstance(out, tuple) else out)
    )
    block.mlp.register_forward_hook(lambda module, args, out: seen.update(i=args[0], o=out))
    x, y = [], []
    with torch.no_grad():
        for text in texts:
            model(**tokenizer(text, return_tensors="pt"))
            into, out = ("block", "block") if layer < 3 else ("i", "o")
            # Position 0 is BOS: it does not count.
            x.append(seen[into][0][1:])
            y.append(seen[out][0][1:])
        x, y = torch.cat(x), torch.cat(y).double()
        error = (y - sae.decode(sae.encode(x)).double()).pow(2).sum()
        variance = (y - y.mean(0)).pow(2).sum()
        return len(x), int((sae.encode(x) != 0).sum()), float(error), float(variance)


@pytest.mark.parametrize("layer", [1, 2, 3])
@pytest.mark.parametrize("language", TEXTS)
def test_sums_are_those_of_the_definition(checked, tiny, layer, language):
    (entry,) = [entry for entry in checked["layers"] if entry["layer"] == layer]
    found = entry["languages"][language]
    tokens, active, error, variance = by_hand(tiny, layer, TEXTS[language])
    assert (found["tokens"], found["active"], found["not_finite"]) == (tokens, active, 0)
    assert np.allclose([found["error"], found["variance"]], [error, variance], rtol=1e-4)
    assert entry["max_difference"] < 1e-4
    assert entry["output_module"] == (
        "model.layers.3.mlp out" if layer == 3 else f"model.layers.{layer} out"
    )


def test_the_machine_is_described(checked):
    assert checked["tokens_per_s"] > 0
    assert checked["memory_bytes"] > 50e6
    assert checked["tf32"] is False


@pytest.mark.parametrize(
    ("release", "sae_id", "expected"),
    [
        ("gemma-scope-2b-pt-res-canonical", "layer_20/width_16k/canonical", 71.0),
        ("gemma-scope-2b-pt-res", "layer_0/width_16k/average_l0_46", 46.0),
        ("llama_scope_lxr_8x", "l3r_8x", 50.0),
        ("mwhanna-qwen3-0.6b-transcoders-lowl0", "layer_3", None),
    ],
)
def test_the_l0_that_a_release_states(release, sae_id, expected):
    source = DictionarySource(3, release, sae_id, None)
    entry = Dictionary(source, None, HookPoint(3, "", "output"), None)
    assert stated_l0(entry) == expected


def test_a_local_folder_states_none():
    source = DictionarySource(3, "local", "average_l0_3", "/somewhere/average_l0_3")
    assert stated_l0(Dictionary(source, None, HookPoint(3, "", "output"), None)) is None

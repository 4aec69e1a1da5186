"""What the machine makes of a batch, and what releases state."""

import pytest
import torch

from engine_process import EngineProcess, load_request
from tiny_models import make_model, make_tokenizer, save_jumprelu
from vscore_engine.dictionaries import Dictionary, load_dictionary
from vscore_engine.dictionary_sources import DictionarySource
from vscore_engine.hook_points import HookPoint, find_hook_point
from vscore_engine.models import LoadedModel
from vscore_engine.selfcheck import check, stated_l0
from vscore_engine.tokens import tokenize

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


def test_a_batch_changes_next_to_nothing(checked):
    assert [entry["layer"] for entry in checked["layers"]] == [1, 2, 3]
    assert all(0 <= entry["max_difference"] < 1e-4 for entry in checked["layers"])


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


def test_texts_of_all_lengths_share_the_batch_that_is_compared(tmp_path):
    cpu = torch.device("cpu")
    model, tokenizer = make_model("qwen3"), make_tokenizer(has_bos=False)
    loaded = LoadedModel(model, tokenizer, model.config, None, cpu, torch.float32)
    hook_name = "blocks.1.hook_resid_post"
    save_jumprelu(tmp_path, hook_name)
    source = DictionarySource(1, "r", "i", str(tmp_path))
    entry = load_dictionary(source, find_hook_point("qwen3", hook_name), cpu)
    words = ["the cat " * 40, "the", "the mat", "the cat sat on the mat"]
    texts = tokenize(tokenizer, words, False, 100).texts
    rows = []
    model.model.layers[0].register_forward_pre_hook(lambda m, args: rows.append(len(args[0])))
    check(loaded, {1: entry}, {"eng": texts})
    # A run would have taken them in several passes.
    assert rows[0] == len(texts) > rows[1]

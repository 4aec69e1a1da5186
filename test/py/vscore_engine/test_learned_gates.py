"""What training a gate holds at once."""

import threading
from types import SimpleNamespace

import torch
from safetensors.torch import save_file

from tiny_models import make_model, make_tokenizer, save_jumprelu
from vscore_engine.dictionaries import Dictionary
from vscore_engine.dictionary_sources import DictionarySource
from vscore_engine.hook_points import HookPoint
from vscore_engine.jobs import Job, Params
from vscore_engine.learned_gates import learn_gate
from vscore_engine.models import LoadedModel
from vscore_engine.steer_settings import Bench
from vscore_engine.tokens import tokenize


class Held:
    """Counts the bytes of tensors that wait to be differentiated."""

    def __init__(self):
        self.now = self.most = 0

    def pack(self, tensor):
        held = self
        size = tensor.numel() * tensor.element_size()

        class Kept:
            def __init__(self):
                self.tensor = tensor
                held.now += size
                held.most = max(held.most, held.now)

            def __del__(self):
                held.now -= size

        return Kept()


def most_held(tmp_path, copies):
    """Bytes held at most while a gate is trained on so many copies of a text, each a batch."""
    torch.manual_seed(0)
    tokenizer = make_tokenizer()
    model = make_model("qwen3").requires_grad_(False)
    loaded = LoadedModel(model, tokenizer, model.config, None, torch.device("cpu"), torch.float32)
    sae = save_jumprelu(tmp_path / "sae", "blocks.1.hook_resid_post")
    entry = Dictionary(DictionarySource(1, "r", "s", None), sae, HookPoint(1, "", "output"), None)
    save_file({"layer.1": torch.linspace(-1, 1, 32)}, tmp_path / "bank.safetensors")
    texts = tokenize(tokenizer, ["the cat sat on the mat"] * copies, True, None)
    shards = [{"shard": at, "texts": [at]} for at in range(copies)]
    params = Params(
        **{"prompts": "eng", "prompt_shards": shards, "label": " le", "layer": 1},
        **{"features": [12, 17, 39], "vector": "layer.1", "alpha": 1.0, "positions": "counted"},
        **{"bank": str(tmp_path / "bank.safetensors"), "collateral_weight": 0.2, "epochs": 2},
        **{"collateral": [{"texts": "eng", "shards": shards}], "learning_rate": 0.1},
    )
    sender = SimpleNamespace(send_json=lambda *args: None)
    held = Held()
    with torch.autograd.graph.saved_tensors_hooks(held.pack, lambda kept: kept.tensor):
        job = Job(1, "learn_gate", params, threading.Event())
        learn_gate(Bench(job, loaded, {1: entry}, {"eng": texts}, sender))
    return held.most


def test_memory_does_not_grow_with_the_number_of_texts(tmp_path):
    few = most_held(tmp_path, 2)
    assert few > 0
    assert most_held(tmp_path, 12) == few

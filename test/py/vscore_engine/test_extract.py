"""Batched, padded, early-stopped extraction against one text at a time through the whole model."""

import socket
import threading

import numpy as np
import pytest
import torch

from engine_process import read_frame
from tiny_models import make_model, make_tokenizer, save_jumprelu, save_transcoder
from vscore_engine import activations, encoding
from vscore_engine.activations import forward
from vscore_engine.dictionaries import Dictionary, load_dictionary
from vscore_engine.dictionary_sources import DictionarySource
from vscore_engine.encoding import encode
from vscore_engine.errors import EngineError
from vscore_engine.extract import Extraction, Shard
from vscore_engine.frames import SocketSender
from vscore_engine.hook_points import HookPoint, find_hook_point
from vscore_engine.models import LoadedModel
from vscore_engine.tokens import tokenize

TEXTS = [
    "the cat",
    "le chat est assis sur le mat, the cat sat on the mat",
    "x",
    "sur sur sur the the",
]
CPU = torch.device("cpu")


def loaded_model(kind: str, **changes) -> LoadedModel:
    model = make_model(kind, **changes)
    return LoadedModel(model, make_tokenizer(), model.config, None, CPU, torch.float32)


def dictionary(folder, hook_name: str, kind: str, *, transcoder=False, **more) -> Dictionary:
    save = save_transcoder if transcoder else save_jumprelu
    save(folder, hook_name, **more)
    point = find_hook_point(kind, hook_name)
    return load_dictionary(DictionarySource(point.layer, "r", "i", str(folder)), point, CPU)


class Collector:
    """Receives frames on a thread, as the other side of the socket."""

    def __init__(self):
        self.left, self.right = socket.socketpair()
        self.sender = SocketSender(self.left)
        self.frames = []
        self.thread = threading.Thread(target=self._read)
        self.thread.start()

    def _read(self):
        while (frame := read_frame(self.right)) is not None:
            self.frames.append(frame)

    def finish(self):
        self.sender.close()
        self.thread.join(timeout=10)
        self.right.close()
        return self.frames


def run(loaded, dictionaries, shard, texts, with_tokens=False):
    collector = Collector()
    work = Extraction(loaded, dictionaries, collector.sender, with_tokens, lambda: None)
    try:
        work.run(shard, texts)
    finally:
        frames = collector.finish()
    return frames


def dense(frame, width: int) -> np.ndarray:
    t = frame.tensors
    matrix = np.zeros((len(t["indptr"]) - 1, width), np.float32)
    for row in range(len(matrix)):
        begin, end = int(t["indptr"][row]), int(t["indptr"][row + 1])
        features = t["feature"][begin:end]
        assert (np.diff(features.astype(np.int64)) > 0).all()
        matrix[row, features] = t["value"][begin:end]
    return matrix


def one_at_a_time(loaded, entry: Dictionary, texts) -> np.ndarray:
    """The whole model, LM head and all, without padding: [all tokens, d_sae]."""
    block = loaded.model.model.layers[entry.point.layer]
    module = block.get_submodule(entry.point.module)
    seen = []
    if entry.point.side == "input":
        handle = module.register_forward_pre_hook(lambda m, args: seen.append(args[0]))
    else:
        handle = module.register_forward_hook(lambda m, args, out: seen.append(out))
    with torch.no_grad():
        for text in texts:
            loaded.model(torch.from_numpy(text.ids.astype(np.int64))[None])
        handle.remove()
        return torch.cat([entry.sae.encode(tensor[0]) for tensor in seen]).numpy()


@pytest.mark.parametrize("kind", ["qwen3", "gemma2", "gemma3_text"])
def test_equals_the_brute_force(kind, tmp_path):
    loaded = loaded_model(kind)
    dictionaries = {
        3: dictionary(tmp_path / "3", "blocks.3.mlp.hook_in", kind, transcoder=True),
        0: dictionary(tmp_path / "0", "blocks.0.hook_resid_post", kind),
        2: dictionary(tmp_path / "2", "blocks.2.attn.hook_z", kind, d_in=48),
    }
    texts = tokenize(loaded.tokenizer, TEXTS, True, 64).texts
    frames = run(loaded, dictionaries, Shard(5, "fra", (7, 3, 9, 1)), texts)
    assert [frame.metadata["layer"] for frame in frames] == ["3", "0", "2"]
    for frame in frames:
        entry = dictionaries[int(frame.metadata["layer"])]
        expected = one_at_a_time(loaded, entry, texts)
        assert 0 < np.count_nonzero(expected) < expected.size
        got = dense(frame, entry.d_sae)
        assert got.shape == expected.shape
        np.testing.assert_allclose(got, expected, atol=1e-5, rtol=1e-5)
        t = frame.tensors
        assert frame.metadata["language"] == "fra"
        assert frame.metadata["shard"] == "5"
        assert t["text"].tolist() == [7, 3, 9, 1]
        assert t["tokens"].tolist() == [len(text.ids) for text in texts]
        assert t["position"].tolist() == [i for text in texts for i in range(len(text.ids))]
        assert t["role"].tolist() == [r for text in texts for r in text.role]


def test_a_block_limit_splits_rows_into_parts(tmp_path, monkeypatch):
    loaded = loaded_model("qwen3")
    entry = dictionary(tmp_path / "1", "blocks.1.hook_resid_post", "qwen3")
    bare = make_tokenizer(has_bos=False)
    # Texts without any token at the front, in the middle, between two parts and at the end.
    texts = tokenize(bare, ["", "xyzqw", "", "zq", "", "", "qqqq", ""], False, 64).texts
    shard = Shard(0, "fra", tuple(range(10, 18)))
    (whole,) = run(loaded, {1: entry}, shard, texts, with_tokens=True)
    assert whole.tensors["text"].tolist() == list(range(10, 18))
    for height in (1, 2, 3, 5, 7, 11):
        monkeypatch.setattr(encoding, "_CPU_ROWS", height)
        parts = run(loaded, {1: entry}, shard, texts, with_tokens=True)
        assert len(parts) == -(-11 // height)
        for name in ("position", "role", "feature", "offset_start", "offset_end"):
            joined = np.concatenate([frame.tensors[name] for frame in parts])
            assert np.array_equal(joined, whole.tensors[name]), name
        counts = dict.fromkeys(range(10, 18), 0)
        seen = []
        for frame in parts:
            t = frame.tensors
            assert t["tokens"].sum() == len(t["position"]) == len(t["indptr"]) - 1 <= height
            for index, count in zip(t["text"].tolist(), t["tokens"].tolist(), strict=True):
                counts[index] += count
                seen.append(index)
        assert list(counts.values()) == [0, 5, 0, 2, 0, 0, 4, 0]
        # A text is in two parts only if it goes on; one without tokens is in one.
        assert seen == sorted(seen)
        assert [seen.count(i) for i in (10, 12, 14, 15, 17)] == [1] * 5
        np.testing.assert_allclose(
            np.concatenate([dense(frame, entry.d_sae) for frame in parts]),
            dense(whole, entry.d_sae),
            atol=1e-5,
        )


def test_a_batch_in_several_passes_is_the_batch(tmp_path, monkeypatch):
    loaded = loaded_model("qwen3")
    dictionaries = {
        layer: dictionary(tmp_path / str(layer), f"blocks.{layer}.hook_resid_post", "qwen3")
        for layer in (1, 2)
    }
    tokenizer = make_tokenizer(has_bos=False)
    texts = tokenize(tokenizer, ["", *TEXTS, "x" * 40, "", "the cat", ""], False, 64).texts
    widths = []
    model = loaded.model.model
    model.layers[0].register_forward_pre_hook(lambda m, args: widths.append(args[0].shape[:2]))
    monkeypatch.setattr(activations, "CPU_PADDING", 1000)
    whole = forward(loaded, dictionaries, texts)
    assert all(len(rows) == sum(len(text.ids) for text in texts) for rows in whole.values())
    assert len(widths) == 1
    widths.clear()
    monkeypatch.setattr(activations, "CPU_TOKENS", 20)
    monkeypatch.setattr(activations, "CPU_PADDING", 5)
    parts = forward(loaded, dictionaries, texts)
    # The texts without a token are in none.
    assert len(widths) > 1
    assert sum(rows for rows, _ in widths) == len(texts) - 3
    assert all(rows == 1 or 0 < rows * longest <= 20 for rows, longest in widths)
    padding = sum(rows * longest for rows, longest in widths) - len(whole[1])
    assert padding <= 5 * len(widths)
    for layer, rows in whole.items():
        torch.testing.assert_close(parts[layer], rows, atol=1e-5, rtol=1e-5)


def test_texts_without_any_token_give_one_empty_part(tmp_path):
    loaded = loaded_model("qwen3")
    entry = dictionary(tmp_path / "1", "blocks.1.hook_resid_post", "qwen3")
    texts = tokenize(make_tokenizer(has_bos=False), ["", ""], False, 64).texts
    (frame,) = run(loaded, {1: entry}, Shard(0, "fra", (4, 5)), texts)
    assert frame.tensors["text"].tolist() == [4, 5]
    assert frame.tensors["tokens"].tolist() == [0, 0]
    assert frame.tensors["indptr"].tolist() == [0]


def test_token_texts_and_offsets_are_sent_when_asked_for(tmp_path):
    import json

    loaded = loaded_model("qwen3")
    entry = dictionary(tmp_path / "1", "blocks.1.hook_resid_post", "qwen3")
    texts = tokenize(loaded.tokenizer, ["the cat"], True, 64).texts
    (plain,) = run(loaded, {1: entry}, Shard(0, "fra", (0,)), texts)
    assert "pieces" not in plain.tensors
    (frame,) = run(loaded, {1: entry}, Shard(0, "fra", (0,)), texts, with_tokens=True)
    words = json.loads(frame.tensors["pieces"].tobytes())
    assert len(words) == len(texts[0].ids)
    assert words[0] == "<bos>"
    assert "".join(words[1:]) == "the cat"
    assert frame.tensors["offset_end"].tolist()[-1] == len("the cat")


def test_the_pass_stops_behind_the_last_layer(tmp_path):
    loaded = loaded_model("qwen3")
    calls = []
    for layer in loaded.model.model.layers:
        layer.register_forward_pre_hook(lambda m, args: calls.append(m.self_attn.layer_idx))
    loaded.model.lm_head.register_forward_pre_hook(lambda m, args: calls.append("head"))
    entry = dictionary(tmp_path / "1", "blocks.1.hook_resid_post", "qwen3")
    texts = tokenize(loaded.tokenizer, TEXTS, True, 64).texts
    forward(loaded, {1: entry}, texts)
    assert calls == [0, 1]


@pytest.mark.parametrize(("bad_text", "number"), [(0, 7), (1, 3), (3, 1)])
def test_nan_names_layer_language_and_text(bad_text, number, tmp_path):
    loaded = loaded_model("qwen3")
    entry = dictionary(tmp_path / "1", "blocks.1.hook_resid_post", "qwen3")
    texts = tokenize(loaded.tokenizer, ["the", "le chat", "", "z"], True, 64).texts
    token = loaded.tokenizer.convert_tokens_to_ids("!")
    loaded.model.model.embed_tokens.weight.data[token] = float("nan")
    texts[bad_text].ids[-1] = token
    with pytest.raises(EngineError) as caught:
        run(loaded, {1: entry}, Shard(0, "fra", (7, 3, 2, 1)), texts)
    assert caught.value.kind == "nan"
    assert caught.value.facts == {"layer": 1, "language": "fra", "text": number}
    assert f"text {number} of fra" in caught.value.message


def test_nan_in_padding_is_never_seen(tmp_path):
    loaded = loaded_model("qwen3")
    entry = dictionary(tmp_path / "1", "blocks.1.hook_resid_post", "qwen3")
    texts = tokenize(loaded.tokenizer, TEXTS, True, 64).texts
    (clean,) = run(loaded, {1: entry}, Shard(0, "fra", (0, 1, 2, 3)), texts)
    hook = loaded.model.model.layers[1].register_forward_hook(poison_padding(texts))
    (frame,) = run(loaded, {1: entry}, Shard(0, "fra", (0, 1, 2, 3)), texts)
    hook.remove()
    assert np.array_equal(frame.tensors["value"], clean.tensors["value"])


def poison_padding(texts):
    def hook(module, args, output):
        output = output.clone()
        for row, text in enumerate(texts):
            output[row, len(text.ids) :] = float("nan")
        return output

    return hook


def test_half_precision_models_are_encoded_in_float32(tmp_path):
    loaded = loaded_model("qwen3")
    entry = dictionary(tmp_path / "1", "blocks.1.hook_resid_post", "qwen3")
    texts = tokenize(loaded.tokenizer, TEXTS, True, 64).texts
    loaded.model.to(torch.bfloat16)
    rows = forward(loaded, {1: entry}, texts)[1]
    assert rows.dtype == torch.bfloat16
    (part,) = encode(entry, rows)
    expected = entry.sae.encode(rows.float())
    assert part.value.dtype == np.float32
    assert np.array_equal(part.value, expected[expected != 0].detach().numpy())


def test_out_of_memory_names_the_shard_and_can_be_tried_again(tmp_path):
    loaded = loaded_model("qwen3")
    entry = dictionary(tmp_path / "1", "blocks.1.hook_resid_post", "qwen3")
    texts = tokenize(loaded.tokenizer, TEXTS, True, 64).texts

    def fail(module, args):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    hook = loaded.model.model.layers[0].register_forward_pre_hook(fail)
    with pytest.raises(EngineError) as caught:
        run(loaded, {1: entry}, Shard(12, "fra", (0, 1, 2, 3)), texts)
    assert caught.value.kind == "out_of_memory"
    assert caught.value.facts == {"shard": 12}
    # Nothing keeps the tensors of the failed pass alive.
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    hook.remove()
    assert len(run(loaded, {1: entry}, Shard(12, "fra", (0, 1, 2, 3)), texts)) == 1


def test_heads_are_not_joined_twice(tmp_path):
    """A dictionary marked for reshaping reads the heads side by side all the same."""
    save_jumprelu(tmp_path, "blocks.1.attn.hook_z", d_in=48, reshape_activations="hook_z")
    point = HookPoint(1, "self_attn.o_proj", "input", width="heads")
    entry = load_dictionary(DictionarySource(1, "r", "i", str(tmp_path)), point, CPU)
    rows = torch.randn(5, 48)
    sae = entry.sae
    before = (rows - sae.b_dec) @ sae.W_enc + sae.b_enc
    torch.testing.assert_close(entry.encode(rows), before.relu() * (before > sae.threshold))

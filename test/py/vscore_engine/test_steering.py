"""Vectors that are added behind blocks, against hooks put in by hand."""

import numpy as np
import pytest
import torch

from tiny_models import make_model, make_tokenizer, save_jumprelu, save_transcoder
from vscore_engine.dictionaries import Dictionary
from vscore_engine.dictionary_sources import DictionarySource
from vscore_engine.errors import EngineError
from vscore_engine.hook_points import HookPoint
from vscore_engine.models import LoadedModel
from vscore_engine.steering import (
    FeatureGate,
    LearnedGate,
    SteeredLayer,
    activations_of,
    refuse_later,
    steered,
    steered_positions,
)
from vscore_engine.tokens import tokenize

VECTOR = torch.linspace(-1, 1, 32)
IDS = torch.tensor([[2, 5, 9, 7], [2, 8, 8, 3]])
# Neither at the first position nor at the last of the second text.
WANTED = torch.tensor([[False, True, True, True], [False, True, True, False]])


@pytest.fixture(scope="module")
def model():
    return make_model("qwen3").requires_grad_(False)


@pytest.fixture(scope="module")
def sae(tmp_path_factory):
    return save_jumprelu(tmp_path_factory.mktemp("sae"), "blocks.1.hook_resid_post")


def dictionary(sae, point=HookPoint(1, "", "output")):  # noqa: B008  # frozen
    return Dictionary(DictionarySource(point.layer, "r", "s", None), sae, point, None)


def run(model, layers, positions=WANTED, ids=IDS):
    with torch.no_grad(), steered(model.model, layers, positions):
        return model.model(input_ids=ids).last_hidden_state


def by_hand(model, layer, change):
    """A pass with a hook on a block's output, written here."""

    def hook(module, args, out):
        return (change(out[0]), *out[1:]) if isinstance(out, tuple) else change(out)

    handle = model.model.layers[layer].register_forward_hook(hook)
    try:
        with torch.no_grad():
            return model.model(input_ids=IDS).last_hidden_state
    finally:
        handle.remove()


def test_the_vector_is_added_at_the_wanted_positions_and_nowhere_else(model):
    added = WANTED.float().unsqueeze(-1) * VECTOR
    expected = by_hand(model, 1, lambda hidden: hidden + added)
    assert torch.equal(run(model, [SteeredLayer(1, VECTOR, None)]), expected)


def test_nothing_is_left_behind_also_after_an_error(model):
    before = run(model, [])

    class Broken:
        dictionary = dictionary(None)

        def opening(self, rows):
            raise RuntimeError("in the middle")

    assert not torch.equal(run(model, [SteeredLayer(1, VECTOR, None)]), before)
    with pytest.raises(RuntimeError, match="in the middle"):
        run(model, [SteeredLayer(0, VECTOR, None), SteeredLayer(1, VECTOR, Broken())])
    assert torch.equal(run(model, []), before)


def test_alpha_zero_and_a_gate_that_never_opens_change_nothing_to_the_last_bit(model, sae):
    never = FeatureGate(dictionary(sae), (3, 5), float("inf"))
    for layers in (
        [SteeredLayer(1, VECTOR * 0, None), SteeredLayer(2, VECTOR * 0, None)],
        [SteeredLayer(1, VECTOR, never)],
    ):
        assert torch.equal(run(model, layers), run(model, []))


def test_a_gate_that_is_always_open_steers_as_without_one_to_the_last_bit(model, sae):
    always = FeatureGate(dictionary(sae), (3, 5), -1.0)
    assert torch.equal(
        run(model, [SteeredLayer(1, VECTOR, always)]), run(model, [SteeredLayer(1, VECTOR, None)])
    )


def test_a_gate_is_open_where_any_of_its_features_fires(model, sae):
    seen = {}

    def keep(module, args, out):
        seen["hidden"] = out[0] if isinstance(out, tuple) else out

    handle = model.model.layers[1].register_forward_hook(keep)
    run(model, [])
    handle.remove()
    active = sae.encode(seen["hidden"])[..., [0, 2]].gt(0).any(-1)
    assert 0 < int((active & WANTED).sum()) < int(WANTED.sum())
    expected = by_hand(
        model, 1, lambda hidden: hidden + (active & WANTED).float().unsqueeze(-1) * VECTOR
    )
    gate = FeatureGate(dictionary(sae), (0, 2), 0.0)
    assert torch.equal(run(model, [SteeredLayer(1, VECTOR, gate)]), expected)


def test_a_second_layers_gate_reads_what_the_first_has_steered(model, sae):
    second = SteeredLayer(
        2, VECTOR, FeatureGate(dictionary(sae, HookPoint(2, "", "output")), (1, 27, 39), 0)
    )
    alone, behind = run(model, [second]), run(model, [SteeredLayer(1, VECTOR, None), second])
    plain = run(model, [SteeredLayer(1, VECTOR, None)])
    assert not torch.equal(alone, behind)
    assert not torch.equal(plain, behind)


@pytest.mark.parametrize(
    "point",
    [
        HookPoint(2, "mlp", "input"),
        HookPoint(2, "", "input"),
        HookPoint(2, "self_attn.o_proj", "input", width="heads"),
        HookPoint(2, "post_attention_layernorm", "input", "rms"),
        HookPoint(1, "", "output"),
    ],
)
def test_a_gate_may_read_anything_in_front_of_the_blocks_end(model, tmp_path, point):
    width = 48 if point.width == "heads" else 32
    sae = save_jumprelu(tmp_path, "blocks.2.mlp.hook_in", d_in=width)
    always = FeatureGate(dictionary(sae, point), (1,), -1.0)
    never = FeatureGate(dictionary(sae, point), (1,), float("inf"))
    open_ = run(model, [SteeredLayer(2, VECTOR, always)])
    assert torch.equal(open_, run(model, [SteeredLayer(2, VECTOR, None)]))
    assert torch.equal(run(model, [SteeredLayer(2, VECTOR, never)]), run(model, []))


def test_a_gate_that_reads_a_later_layer_is_refused(sae):
    refuse_later(1, dictionary(sae))
    with pytest.raises(EngineError, match="reads layer 1"):
        refuse_later(0, dictionary(sae))


def test_a_learned_gate_at_its_start_is_half_open(model, sae):
    gate = LearnedGate(dictionary(sae), (3, 5), torch.zeros(2), torch.tensor(0.0))
    half = run(model, [SteeredLayer(1, VECTOR, gate)])
    assert torch.allclose(half, run(model, [SteeredLayer(1, VECTOR / 2, None)]), atol=1e-6)


def test_some_activations_are_those_of_the_whole_also_in_many_blocks(sae, monkeypatch, tmp_path):
    rows = torch.randn(7, 32, generator=torch.Generator().manual_seed(1))
    whole = sae.encode(rows)[:, [9, 2]]
    assert torch.equal(activations_of(dictionary(sae), rows, (9, 2)), whole)
    monkeypatch.setattr("vscore_engine.steering.block_height", lambda _: 2)
    assert torch.allclose(activations_of(dictionary(sae), rows, (9, 2)), whole, atol=1e-6)
    assert activations_of(dictionary(sae), rows[:0], (9, 2)).shape == (0, 2)
    transcoder = save_transcoder(tmp_path, "blocks.3.mlp.hook_in")
    assert torch.allclose(
        activations_of(dictionary(transcoder), rows, (4,)),
        transcoder.encode(rows)[:, [4]],
        atol=1e-6,
    )


def test_positions_follow_the_padding_and_leave_the_sink_and_special_tokens_out():
    texts = tokenize(make_tokenizer(), ["the cat", "the cat sat on<eos>"], True, None).texts
    short, long = (len(text.ids) for text in texts)
    counted = steered_positions(texts, "counted")
    assert counted.sum(axis=1).tolist() == [short - 1, long - 2]
    assert not counted[:, 0].any()
    left = steered_positions(texts, "counted", left=True)
    assert np.array_equal(left[0, long - short :], counted[0, :short])
    assert steered_positions(texts, "all").sum(axis=1).tolist() == [short, long]


@pytest.mark.parametrize("kind", ["qwen3", "gemma2", "gpt2", "llama"])
def test_padding_on_either_side_steers_the_same(kind, sae):
    loaded = LoadedModel(make_model(kind), None, None, None, torch.device("cpu"), torch.float32)
    gate = FeatureGate(dictionary(sae), (0, 2, 9, 30), 0.0)
    layers = [SteeredLayer(1, VECTOR, gate)]
    alone = torch.tensor([[2, 5, 9, 7]])
    wanted = torch.tensor([[False, True, True, True]])

    def last(ids, positions, mask, place):
        positions_of = (mask.cumsum(-1) - 1).clamp(min=0)
        with torch.no_grad(), steered(loaded.text_model, layers, positions):
            return loaded.text_model(
                input_ids=ids, attention_mask=mask, position_ids=positions_of, use_cache=False
            ).last_hidden_state[:, place]

    expected = last(alone, wanted, torch.ones_like(alone), 3)
    pad, no = torch.zeros(1, 2, dtype=torch.long), torch.zeros(1, 2, dtype=torch.bool)
    one = torch.ones_like(alone)
    left = last(torch.cat([pad, alone], 1), torch.cat([no, wanted], 1), torch.cat([pad, one], 1), 5)
    right = last(
        torch.cat([alone, pad], 1), torch.cat([wanted, no], 1), torch.cat([one, pad], 1), 3
    )
    assert torch.allclose(left, expected, atol=1e-4)
    assert torch.allclose(right, expected, atol=1e-4)

"""The table of hook names, without any model."""

from types import SimpleNamespace

import pytest

from vscore_engine.errors import EngineError
from vscore_engine.hook_points import ARCHITECTURES, HookPoint, find_hook_point, width_of


@pytest.mark.parametrize(
    ("architecture", "name", "expected"),
    [
        ("gemma2", "hook_resid_post", "model.layers.5 out"),
        ("gemma2", "hook_mlp_out", "model.layers.5.post_feedforward_layernorm out"),
        ("gemma2", "hook_attn_out", "model.layers.5.post_attention_layernorm out"),
        (
            "gemma3_text",
            "ln2.hook_normalized",
            "model.layers.5.pre_feedforward_layernorm in / rms",
        ),
        ("qwen3", "mlp.hook_in", "model.layers.5.mlp in"),
        ("qwen3", "hook_mlp_in", "model.layers.5.post_attention_layernorm in"),
        ("llama", "hook_mlp_out", "model.layers.5.mlp out"),
        ("mistral", "attn.hook_z", "model.layers.5.self_attn.o_proj in"),
        ("qwen2", "hook_resid_pre", "model.layers.5 in"),
        ("gpt2", "attn.hook_z", "transformer.h.5.attn.c_proj in"),
        ("gpt2", "ln2.hook_normalized", "transformer.h.5.ln_2 in normalized"),
        ("gpt_neox", "hook_attn_out", "gpt_neox.layers.5.attention out"),
    ],
)
def test_names(architecture, name, expected):
    point = find_hook_point(architecture, f"blocks.5.{name}")
    assert point.layer == 5
    assert point.describe(architecture) == expected


def test_an_unknown_architecture_names_the_known_ones():
    with pytest.raises(EngineError, match="gemma2") as caught:
        find_hook_point("mamba", "blocks.0.hook_resid_post")
    assert caught.value.kind == "request"
    assert "'mamba'" in caught.value.message


@pytest.mark.parametrize("name", ["blocks.3.hook_other", "hook_embed", "blocks.x.mlp.hook_in", ""])
def test_an_unknown_hook_names_itself_and_the_supported(name):
    with pytest.raises(EngineError, match="hook_resid_post") as caught:
        find_hook_point("qwen3", name)
    assert caught.value.kind == "request"
    assert repr(name) in caught.value.message


def test_a_parallel_block_has_no_stream_between_its_parts():
    with pytest.raises(EngineError, match="hook_resid_mid"):
        find_hook_point("gpt_neox", "blocks.3.hook_resid_mid", parallel_residual=True)
    assert find_hook_point("gpt_neox", "blocks.3.hook_resid_mid")


@pytest.mark.parametrize(
    ("name", "module", "side", "width"),
    [
        ("model.layers.7.output", "", "output", "model"),
        ("model.layers.7", "", "output", "model"),
        ("model.language_model.layers.7.mlp.input", "mlp", "input", "model"),
        (
            "model.layers.7.pre_feedforward_layernorm.output",
            "pre_feedforward_layernorm",
            "output",
            "model",
        ),
        ("model.layers.7.self_attn.o_proj.input", "self_attn.o_proj", "input", "heads"),
    ],
)
def test_the_authors_own_name_wins(name, module, side, width):
    point = find_hook_point("gemma3_text", "blocks.7.hook_mlp_in", hf_hook_name=name)
    assert point == HookPoint(7, module, side, width=width)


def test_a_module_that_is_no_part_of_a_block_is_refused():
    for name in ("model.layers.7.other.output", "model.norm.output", "lm_head"):
        with pytest.raises(EngineError, match="Choose another"):
            find_hook_point("gemma3_text", "blocks.7.hook_mlp_in", hf_hook_name=name)


def test_centring_applies_where_layer_norm_models_write():
    options = {"center_writing_weights": True}
    for name, centred in (
        ("hook_resid_pre", True),
        ("hook_mlp_out", True),
        ("attn.hook_z", False),
        ("mlp.hook_in", False),
    ):
        assert find_hook_point("gpt2", f"blocks.1.{name}", model_kwargs=options).centred is centred
    # An RMS norm does not subtract the mean: TransformerLens does not centre there.
    assert not find_hook_point("llama", "blocks.1.hook_resid_pre", model_kwargs=options).centred


@pytest.mark.parametrize(
    ("name", "option"), [("mlp.hook_in", "fold_ln"), ("attn.hook_z", "fold_value_biases")]
)
def test_activations_of_a_changed_model_are_refused(name, option):
    with pytest.raises(EngineError, match="changed by"):
        find_hook_point("gpt2", f"blocks.1.{name}", model_kwargs={option: True})
    assert find_hook_point("gpt2", f"blocks.1.{name}", model_kwargs={option: False})


def test_widths():
    config = SimpleNamespace(hidden_size=32, num_attention_heads=4, head_dim=12)
    heads = find_hook_point("gemma2", "blocks.0.attn.hook_z")
    assert width_of(heads, config) == 48
    assert width_of(find_hook_point("gemma2", "blocks.0.mlp.hook_in"), config) == 32
    del config.head_dim
    assert width_of(heads, config) == 32


def test_every_architecture_of_the_table_answers_every_name():
    for architecture in ARCHITECTURES:
        assert find_hook_point(architecture, "blocks.0.ln1.hook_normalized").side == "input"

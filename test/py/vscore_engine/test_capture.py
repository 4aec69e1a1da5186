"""Captured tensors of every architecture against two oracles that share no code with the engine.

TransformerLens defined the names; hand_written_forward.py computes every tensor from the weights.
"""

import copy

import pytest
import torch
from safetensors.torch import load_file

from hand_written_forward import hand_written_forward
from tiny_models import make_model, make_tokenizer
from vscore_engine.capture import capture
from vscore_engine.errors import EngineError
from vscore_engine.hook_points import HookPoint, find_hook_point
from vscore_engine.models import ModelSource, load_model

KINDS = ["qwen3", "qwen2", "llama", "mistral", "gemma2", "gemma3_text", "gpt2", "gpt_neox"]
NAMES = [
    "hook_resid_pre",
    "hook_resid_mid",
    "hook_resid_post",
    "hook_attn_out",
    "hook_mlp_out",
    "attn.hook_z",
    "mlp.hook_in",
    "mlp.hook_out",
    "ln1.hook_normalized",
    "ln2.hook_normalized",
]
LAYER = 2


@pytest.fixture(scope="module")
def models():
    return {kind: make_model(kind) for kind in KINDS}


@pytest.fixture(scope="module")
def ids():
    return torch.randint(3, 300, (2, 11), generator=torch.Generator().manual_seed(1))


def point_of(kind: str, name: str, layer: int = LAYER, **options) -> HookPoint:
    return find_hook_point(
        kind, f"blocks.{layer}.{name}", parallel_residual=kind == "gpt_neox", **options
    )


def read(model, points: dict[int, HookPoint], ids: torch.Tensor) -> dict[int, torch.Tensor]:
    return read_text_model(model.base_model, points, ids)


def read_text_model(base, points: dict[int, HookPoint], ids: torch.Tensor):
    with torch.no_grad(), capture(base, points, lambda tensor: tensor) as reader:
        return reader.run(lambda: base(input_ids=ids, use_cache=False))


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_tensors_as_transformer_lens(kind, models, ids, tmp_path):
    from transformer_lens.model_bridge import TransformerBridge
    from transformers import AutoTokenizer

    model = copy.deepcopy(models[kind])
    make_tokenizer().save_pretrained(tmp_path)
    model.save_pretrained(tmp_path)
    model.config._name_or_path = str(tmp_path)
    bridge = TransformerBridge.boot_transformers(
        str(tmp_path),
        hf_model=model,
        tokenizer=AutoTokenizer.from_pretrained(tmp_path),
        device="cpu",
    )
    with torch.no_grad():
        _, cache = bridge.run_with_cache(ids)
    for name in NAMES:
        full = f"blocks.{LAYER}.{name}"
        if kind == "gpt_neox" and name == "hook_resid_mid":
            assert full not in cache
            continue
        theirs = cache[full]
        # Ours has the heads side by side.
        theirs = theirs.flatten(2) if theirs.ndim == 4 else theirs
        ours = read(models[kind], {0: point_of(kind, name)}, ids)[0]
        torch.testing.assert_close(ours, theirs, atol=2e-5, rtol=1e-5, msg=f"{kind} {name}")


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        *((kind, {}) for kind in [*KINDS, "gemma3"]),
        ("gemma2", {"attn_logit_softcapping": 0.5, "final_logit_softcapping": 0.2}),
        ("gpt_neox", {"use_parallel_residual": False}),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else value,
)
def test_the_same_tensors_as_a_forward_pass_written_by_hand(kind, changes, ids, tmp_path):
    """Of a model that was saved and loaded again by the engine's own loader."""
    make_model(kind, **changes).save_pretrained(tmp_path)
    make_tokenizer().save_pretrained(tmp_path)
    source = ModelSource("tiny", str(tmp_path), None, offline=True)
    loaded = load_model(source, torch.device("cpu"), torch.float32)
    weights = load_file(tmp_path / "model.safetensors")
    seen = hand_written_forward(loaded.config.to_dict(), weights, ids)
    with torch.no_grad():
        logits = loaded.model(input_ids=ids).logits
    torch.testing.assert_close(logits.double(), seen.pop("logits"), atol=1e-5, rtol=1e-5)
    parallel = kind == "gpt_neox" and not changes
    assert len(seen) == 4 * (10 if parallel else 11)
    for full, by_hand in seen.items():
        point = find_hook_point(loaded.config.model_type, full, parallel_residual=parallel)
        ours = read_text_model(loaded.text_model, {0: point}, ids)[0].double()
        torch.testing.assert_close(ours, by_hand, atol=2e-5, rtol=1e-5, msg=f"{kind} {full}")


@pytest.mark.parametrize("kind", KINDS)
def test_residual_streams_are_the_models_own_hidden_states(kind, models, ids):
    with torch.no_grad():
        states = models[kind](ids, output_hidden_states=True, use_cache=False).hidden_states
    points = {layer: point_of(kind, "hook_resid_post", layer) for layer in range(4)}
    captured = read(models[kind], points, ids)
    # The last of hidden_states is behind the final norm: not the same thing.
    for layer in range(3):
        assert torch.equal(captured[layer], states[layer + 1])
    assert not torch.allclose(captured[3], states[4])
    before = read(models[kind], {0: point_of(kind, "hook_resid_pre", 3)}, ids)[0]
    assert torch.equal(before, captured[2])


@pytest.mark.parametrize("kind", KINDS)
def test_the_way_into_the_mlp(kind, models, ids):
    """hook_mlp_in -> norm -> mlp.hook_in; ln2.hook_normalized is that norm without its gain."""
    points = {
        0: point_of(kind, "hook_mlp_in"),
        1: point_of(kind, "ln2.hook_normalized"),
        2: point_of(kind, "mlp.hook_in"),
    }
    stream, normalized, mlp_in = read(models[kind], points, ids).values()
    block = getattr(models[kind].base_model, "h" if kind == "gpt2" else "layers")[LAYER]
    norm = block.get_submodule(points[0].module)
    assert torch.equal(norm(stream), mlp_in)
    gain = norm.weight + 1 if kind.startswith("gemma") else norm.weight
    torch.testing.assert_close(normalized * gain + getattr(norm, "bias", 0), mlp_in)
    assert not torch.allclose(normalized, mlp_in, atol=1e-2)
    if kind == "gpt_neox":
        assert torch.equal(
            stream, read(models[kind], {0: point_of(kind, "hook_resid_pre")}, ids)[0]
        )
    else:
        assert torch.equal(
            stream, read(models[kind], {0: point_of(kind, "hook_resid_mid")}, ids)[0]
        )


def test_centred_gpt2(models, ids):
    plain = point_of("gpt2", "hook_resid_post")
    centred = point_of("gpt2", "hook_resid_post", model_kwargs={"center_writing_weights": True})
    x, y = (read(models["gpt2"], {0: point}, ids)[0] for point in (plain, centred))
    torch.testing.assert_close(y, x - x.mean(-1, keepdim=True))
    assert not torch.allclose(x, y)


class TupleBlock(torch.nn.Module):
    """A block of an older transformers: returns a tuple, takes its input by name."""

    def forward(self, *, hidden_states):
        return (hidden_states + 1, None)


class TupleModel(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = torch.nn.ModuleList(TupleBlock() for _ in range(3))
        self.finished = 0

    def forward(self, x):
        for layer in self.layers:
            x = layer(hidden_states=x)[0]
        self.finished += 1
        return x


def test_tuples_and_inputs_by_name():
    model = TupleModel()
    points = {5: HookPoint(1, "", "output"), 6: HookPoint(1, "", "input")}
    with capture(model, points, lambda tensor: tensor) as reader:
        got = reader.run(lambda: model(torch.zeros(2, 3, 4)))
    assert got[5].shape == (2, 3, 4)
    assert (got[5] == 2).all()
    assert (got[6] == 1).all()


def count_calls(layers) -> list[int]:
    calls = [0] * len(layers)

    def counter(index):
        def count(module, args, kwargs):
            calls[index] += 1

        return count

    for index, layer in enumerate(layers):
        layer.register_forward_pre_hook(counter(index), with_kwargs=True)
    return calls


def test_the_pass_stops_behind_the_last_layer_that_is_read(ids):
    model = make_model("qwen3")
    calls = count_calls(model.model.layers)
    read(
        model,
        {0: point_of("qwen3", "hook_resid_post", 0), 1: point_of("qwen3", "mlp.hook_in", 1)},
        ids,
    )
    assert calls == [1, 1, 0, 0]


def test_hooks_are_removed_whatever_happens(ids):
    model = make_model("qwen3")
    block = model.model.layers[1]
    hooks = (block._forward_hooks, block._forward_pre_hooks)
    points = {0: point_of("qwen3", "hook_resid_post", 1), 1: point_of("qwen3", "hook_resid_pre", 1)}
    read(model, points, ids)
    assert [len(hook) for hook in hooks] == [0, 0]

    def fail() -> None:
        assert [len(hook) for hook in hooks] == [1, 1]
        raise RuntimeError("odd")

    with pytest.raises(RuntimeError, match="odd"), capture(model.model, points, lambda t: t):
        fail()
    assert [len(hook) for hook in hooks] == [0, 0]
    # A module that is not there: those registered before it go as well.
    missing = {**points, 2: HookPoint(1, "none", "input")}
    with pytest.raises(AttributeError), capture(model.model, missing, lambda t: t):
        pass
    assert [len(hook) for hook in hooks] == [0, 0]


def test_a_hook_that_does_not_fire_is_an_error():
    model = TupleModel()
    with (
        capture(model, {3: HookPoint(1, "", "output")}, lambda tensor: tensor) as reader,
        pytest.raises(EngineError, match=r"layers \[3\]") as caught,
    ):
        reader.run(lambda: None)
    assert caught.value.kind == "bug"
    assert model.finished == 0


def test_a_model_without_blocks_is_refused():
    points = {0: HookPoint(0, "", "output")}
    with (
        pytest.raises(EngineError, match="Linear"),
        capture(torch.nn.Linear(2, 2), points, lambda tensor: tensor),
    ):
        pass

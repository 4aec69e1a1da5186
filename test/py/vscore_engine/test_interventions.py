"""What is taken out of a hidden state, against projections worked out by hand."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tiny_models import make_model
from vscore_engine.errors import EngineError
from vscore_engine.hook_points import HookPoint
from vscore_engine.interventions import PROJECTIONS, edited, removal, remover

# Two directions of length 1 with a cosine of .8, and a state with a part along each.
FIRST, SECOND, STATE = [1.0, 0.0, 0.0], [0.8, 0.6, 0.0], [1.0, 1.0, 1.0]


def without(state, directions, projection):
    rows = removal(torch.tensor(directions), projection)
    return remover(rows)(torch.tensor(state)).tolist()


@pytest.mark.parametrize("norm", [0.25, 0.5, 1.0, 1.5, 2.0])
def test_of_one_direction_paper_and_span_leave_nothing_legacy_one_minus_one_over_n_squared(norm):
    direction = [[norm, 0.0, 0.0]]
    for projection, left in (("paper", 0.0), ("span", 0.0), ("legacy", 1 - 1 / norm**2)):
        assert without([1.0, 2.0, 3.0], direction, projection) == pytest.approx(
            [left, 2.0, 3.0], abs=1e-6
        )


def test_of_two_that_share_a_part_only_the_span_leaves_nothing_along_either():
    both = [FIRST, SECOND]
    assert without(STATE, both, "span") == pytest.approx([0, 0, 1], abs=1e-6)
    # 1 - (1 + .8 * 1.4), 1 - .6 * 1.4: the shared part is taken twice.
    assert without(STATE, both, "paper") == pytest.approx([-1.12, 0.16, 1], abs=1e-6)
    # One after the other: what the ablation repository's cluster script does.
    after = without(without(STATE, [FIRST], "paper"), [SECOND], "paper")
    assert after == pytest.approx([-0.48, 0.64, 1], abs=1e-6)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 4), st.integers(0, 2**31))
def test_what_is_left_by_the_span_is_orthogonal_and_taking_it_out_again_changes_nothing(k, seed):
    generator = torch.Generator().manual_seed(seed)
    directions = torch.randn(k, 6, generator=generator)
    state = torch.randn(3, 6, generator=generator)
    take = remover(removal(directions, "span"))
    left = take(state)
    unit = directions / directions.norm(dim=-1, keepdim=True)
    assert (left @ unit.T).abs().max() < 1e-5
    assert torch.allclose(take(left), left, atol=1e-5)


def test_a_direction_that_the_others_span_counts_once():
    rows = removal(torch.tensor([FIRST, SECOND, [2.0, -1.0, 0.0]]), "span")
    assert rows.shape == (2, 3)


@pytest.mark.parametrize("projection", PROJECTIONS)
def test_a_direction_of_length_zero_is_refused(projection):
    with pytest.raises(ValueError, match="length zero"):
        removal(torch.zeros(1, 3), projection)


def test_the_dtype_stays_and_the_centred_reading_projects_what_it_sees():
    rows = removal(torch.tensor([[1.0, -1.0, 0.0]]), "span")
    assert remover(rows)(torch.ones(2, 3, dtype=torch.bfloat16)).dtype == torch.bfloat16
    state = torch.tensor([[5.0, 1.0, 0.0]])
    # Orthogonal to the mean already: both readings agree.
    assert torch.allclose(remover(rows, centred=True)(state), remover(rows)(state), atol=1e-6)
    slanted = removal(torch.tensor([[1.0, 1.0, 1.0]]), "span")
    assert torch.allclose(remover(slanted, centred=True)(state), state, atol=1e-5)


@pytest.mark.parametrize(
    "point",
    [
        HookPoint(1, "", "output"),
        HookPoint(1, "", "input"),
        HookPoint(1, "mlp", "output"),
        HookPoint(1, "mlp", "input"),
        HookPoint(1, "self_attn.o_proj", "input", width="heads"),
    ],
)
@torch.no_grad()
def test_what_passes_is_changed_inside_and_the_model_is_as_before_behind_also_after_an_error(point):
    model = make_model("qwen3").model
    ids = torch.tensor([[2, 5, 9, 7]])
    before = model(input_ids=ids).last_hidden_state
    with edited(model, point, lambda hidden: hidden * 0.5):
        assert not torch.allclose(model(input_ids=ids).last_hidden_state, before)
    assert torch.equal(model(input_ids=ids).last_hidden_state, before)

    def fail(hidden):
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"), edited(model, point, fail):
        model(input_ids=ids)
    assert torch.equal(model(input_ids=ids).last_hidden_state, before)


def test_a_normalised_tensor_cannot_be_changed():
    with (
        pytest.raises(EngineError, match="normalised"),
        edited(make_model("qwen3").model, HookPoint(1, "mlp", "input", "rms"), lambda x: x),
    ):
        pass

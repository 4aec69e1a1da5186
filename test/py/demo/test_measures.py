"""The numbers that the evaluation is made of, on inputs small enough to check by hand."""

import pytest
import torch

from demo.measures import auroc, projection, top_features, v_scores
from demo.muon import orthogonalize


def test_v_score_is_the_mean_minus_the_mean_of_the_others() -> None:
    means = torch.tensor([[3.0, 0.0], [1.0, 2.0], [0.0, 4.0]])
    expected = torch.tensor([[2.5, -3.0], [-0.5, 0.0], [-2.0, 3.0]])
    assert torch.allclose(v_scores(means), expected)


def test_ties_go_to_the_lower_index() -> None:
    means = torch.tensor([[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]])
    assert top_features(means, 2)[0].tolist() == [0, 1]


def test_auroc_counts_ties_as_half() -> None:
    assert auroc(torch.tensor([2.0, 3.0]), torch.tensor([0.0, 1.0])) == 1.0
    assert auroc(torch.tensor([0.0, 1.0]), torch.tensor([0.0, 0.0])) == 0.75
    assert auroc(torch.zeros(3), torch.zeros(5)) == 0.5


def test_a_projection_leaves_its_span_and_removes_the_rest() -> None:
    rows = torch.tensor([[1.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    projector = projection(rows)
    assert torch.allclose(rows @ projector, rows, atol=1e-6)
    assert torch.allclose(torch.tensor([0.0, 0.0, 2.0]) @ projector, torch.zeros(3), atol=1e-6)


@pytest.mark.parametrize("shape", [(2, 8, 24), (2, 24, 8)])
def test_orthogonalized_matrices_have_singular_values_near_one(shape: tuple[int, ...]) -> None:
    matrices = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    values = torch.linalg.svdvals(orthogonalize(matrices))
    assert values.shape == (2, 8)
    assert values.min() > 0.6
    assert values.max() < 1.3

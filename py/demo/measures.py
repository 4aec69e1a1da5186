"""Numbers about features: v-scores, how well one finds its language, what it holds."""

import torch
from torch import Tensor


def v_scores(means: Tensor) -> Tensor:
    """v(f, L) = mean on L - mean over the other languages of theirs.

    means [languages, features] -> [languages, features].
    """
    count = len(means)
    return means - (means.sum(dim=0, keepdim=True) - means) / (count - 1)


def top_features(means: Tensor, count: int) -> Tensor:
    """The `count` features of highest v per language, int64 [languages, count]; ties by index."""
    return torch.sort(v_scores(means), dim=1, descending=True, stable=True).indices[:, :count]


def auroc(own: Tensor, others: Tensor) -> float:
    """P(own > other) + P(own = other) / 2, by ranks; own [n], others [m]."""
    values = torch.cat([own, others]).double()
    _, group, sizes = values.unique(return_inverse=True, return_counts=True)
    last = sizes.cumsum(0).double()
    ranks = (last - (sizes.double() - 1) / 2)[group]  # the mean rank of equal values
    n, m = len(own), len(others)
    return float((ranks[:n].sum() - n * (n + 1) / 2) / (n * m))


def projection(rows: Tensor) -> Tensor:
    """Q Q^T of the span of some rows, [k, d] -> [d, d]."""
    basis = torch.linalg.qr(rows.T).Q
    return basis @ basis.T

"""The `cluster` job: Ward's tree of languages, its cut, how well each cut fits, and a map in 2-D.

All of it is scipy's and scikit-learn's; torch is not needed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, leaves_list, linkage
from scipy.spatial.distance import squareform
from sklearn.manifold import MDS
from sklearn.metrics import silhouette_score

from vscore_engine.errors import EngineError

SEED = 42
STARTS = 4

Distances = NDArray[np.float64]
Labels = NDArray[np.int64]


def cluster(params: Mapping[str, Any]) -> dict[str, object]:
    """{"linkage", "leaves", "k", "cut", "labels", "silhouettes", "map", "stress", "stress_1"}.

    params: {"distances": K x K, symmetric, diagonal 0; "k": clusters at most, or null; "cut":
    height of the cut, or null}. Without both, k is that of the best silhouette (of equal ones the
    smallest).

    linkage: K - 1 rows [first, second, height, languages], as scipy's; labels: of each language,
    numbered from 1 in the order of the leaves; silhouettes: [k, mean silhouette], k = 2 .. K - 1,
    without those k that equal heights leave no cut for; map: K x [x, y].
    """
    distances = _checked(params["distances"])
    tree = linkage(squareform(distances), "ward")
    leaves = [int(leaf) for leaf in leaves_list(tree)]
    silhouettes = _silhouettes(distances, tree)
    if params["cut"] is not None:
        cut = float(params["cut"])
        labels = np.asarray(fcluster(tree, cut, "distance"))
    else:
        labels = _into(tree, params["k"] or _best(silhouettes, len(distances)))
        cut = _height_for(tree[:, 2], len(set(labels)))
    places, stress = _place(distances)
    total = float((squareform(distances) ** 2).sum())
    return {
        "linkage": [[int(a), int(b), float(height), int(n)] for a, b, height, n in tree],
        "leaves": leaves,
        "k": len(set(labels.tolist())),
        "cut": cut,
        "labels": _in_order_of(leaves, labels),
        "silhouettes": [[k, value] for k, value in silhouettes.items()],
        "map": places.tolist(),
        # Sum over pairs of (distance on the map - D)^2; stress-1 (Kruskal) is the root of its share
        # of the sum of D^2.
        "stress": stress,
        "stress_1": (stress / total) ** 0.5 if total > 0 else 0.0,
    }


def _checked(value: Sequence[Sequence[float]]) -> Distances:
    distances = np.array(value, dtype=np.float64)
    square = distances.ndim == 2 and distances.shape[0] == distances.shape[1] >= 2
    if not (
        square
        and np.isfinite(distances).all()
        and (distances >= 0).all()
        and (distances == distances.T).all()
        and not distances.diagonal().any()
    ):
        raise EngineError(
            "bug",
            f"The distances have the shape {distances.shape}, or are not those of a distance. "
            "A symmetric matrix of at least two rows was expected, finite and not below 0, with "
            "zeros on its diagonal. Install the two halves of vscore together.",
        )
    return distances


def _into(tree: Distances, k: int) -> Labels:
    """Clusters, k at most: merges of equal height are cut together."""
    return np.asarray(fcluster(tree, k, "maxclust"))


def _silhouettes(distances: Distances, tree: Distances) -> dict[int, float]:
    found: dict[int, float] = {}
    for k in range(2, len(distances)):
        labels = _into(tree, k)
        if len(set(labels.tolist())) == k:
            found[k] = float(silhouette_score(distances, labels, metric="precomputed"))
    return found


def _best(silhouettes: Mapping[int, float], languages: int) -> int:
    # Two languages, or all at one distance: no cut is better than another, so none is joined.
    return max(silhouettes, key=lambda k: silhouettes[k]) if silhouettes else languages


def _height_for(heights: Distances, k: int) -> float:
    """Midway between the last merge below the cut and the first above it."""
    below = float(heights[-k]) if k <= len(heights) else 0.0
    above = float(heights[1 - k]) if k > 1 else below + 0.1 * (below or 1.0)
    return (below + above) / 2 if k > 1 else above


def _in_order_of(leaves: Sequence[int], labels: Labels) -> list[int]:
    numbers: dict[int, int] = {}
    for leaf in leaves:
        numbers.setdefault(int(labels[leaf]), len(numbers) + 1)
    return [numbers[int(label)] for label in labels]


def _place(distances: Distances) -> tuple[Distances, float]:
    """Metric MDS: [K, 2] and its stress. A map has no direction: it may be turned and mirrored."""
    if not distances.any():
        return np.zeros((len(distances), 2)), 0.0
    scaling = MDS(
        n_components=2,
        metric="precomputed",
        metric_mds=True,
        init="random",
        n_init=STARTS,
        random_state=SEED,
        normalized_stress="auto",
    )
    places = np.asarray(scaling.fit_transform(distances))
    # It has a value once the map is made, which its type does not tell.
    stress: Any = scaling.stress_
    return places, float(stress)

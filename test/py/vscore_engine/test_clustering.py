"""Ward's tree, its cuts and the map: by hand for two pairs, and against scipy called otherwise."""

import subprocess
import sys

import numpy as np
import pytest
from scipy.cluster.hierarchy import is_monotonic, ward
from scipy.spatial.distance import pdist, squareform

from engine_process import EngineProcess
from vscore_engine.clustering import cluster
from vscore_engine.errors import EngineError

# Two pairs, at 0.2 and 0.4; 1 between them. Ward's height of the two, by Lance and Williams:
# d2({0,1}, 2) = (2 * 1 + 2 * 1 - 0.04) / 3 = 1.32,
# d2({0,1}, {2,3}) = (3 * 1.32 * 2 - 2 * 0.16) / 4 = 1.9.
PAIRS = [[0, 0.2, 1, 1], [0.2, 0, 1, 1], [1, 1, 0, 0.4], [1, 1, 0.4, 0]]
TOP = 1.9**0.5


def made(distances=PAIRS, k=None, cut=None):
    return cluster({"distances": distances, "k": k, "cut": cut})


def flat(count):
    return (1 - np.eye(count)).tolist()


def test_two_pairs_by_hand():
    found = made()
    assert np.array(found["linkage"]) == pytest.approx(
        np.array([[0, 1, 0.2, 2], [2, 3, 0.4, 2], [4, 5, TOP, 4]])
    )
    # Each language: (1 - a) / 1, where a is the distance to the other of its pair; 0 of a lone one.
    assert found["silhouettes"] == [[2, pytest.approx(0.7)], [3, pytest.approx(0.4)]]
    assert found["k"] == 2
    assert found["labels"] == [1, 1, 2, 2]
    assert found["leaves"] == [0, 1, 2, 3]
    assert found["cut"] == pytest.approx((0.4 + TOP) / 2)


@pytest.mark.parametrize(
    ("k", "cut", "labels", "height"),
    [
        (1, None, [1, 1, 1, 1], 1.1 * TOP),
        (3, None, [1, 1, 2, 3], 0.3),
        (4, None, [1, 2, 3, 4], 0.1),
        (None, 0.3, [1, 1, 2, 3], 0.3),
        (None, 5.0, [1, 1, 1, 1], 5.0),
    ],
)
def test_cuts_by_number_and_by_height(k, cut, labels, height):
    found = made(k=k, cut=cut)
    assert found["labels"] == labels
    assert found["k"] == max(labels)
    assert found["cut"] == pytest.approx(height)


def test_clusters_are_numbered_as_they_stand_under_the_tree():
    order = [2, 0, 3, 1]
    found = made(np.array(PAIRS)[np.ix_(order, order)].tolist())
    assert [order[leaf] for leaf in found["leaves"]] == [0, 1, 2, 3]
    assert found["labels"] == [2, 1, 2, 1]


def test_of_points_it_is_ward_of_the_points():
    points = np.random.default_rng(7).normal(size=(30, 3))
    found = made(squareform(pdist(points)).tolist(), k=6)
    tree = ward(points)
    assert np.array(found["linkage"]) == pytest.approx(tree)
    assert is_monotonic(np.array(found["linkage"]))
    assert sorted(found["leaves"]) == list(range(30))
    heights = tree[:, 2]
    assert heights[-6] < found["cut"] < heights[-5]
    assert len(set(found["labels"])) == 6
    assert [k for k, _ in found["silhouettes"]] == list(range(2, 30))


def test_the_map_keeps_distances_of_a_plane_and_tells_what_it_cannot_keep():
    # The same at every call, on a plane without loss.
    plane = squareform(pdist(np.random.default_rng(3).normal(size=(6, 2))))
    found = made(plane.tolist())
    assert found["map"] == made(plane.tolist())["map"]
    assert pdist(np.array(found["map"])) == pytest.approx(squareform(plane), abs=0.05)
    # Five languages at one distance need four dimensions.
    lost = made(flat(5))
    off = ((pdist(np.array(lost["map"])) - 1) ** 2).sum()
    assert lost["stress"] == pytest.approx(off, rel=1e-3)
    assert lost["stress_1"] == pytest.approx((off / 10) ** 0.5, rel=1e-3)
    assert lost["stress_1"] > 0.2


def test_few_languages():
    two = made(flat(2))
    assert (two["k"], two["labels"], two["silhouettes"]) == (2, [1, 2], [])
    assert two["cut"] == pytest.approx(0.5)
    assert made(flat(2), k=1)["labels"] == [1, 1]
    assert made([[0, 1, 3], [1, 0, 3], [3, 3, 0]])["k"] == 2


def test_merges_of_one_height_are_cut_together():
    three = made(flat(3), k=2)
    assert (three["k"], three["silhouettes"]) == (1, [])
    assert made(flat(3))["k"] == 3
    # Languages that are the same are one from the start.
    same = made([[0, 0, 1], [0, 0, 1], [1, 1, 0]])
    assert same["linkage"][0] == [0, 1, 0.0, 2]
    assert same["silhouettes"] == [[2, pytest.approx(2 / 3)]]
    nothing = made([[0, 0], [0, 0]])
    assert (nothing["map"], nothing["stress_1"]) == ([[0, 0], [0, 0]], 0)


@pytest.mark.parametrize(
    "distances",
    [
        [[0]],
        [[0, 1]],
        [[0, 1], [2, 0]],
        [[0, -1], [-1, 0]],
        [[0.5, 1], [1, 0]],
        [[0, float("nan")], [float("nan"), 0]],
    ],
)
def test_what_is_no_distance_is_refused(distances):
    with pytest.raises(EngineError, match="are not those of a distance"):
        made(distances)


def test_as_a_job_of_the_engine(tmp_path):
    engine = EngineProcess(tmp_path)
    try:
        assert "ok" in engine.open()
        frames = engine.run("cluster", distances=PAIRS, k=None, cut=None)
    finally:
        engine.stop()
    (found,) = [frame for frame in frames if frame.kind == "result"]
    assert found.metadata["name"] == "clusters"
    assert found.json["labels"] == [1, 1, 2, 2]


def test_torch_is_not_imported_for_it():
    program = "import sys, vscore_engine.clustering; sys.exit('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd="py", check=False)
    assert done.returncode == 0

"""Random dictionaries fire as often and as strongly as the real ones, and know nothing of them."""

from pathlib import Path

import numpy as np
import pytest
import torch

from engine_process import EngineProcess, load_request
from tiny_models import save_jumprelu
from vscore_engine.dictionaries import Dictionary, load_dictionary
from vscore_engine.dictionary_sources import DictionarySource
from vscore_engine.encoding import NotFinite, encode
from vscore_engine.errors import EngineError
from vscore_engine.hook_points import find_hook_point
from vscore_engine.random_dictionary import GROUP, activity, draw, levels, randomise

TEXTS = ["the cat sat on the mat", "le chat est assis sur le mat", "x y z"]
SHARDS = [{"shard": 0, "texts": [1, 0]}, {"shard": 1, "texts": [2]}]


def dictionary(folder: Path) -> Dictionary:
    save_jumprelu(folder, "blocks.1.hook_resid_post")
    point = find_hook_point("qwen3", "blocks.1.hook_resid_post")
    source = DictionarySource(1, "r", "i", str(folder))
    return load_dictionary(source, point, torch.device("cpu"))


def rows(count: int = 400, seed: int = 1) -> torch.Tensor:
    return torch.randn(count, 32, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("seed", range(3))
def test_rates_and_means_on_the_calibration_are_the_real_ones(tmp_path, seed):
    real = dictionary(tmp_path)
    calibration = rows(seed=seed)
    made = randomise(real, calibration, seed)
    firing, total = activity(real, calibration)
    assert firing.max() > 0
    drawn, summed = activity(made, calibration)
    assert drawn.tolist() == firing.tolist()
    np.testing.assert_allclose(summed, total, rtol=1e-4, atol=1e-5)


def test_a_feature_that_never_fires_never_fires_and_one_that_always_does_does(tmp_path):
    real = dictionary(tmp_path)
    with torch.no_grad():
        real.sae.threshold[0] = 1e9
        real.sae.b_enc[1] = 1e6
        real.sae.threshold[1] = 1.0
    made = randomise(real, rows(), 0)
    drawn, _ = activity(made, rows())
    assert (drawn[0], drawn[1]) == (0, 400)
    elsewhere, _ = activity(made, 100 * rows(seed=9))
    assert elsewhere[0] == 0


def test_the_same_seed_gives_the_same_and_another_another(tmp_path):
    real = dictionary(tmp_path)
    first, again, other = (randomise(real, rows(), seed) for seed in (4, 4, 5))
    values = [next(encode(each, rows(seed=2))).value for each in (first, again, other)]
    assert values[0].tolist() == values[1].tolist()
    assert values[0].tolist() != values[2].tolist()


def test_directions_do_not_hang_on_how_many_there_are():
    few = dict(draw(8, 10, "s"))
    many = dict(draw(8, GROUP + 3, "s"))
    assert torch.equal(few[0], many[0][:, :10])
    assert many[GROUP].shape == (8, 3)
    assert not torch.equal(many[0][:, :3], many[GROUP])


def test_levels_lie_half_way_between_rows():
    z = torch.tensor([[1.0], [5.0], [3.0], [2.0]])
    for count, expected in [(1, 4.0), (2, 2.5), (3, 1.5)]:
        assert levels(z, torch.tensor([count])).item() == expected
    assert levels(z, torch.tensor([0])).item() > 5
    assert levels(z, torch.tensor([4])).item() < 1


def test_it_has_no_weights_to_be_steered_or_ablated_by(tmp_path):
    made = randomise(dictionary(tmp_path), rows(), 0)
    assert (made.d_sae, made.prepend_bos) == (64, True)
    with pytest.raises(EngineError, match=r"asked for its W_dec\. It only encodes"):
        _ = made.sae.W_dec


def test_rows_that_are_not_finite_are_refused(tmp_path):
    broken = rows()
    broken[3, 0] = float("nan")
    with pytest.raises(NotFinite):
        randomise(dictionary(tmp_path), broken, 0)


@pytest.fixture
def engine_with_texts(engine: EngineProcess, tiny):
    engine.run("load", **load_request(tiny))
    engine.run("tokenize", language="eng", texts=TEXTS)
    return engine


def extracted(engine: EngineProcess, layer: int) -> dict[str, np.ndarray]:
    shards = [{"shard": 0, "texts": [0, 1, 2]}]
    frames = engine.run("extract", language="eng", layers=[layer], shards=shards, tokens=False)
    (sent,) = [frame for frame in frames if frame.kind == "activations"]
    return sent.tensors


def counts(tensors: dict[str, np.ndarray]) -> list[int]:
    """On how many plain tokens each feature fires."""
    tokens = np.repeat(np.arange(len(tensors["role"])), np.diff(tensors["indptr"].astype(int)))
    plain = tensors["role"][tokens] == 0
    return np.bincount(tensors["feature"][plain], minlength=64).tolist()


def test_the_job_replaces_every_dictionary(engine_with_texts):
    before = extracted(engine_with_texts, 2)
    asked = {"seed": 3, "left_out": 3, "most": 1000}
    languages = [{"language": "eng", "shards": SHARDS}]
    frames = engine_with_texts.run("randomise", **asked, languages=languages)
    (told,) = [frame.json for frame in frames if frame.kind == "result"]
    after = extracted(engine_with_texts, 2)
    assert told["tokens"] == int((before["role"] == 0).sum())
    assert counts(after) == counts(before)
    assert after["feature"].tolist() != before["feature"].tolist()
    # Again, as after a device without memory: what is random stays.
    engine_with_texts.run("randomise", **asked, languages=languages)
    assert extracted(engine_with_texts, 2)["value"].tolist() == after["value"].tolist()


def test_no_more_tokens_of_a_language_are_read_than_asked_for(engine_with_texts):
    languages = [{"language": "eng", "shards": SHARDS}]
    frames = engine_with_texts.run("randomise", seed=3, left_out=3, most=5, languages=languages)
    assert [frame.json["tokens"] for frame in frames if frame.kind == "result"] == [5]


def test_texts_that_are_not_tokenized_are_refused(engine_with_texts):
    languages = [{"language": "fra", "shards": SHARDS}]
    frames = engine_with_texts.run("randomise", seed=3, left_out=3, most=5, languages=languages)
    assert "not tokenized" in frames[-1].json["message"]

"""Encoding in blocks of tokens and features."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sae_lens import (
    GatedSAE,
    GatedSAEConfig,
    JumpReLUSAE,
    JumpReLUSAEConfig,
    JumpReLUSkipTranscoder,
    JumpReLUSkipTranscoderConfig,
    JumpReLUTranscoder,
    JumpReLUTranscoderConfig,
    MatchingPursuitSAE,
    MatchingPursuitSAEConfig,
    SkipTranscoder,
    SkipTranscoderConfig,
    StandardSAE,
    StandardSAEConfig,
    TopKSAE,
    TopKSAEConfig,
    Transcoder,
    TranscoderConfig,
)

from vscore_engine import encoding
from vscore_engine.dictionaries import Dictionary
from vscore_engine.dictionary_sources import DictionarySource
from vscore_engine.encoding import Block, NotFinite, block_of, encode
from vscore_engine.hook_points import HookPoint
from vscore_engine.random_dictionary import randomise

CPU = torch.device("cpu")
D_IN, D_SAE = 8, 96
WIDE = {"d_in": D_IN, "d_sae": D_SAE}
DIVISIBLE = {
    "standard": lambda: StandardSAE(StandardSAEConfig(**WIDE)),
    "jumprelu": lambda: JumpReLUSAE(JumpReLUSAEConfig(**WIDE)),
    "gated": lambda: GatedSAE(GatedSAEConfig(**WIDE)),
    "topk": lambda: TopKSAE(TopKSAEConfig(**WIDE, k=7)),
    "rescaled topk": lambda: TopKSAE(TopKSAEConfig(**WIDE, k=7, rescale_acts_by_decoder_norm=True)),
    "transcoder": lambda: Transcoder(
        TranscoderConfig(**WIDE, d_out=D_IN, apply_b_dec_to_input=False)
    ),
    "skip": lambda: SkipTranscoder(
        SkipTranscoderConfig(**WIDE, d_out=D_IN, apply_b_dec_to_input=False)
    ),
    "jumprelu transcoder": lambda: JumpReLUTranscoder(
        JumpReLUTranscoderConfig(**WIDE, d_out=D_IN, apply_b_dec_to_input=False)
    ),
    "jumprelu skip": lambda: JumpReLUSkipTranscoder(
        JumpReLUSkipTranscoderConfig(**WIDE, d_out=D_IN, apply_b_dec_to_input=False)
    ),
    "square": lambda: JumpReLUSAE(JumpReLUSAEConfig(d_in=D_SAE, d_sae=D_SAE)),
    "normalising": lambda: StandardSAE(
        StandardSAEConfig(**WIDE, normalize_activations="layer_norm")
    ),
}


def entry(sae) -> Dictionary:
    torch.manual_seed(3)
    for parameter in sae.parameters():
        parameter.data = torch.randn_like(parameter) * 0.5
    sae.eval().requires_grad_(False)
    return Dictionary(DictionarySource(1, "r", "i", "."), sae, HookPoint(1, "", "output"), None)


def rows_for(dictionary: Dictionary, n: int = 37) -> torch.Tensor:
    width = int(dictionary.sae.cfg.d_in)
    return torch.randn(n, width, generator=torch.Generator().manual_seed(5))


def dense(parts, width: int) -> np.ndarray:
    """What the parts say, [n, width]; refuses rows or features out of order."""
    blocks, at = [], 0
    for part in parts:
        assert part.start == at
        at = part.stop
        matrix = np.zeros((part.stop - part.start, width), np.float32)
        for row, (begin, end) in enumerate(zip(part.indptr[:-1], part.indptr[1:], strict=True)):
            features = part.feature[int(begin) : int(end)]
            assert (np.diff(features.astype(np.int64)) > 0).all()
            matrix[row, features] = part.value[int(begin) : int(end)]
        blocks.append(matrix)
    return np.concatenate(blocks)


@pytest.fixture
def blocks(monkeypatch):
    """Sets how many rows and features are encoded at once."""

    def choose(rows: int, features: int) -> None:
        monkeypatch.setattr(encoding, "_CPU_ROWS", rows)
        monkeypatch.setattr(encoding, "_CPU_FEATURES", features)

    return choose


@pytest.mark.parametrize("kind", DIVISIBLE)
@pytest.mark.parametrize("features", [95, 40, 13])
def test_ranges_of_features_are_the_whole(kind, features, blocks):
    dictionary = entry(DIVISIBLE[kind]())
    rows = rows_for(dictionary)
    expected = dictionary.encode(rows).numpy()
    assert 0 < np.count_nonzero(expected) < expected.size
    blocks(10, features)
    assert block_of(dictionary, CPU).features <= features
    np.testing.assert_allclose(
        dense(encode(dictionary, rows), D_SAE), expected, rtol=1e-5, atol=1e-5
    )


def test_no_range_of_a_top_k_dictionary_is_narrower_than_k(blocks):
    dictionary = entry(DIVISIBLE["topk"]())
    blocks(10, 8)
    assert block_of(dictionary, CPU).features == 8
    blocks(10, 6)
    assert block_of(dictionary, CPU) == Block(1, D_SAE)


@pytest.mark.parametrize("features", [20, 14])
def test_no_range_is_narrower_than_k_where_ranges_are_not_equal(features, blocks):
    sae = TopKSAE(TopKSAEConfig(d_in=D_IN, d_sae=41, k=features - 1 if features == 14 else 13))
    dictionary = entry(sae)
    rows = rows_for(dictionary)
    blocks(10, features)
    found = dense(encode(dictionary, rows), 41)
    np.testing.assert_allclose(found, dictionary.encode(rows).numpy(), atol=1e-5)


@pytest.mark.parametrize("kind", [*DIVISIBLE, "matching pursuit"])
def test_every_kind_encodes_as_before_once_its_decoder_is_given_back(kind):
    make = DIVISIBLE.get(
        kind,
        lambda: MatchingPursuitSAE(MatchingPursuitSAEConfig(**WIDE, residual_threshold=0.1)),
    )
    dictionary = entry(make())
    rows = rows_for(dictionary)
    expected = dictionary.encode(rows)
    dictionary.keep_encoder()
    assert torch.equal(dictionary.encode(rows), expected)


def test_memory_does_not_grow_with_the_width():
    """Freed blocks must not be pinned: a process of its own each, at its peak."""
    script = (
        "import resource, sys, torch\n"
        "from sae_lens import StandardSAE, StandardSAEConfig\n"
        "from test_encoding import entry, encode\n"
        "dictionary = entry(StandardSAE(StandardSAEConfig(d_in=4, d_sae=int(sys.argv[1]))))\n"
        "dictionary.sae.b_enc.data -= 4\n"
        "rows = torch.randn(1024, 4)\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "(part,) = encode(dictionary, rows)\n"
        "after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print(after - before, len(part.value))\n"
    )
    here = Path(__file__).resolve()
    paths = [here.parent, here.parents[1], here.parents[3] / "py"]
    grown, pairs = {}, {}
    for width in (4096, 262144):
        done = subprocess.run(
            [sys.executable, "-c", script, str(width)],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))},
        )
        grown[width], pairs[width] = map(int, done.stdout.split())
    # KiB on Linux: the pairs themselves take 12 bytes, a few times over while they are sorted.
    held = 40 * (pairs[262144] - pairs[4096]) / 1024
    assert grown[262144] - grown[4096] < held + 60_000


def test_what_cannot_be_divided_is_encoded_whole_in_few_rows(blocks):
    dictionary = entry(MatchingPursuitSAE(MatchingPursuitSAEConfig(**WIDE, residual_threshold=0.1)))
    blocks(12, 40)
    assert block_of(dictionary, CPU) == Block(5, D_SAE)
    rows = rows_for(dictionary)
    np.testing.assert_allclose(
        dense(encode(dictionary, rows), D_SAE), dictionary.encode(rows).numpy(), atol=1e-4
    )


def test_a_random_dictionary_is_divided_too(blocks):
    real = entry(DIVISIBLE["jumprelu"]())
    rows = rows_for(real)
    dictionary = randomise(real, rows, 1)
    expected = dictionary.encode(rows).numpy()
    assert np.count_nonzero(expected)
    blocks(10, 40)
    assert block_of(dictionary, CPU) == Block(10, 32)
    np.testing.assert_allclose(dense(encode(dictionary, rows), D_SAE), expected, atol=1e-5)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 30), st.integers(1, 12), st.integers(7, D_SAE), st.integers(1, 400))
def test_neither_blocks_nor_their_limit_change_what_is_active(n, height, features, most):
    dictionary = entry(DIVISIBLE["jumprelu"]())
    rows = rows_for(dictionary, n)
    expected = dictionary.encode(rows).numpy()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoding, "_CPU_ROWS", height)
        patch.setattr(encoding, "_CPU_FEATURES", features)
        patch.setattr(encoding, "MOST_PAIRS", most)
        parts = list(encode(dictionary, rows))
    assert all(len(p.feature) <= most or p.stop - p.start == 1 for p in parts)
    assert all(p.stop - p.start <= height for p in parts)
    np.testing.assert_allclose(dense(parts, D_SAE), expected, rtol=1e-5, atol=1e-5)


def test_no_block_is_ever_as_wide_as_the_dictionary(blocks, monkeypatch):
    dictionary = entry(DIVISIBLE["jumprelu"]())
    blocks(10, 16)
    seen = []
    encode_range = Dictionary.encode_range

    def watched(self, rows, first, stop):
        found = encode_range(self, rows, first, stop)
        seen.append(tuple(found.shape))
        return found

    monkeypatch.setattr(Dictionary, "encode_range", watched)
    monkeypatch.setattr(Dictionary, "encode", lambda *_: pytest.fail("encoded at full width"))
    list(encode(dictionary, rows_for(dictionary)))
    assert set(seen) == {(10, 16), (7, 16)}


class Signed:
    """A dictionary whose activations may be negative or not finite."""

    d_sae = 3

    def __init__(self, matrix):
        self.matrix = torch.tensor(matrix)

    def encode(self, rows):
        return rows @ self.matrix


def test_negative_activations_are_kept():
    (part,) = encode(Signed([[1.0, -2.0, 0.0]]), torch.tensor([[1.0], [0.0], [-1.0]]))  # type: ignore[arg-type]
    assert part.indptr.tolist() == [0, 2, 2, 4]
    assert part.feature.tolist() == [0, 1, 0, 1]
    assert part.value.tolist() == [1, -2, -1, 2]


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_activations_that_are_not_finite_are_found(bad):
    rows = torch.tensor([[0.0, 1.0], [1.0, 0.0]])
    with pytest.raises(NotFinite) as caught:
        list(encode(Signed([[0.0, bad, 0.0], [1.0, 1.0, 1.0]]), rows[1:].repeat(3, 1)))  # type: ignore[arg-type]
    assert (caught.value.row, caught.value.what) == (0, "activations")
    with pytest.raises(NotFinite) as caught:
        list(encode(Signed([[1.0] * 3] * 2), torch.tensor([[1.0, 1.0], [bad, 1.0]])))  # type: ignore[arg-type]
    assert (caught.value.row, caught.value.what) == (1, "input")


def test_the_row_of_a_bad_activation_is_found_in_any_range(blocks):
    dictionary = entry(DIVISIBLE["standard"]())
    dictionary.sae.b_enc.data[70] = float("nan")
    blocks(10, 40)
    with pytest.raises(NotFinite) as caught:
        list(encode(dictionary, rows_for(dictionary)))
    assert (caught.value.row, caught.value.what) == (0, "activations")

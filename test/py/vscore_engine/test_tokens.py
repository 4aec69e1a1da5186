"""Tokens, roles and offsets with and without BOS."""

import json

import numpy as np

from tiny_models import make_tokenizer
from vscore_engine.tokens import begins_with_bos, needs_bos, pad, pieces, spelling, tokenize

TEXT = "the caté"


def test_bos_from_the_tokenizer():
    tokenizer = make_tokenizer()
    assert begins_with_bos(tokenizer)
    assert not needs_bos(tokenizer, prepend_bos=True)
    (text,) = tokenize(tokenizer, [TEXT], prepend_bos=True, max_positions=64).texts
    assert text.ids[0] == tokenizer.bos_token_id
    assert text.ids[1] != tokenizer.bos_token_id
    assert text.role[0] == 3
    assert (text.role[1:] == 0).all()
    assert text.ids.dtype == np.uint32
    assert text.role.dtype == np.uint8


def test_bos_that_the_tokenizer_leaves_out_is_added_if_the_dictionary_wants_it():
    tokenizer = make_tokenizer(adds_bos=False)
    assert needs_bos(tokenizer, prepend_bos=True)
    assert not needs_bos(tokenizer, prepend_bos=False)
    (with_bos,) = tokenize(tokenizer, [TEXT], prepend_bos=True, max_positions=None).texts
    (without,) = tokenize(tokenizer, [TEXT], prepend_bos=False, max_positions=None).texts
    assert with_bos.ids.tolist() == [tokenizer.bos_token_id, *without.ids.tolist()]
    assert with_bos.offsets[0].tolist() == [0, 0]
    assert without.role[0] == 1


def test_a_tokenizer_without_bos_like_qwens():
    tokenizer = make_tokenizer(has_bos=False)
    assert not begins_with_bos(tokenizer)
    assert not needs_bos(tokenizer, prepend_bos=True)
    (text,) = tokenize(tokenizer, [TEXT], prepend_bos=True, max_positions=None).texts
    assert text.role.tolist() == [1] + [0] * (len(text.ids) - 1)


def test_special_tokens_are_known_by_id_anywhere():
    tokenizer = make_tokenizer()
    (text,) = tokenize(tokenizer, ["a<eos>b"], prepend_bos=True, max_positions=None).texts
    assert text.role.tolist() == [3, 0, 2, 0]


def test_offsets_count_code_points():
    tokenizer = make_tokenizer()
    source = "🙂 caté 🙂x"
    (text,) = tokenize(tokenizer, [source], prepend_bos=True, max_positions=None).texts
    spans = text.offsets.tolist()
    assert spans[0] == [0, 0]
    assert spans[-1] == [len(source) - 1, len(source)]
    assert all(begin <= end <= len(source) for begin, end in spans)


def test_truncation_and_empty_texts():
    tokenizer = make_tokenizer(has_bos=False)
    done = tokenize(tokenizer, ["x" * 30, "", "xy"], prepend_bos=False, max_positions=10)
    assert [len(text.ids) for text in done.texts] == [10, 0, 2]
    assert done.truncated == [0]
    assert done.texts[0].offsets.shape == (10, 2)
    assert done.texts[1].offsets.shape == (0, 2)
    assert tokenize(tokenizer, [], prepend_bos=False, max_positions=10).texts == []


def test_padding_is_on_the_right():
    tokenizer = make_tokenizer()
    texts = tokenize(tokenizer, ["xyz", "x"], prepend_bos=True, max_positions=None).texts
    ids, mask = pad(texts, 0)
    assert ids.shape == mask.shape == (2, 4)
    assert mask.tolist() == [[True] * 4, [True, True, False, False]]
    assert ids[1, 2:].tolist() == [0, 0]
    assert ids[mask].tolist() == [*texts[0].ids.tolist(), *texts[1].ids.tolist()]


def test_pieces_are_readable():
    tokenizer = make_tokenizer()
    (text,) = tokenize(tokenizer, ["zq é"], prepend_bos=True, max_positions=None).texts
    words = pieces(tokenizer, text.ids)
    assert words[:3] == ["<bos>", "z", "q"]
    # The two bytes of é are tokens of their own here.
    assert words[-1] == "\ufffd"


def test_a_spelling_is_of_all_tokens_text_after_text():
    tokenizer = make_tokenizer()
    texts = tokenize(tokenizer, ["the cat", "", "z é"], True, None).texts
    tensors = dict(spelling(tokenizer, [texts[2], texts[0]]))
    assert tensors["tokens"].tolist() == [len(texts[2].ids), len(texts[0].ids)]
    for name, own in (("offset_start", 0), ("offset_end", 1)):
        expected = [*texts[2].offsets[:, own], *texts[0].offsets[:, own]]
        assert tensors[name].tolist() == expected
        assert tensors[name].flags["C_CONTIGUOUS"]
    assert tensors["role"].tolist() == [*texts[2].role, *texts[0].role]
    words = json.loads(bytes(tensors["pieces"]))
    assert len(words) == len(tensors["role"])
    assert "".join(words).startswith("<bos>z ")
    nothing = dict(spelling(tokenizer, []))
    assert [len(nothing[name]) for name in ("tokens", "role", "offset_end")] == [0, 0, 0]

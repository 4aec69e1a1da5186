"""Dealt tokens: the same ones, as many in every text, and nothing of their order."""

import numpy as np

from tiny_models import make_tokenizer
from vscore_engine.dealing import deal
from vscore_engine.tokens import Tokenized, tokenize

TEXTS = ["the cat sat on the mat", "a<eos>le chat est assis", "x", "", "sur le mat the cat" * 4]


def done(max_positions: int | None = None) -> Tokenized:
    return tokenize(make_tokenizer(), TEXTS, prepend_bos=True, max_positions=max_positions)


def plain(texts: Tokenized) -> list[int]:
    return [int(i) for text in texts.texts for i in text.ids[text.role == 0]]


def test_the_multiset_of_tokens_and_every_length_and_role_stay():
    whole = done(max_positions=20)
    dealt = deal(whole, 7, "fra_Latn")
    assert sorted(plain(dealt)) == sorted(plain(whole))
    assert plain(dealt) != plain(whole)
    assert dealt.truncated == whole.truncated == [4]
    for before, after in zip(whole.texts, dealt.texts, strict=True):
        assert (after.role == before.role).all()
        stays = before.role != 0
        assert (after.ids[stays] == before.ids[stays]).all()
        assert after.ids.dtype == np.uint32


def test_tokens_leave_their_texts_and_no_offset_is_left():
    whole = done()
    dealt = deal(whole, 7, "fra_Latn")
    assert not any(text.offsets.any() for text in dealt.texts)
    assert whole.texts[0].offsets.any(), "what was tokenized is left as it was"
    assert sorted(dealt.texts[4].ids) != sorted(whole.texts[4].ids)


def test_the_order_hangs_on_seed_and_language_alone():
    first = plain(deal(done(), 7, "fra_Latn"))
    assert plain(deal(done(), 7, "fra_Latn")) == first
    assert plain(deal(done(), 8, "fra_Latn")) != first
    assert plain(deal(done(), 7, "eng_Latn")) != first


def test_a_language_without_plain_tokens_stays_as_it_is():
    empty = tokenize(make_tokenizer(), [""], prepend_bos=True, max_positions=None)
    dealt = deal(empty, 7, "fra_Latn")
    assert [text.ids.tolist() for text in dealt.texts] == [[2]]
    assert deal(Tokenized([], []), 7, "fra_Latn").texts == []

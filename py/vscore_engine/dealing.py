"""A language's own tokens dealt out anew: the same frequencies, no context."""

import hashlib
from dataclasses import replace

import numpy as np

from vscore_engine.tokens import Tokenized


def deal(done: Tokenized, seed: int, language: str) -> Tokenized:
    """The texts with their plain tokens in a random order across all of them.

    Tokens that are neither special nor at the first position change places; every length, role and
    other token stays. Offsets become (0, 0), which means none: no token stands for its place in
    the text any more. The order follows from seed and language alone: it sorts raw 64-bit draws of
    PCG64, which numpy promises not to change.
    """
    plain = [text.role == 0 for text in done.texts]
    pool = np.concatenate(
        [np.zeros(0, np.uint32)]
        + [text.ids[own] for text, own in zip(done.texts, plain, strict=True)]
    )
    digest = hashlib.sha256(f"deal\0{seed}\0{language}".encode()).digest()
    draws = np.random.PCG64(int.from_bytes(digest, "big")).random_raw(len(pool))
    dealt = pool[np.argsort(draws, kind="stable")]
    texts, start = [], 0
    for text, own in zip(done.texts, plain, strict=True):
        ids = text.ids.copy()
        count = int(own.sum())
        ids[own] = dealt[start : start + count]
        start += count
        texts.append(replace(text, ids=ids, offsets=np.zeros_like(text.offsets)))
    return Tokenized(texts, list(done.truncated))

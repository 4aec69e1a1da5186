"""Texts -> tokens, with what a reader needs to decide which of them count."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vscore_engine.frames import to_json

FIRST_POSITION = 1
SPECIAL_TOKEN = 2


@dataclass
class TokenizedText:
    """ids U32[n]; role U8[n] (bit flags above); offsets U32[n, 2] in code points of the text."""

    ids: np.ndarray
    role: np.ndarray
    offsets: np.ndarray


@dataclass
class Tokenized:
    """The texts of one language; `truncated` holds the indices of those cut to the context."""

    texts: list[TokenizedText]
    truncated: list[int]


def begins_with_bos(tokenizer: Any) -> bool:
    """Whether the tokenizer puts BOS in front by itself."""
    bos = tokenizer.bos_token_id
    return bos is not None and tokenizer("a")["input_ids"][:1] == [bos]


def needs_bos(tokenizer: Any, prepend_bos: bool) -> bool:
    """Whether BOS has to be put in front by us.

    True if the dictionaries were trained with it, the tokenizer knows one (Qwen's does not), and
    its post-processor does not add it (GPT-2, GPT-NeoX).
    """
    return prepend_bos and tokenizer.bos_token_id is not None and not begins_with_bos(tokenizer)


def tokenize(
    tokenizer: Any, texts: Sequence[str], prepend_bos: bool, max_positions: int | None
) -> Tokenized:
    """Tokenize with special tokens, cut to the context length."""
    done = Tokenized([], [])
    if not texts:
        return done
    bos = [tokenizer.bos_token_id] if needs_bos(tokenizer, prepend_bos) else []
    special = np.array(sorted(set(tokenizer.all_special_ids)), dtype=np.uint32)
    # Tokenizers without a fast version know no offsets: (0, 0) means none.
    fast = bool(tokenizer.is_fast)
    encoded = tokenizer(list(texts), add_special_tokens=True, return_offsets_mapping=fast)
    for index, ids in enumerate(encoded["input_ids"]):
        spans = encoded["offset_mapping"][index] if fast else [(0, 0)] * len(ids)
        array = np.array([*bos, *ids], dtype=np.uint32)
        offsets = np.array([*[(0, 0)] * len(bos), *spans], dtype=np.uint32).reshape(-1, 2)
        if max_positions is not None and len(array) > max_positions:
            done.truncated.append(index)
            array, offsets = array[:max_positions], offsets[:max_positions]
        role = np.where(np.isin(array, special), SPECIAL_TOKEN, 0).astype(np.uint8)
        role[:1] |= FIRST_POSITION
        done.texts.append(TokenizedText(array, role, offsets))
    return done


def pad(
    texts: Sequence[TokenizedText], pad_id: int, *, left: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Padded to the longest: ids I64[batch, longest], mask bool of the same shape.

    On the right, positions count from 0 without help, and no real token can see padding. On the
    left, all texts go on at the same place.
    """
    longest = max(len(text.ids) for text in texts)
    ids = np.full((len(texts), longest), pad_id, dtype=np.int64)
    mask = np.zeros(ids.shape, dtype=bool)
    for row, text in enumerate(texts):
        own = place_of(text, longest, left=left)
        ids[row, own] = text.ids
        mask[row, own] = True
    return ids, mask


def place_of(text: TokenizedText, longest: int, *, left: bool = False) -> slice:
    """Where a text's tokens are in its padded row."""
    start = longest - len(text.ids) if left else 0
    return slice(start, start + len(text.ids))


def pieces(tokenizer: Any, ids: np.ndarray) -> list[str]:
    """Each token as readable text; a part of a character's bytes reads as U+FFFD."""
    words = {int(i): tokenizer.decode([int(i)], skip_special_tokens=False) for i in set(ids)}
    return [words[int(i)] for i in ids]


def spelled(
    tokenizer: Any, ids: np.ndarray, offsets: np.ndarray
) -> "list[tuple[str, np.ndarray | bytes]]":
    """How N tokens are written: tensors `offset_start` and `offset_end` U32[N], and the piece of
    each, in JSON as `pieces`.
    """
    return [
        ("offset_start", np.ascontiguousarray(offsets[:, 0])),
        ("offset_end", np.ascontiguousarray(offsets[:, 1])),
        ("pieces", to_json(pieces(tokenizer, ids))),
    ]


def spelling(
    tokenizer: Any, texts: Sequence[TokenizedText]
) -> "list[tuple[str, np.ndarray | bytes]]":
    """What a reader needs to show T texts of N tokens: tensors `tokens` U32[T], `role` U8[N], and
    what `spelled` gives.
    """
    empty = TokenizedText(
        np.zeros(0, np.uint32), np.zeros(0, np.uint8), np.zeros((0, 2), np.uint32)
    )
    rows = [empty, *texts]
    offsets = np.concatenate([text.offsets for text in rows])
    return [
        ("tokens", np.array([len(text.ids) for text in texts], dtype=np.uint32)),
        ("role", np.concatenate([text.role for text in rows])),
        *spelled(tokenizer, np.concatenate([text.ids for text in rows]), offsets),
    ]

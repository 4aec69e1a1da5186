"""From paragraphs to rows of equal length: what the language model and the SAEs are trained on."""

import random

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from demo.text import TrainingRow

ROW = 128  # tokens, the first of them <bos>
_SHORTEST_REST = 32  # tokens: what is left of a cut paragraph starts a row if it is as long


def pack(paragraphs: list[list[int]], bos: int, newline: int) -> list[list[int]]:
    """Rows of `ROW` tokens. Each starts with <bos> at the start of a paragraph, or, after a long
    one, where the row before was cut; paragraphs are parted by a line break."""
    rows: list[list[int]] = []
    row = [bos]
    for paragraph in paragraphs:
        rest = paragraph
        while rest:
            space = ROW - len(row)
            row += rest[:space]
            rest = rest[space:]
            if len(row) == ROW:
                rows.append(row)
                row = [bos]
                rest = rest if len(rest) >= _SHORTEST_REST else []
            else:
                row.append(newline)
                rest = []
                if len(row) == ROW:
                    rows.append(row)
                    row = [bos]
    return rows


class RowSource:
    """Endless rows of one language and kind of text, reshuffled at every pass."""

    def __init__(
        self, paragraphs: list[list[int]], bos: int, newline: int, draw: random.Random
    ) -> None:
        self.tokens = sum(len(paragraph) for paragraph in paragraphs)
        self._paragraphs, self._bos, self._newline, self._draw = paragraphs, bos, newline, draw
        self._rows: list[list[int]] = []

    def take(self, count: int) -> list[list[int]]:
        while len(self._rows) < count:
            self._draw.shuffle(self._paragraphs)
            self._rows += pack(self._paragraphs, self._bos, self._newline)
        taken, self._rows = self._rows[:count], self._rows[count:]
        return taken


def row_sources(
    rows: list[TrainingRow], tokenizer: PreTrainedTokenizerFast, seed: int
) -> dict[tuple[str, str], RowSource]:
    """(language, "declaration" or "manuals") -> its rows."""
    draw = random.Random(seed)
    bos = tokenizer.convert_tokens_to_ids("<bos>")
    newline = tokenizer.encode("\n", add_special_tokens=False)[0]
    encoded = tokenizer([row["text"] for row in rows], add_special_tokens=False)["input_ids"]
    paragraphs: dict[tuple[str, str], list[list[int]]] = {}
    for row, ids in zip(rows, encoded, strict=True):
        kind = "declaration" if row["source"] == "declaration" else "manuals"
        paragraphs.setdefault((row["language"], kind), []).append(ids)
    assert isinstance(bos, int)
    return {key: RowSource(own, bos, newline, draw) for key, own in paragraphs.items()}


def training_rows(sources: dict[tuple[str, str], RowSource], count: int, seed: int) -> Tensor:
    """`count` shuffled rows, int64 [count, ROW].

    The Declaration is read 8 times, 12 times where it is all there is; the languages with manuals
    share the rest so that each comes to the same number of rows.
    """
    rows: list[list[int]] = []
    with_manuals = {code for code, kind in sources if kind == "manuals"}
    declaration: dict[str, int] = dict.fromkeys(with_manuals, 0)
    for (code, kind), source in sources.items():
        if kind == "declaration":
            epochs = 8 if code in with_manuals else 12
            declaration[code] = epochs * source.tokens // (ROW - 1)
            rows += source.take(declaration[code])
    alone = sum(n for code, n in declaration.items() if code not in with_manuals)
    share = -(-(count - alone) // len(with_manuals))
    for code in sorted(with_manuals):
        rows += sources[code, "manuals"].take(max(0, share - declaration[code]))
    random.Random(seed).shuffle(rows)
    return torch.tensor(rows[:count])


def balanced_rows(sources: dict[tuple[str, str], RowSource], per_language: int) -> Tensor:
    """The same number of rows for every language, int64 [languages * per_language, ROW].

    A quarter is Declaration where there are manuals too.
    """
    rows: list[list[int]] = []
    with_manuals = {code for code, kind in sources if kind == "manuals"}
    for (code, kind), source in sources.items():
        if kind == "manuals":
            rows += source.take(per_language - per_language // 4)
        else:
            rows += source.take(per_language // 4 if code in with_manuals else per_language)
    return torch.tensor(rows)

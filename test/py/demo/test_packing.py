"""Paragraphs into rows of equal length."""

import random

from demo.packing import ROW, RowSource, balanced_rows, pack, training_rows

BOS, NEWLINE = 1, 9


def test_rows_have_one_length_and_begin_with_bos() -> None:
    rows = pack([[5] * 50, [6] * 300, [7] * 20, [8] * 100], BOS, NEWLINE)
    assert rows
    assert all(len(row) == ROW and row[0] == BOS for row in rows)


def test_a_long_rest_starts_a_row_and_a_short_one_is_dropped() -> None:
    long_rest = pack([[5] * (ROW - 1) + [6] * 40, [7] * ROW], BOS, NEWLINE)
    assert long_rest[1][1:42] == [6] * 40 + [NEWLINE]
    short_rest = pack([[5] * (ROW - 1) + [6] * 4, [7] * ROW], BOS, NEWLINE)
    assert short_rest[1][1] == 7


def test_the_same_seed_gives_the_same_rows() -> None:
    def rows() -> list[list[int]]:
        paragraphs = [[n] * 60 for n in range(20)]
        return RowSource(paragraphs, BOS, NEWLINE, random.Random(3)).take(40)

    assert rows() == rows()
    assert len(rows()) == 40


def sources() -> dict[tuple[str, str], RowSource]:
    draw = random.Random(0)
    return {
        key: RowSource([[token] * 60 for _ in range(30)], BOS, NEWLINE, draw)
        for token, key in enumerate(
            [("a", "declaration"), ("b", "declaration"), ("b", "manuals"), ("c", "manuals")], 10
        )
    }


def test_training_rows_share_what_is_left_evenly() -> None:
    rows = training_rows(sources(), 600, seed=0)
    assert rows.shape == (600, ROW)
    owner = rows[:, 1].tolist()
    declaration_only, b, c = owner.count(10), owner.count(11) + owner.count(12), owner.count(13)
    assert declaration_only == 12 * 1800 // (ROW - 1)
    assert abs(b - c) <= 2


def test_balanced_rows_give_every_language_the_same() -> None:
    rows = balanced_rows({key: s for key, s in sources().items() if key[0] != "c"}, 40)
    owner = rows[:, 1].tolist()
    assert (owner.count(10), owner.count(11), owner.count(12)) == (40, 10, 30)

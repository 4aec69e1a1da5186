"""What the shipped corpora and the training text promise."""

from collections import Counter
from itertools import groupby
from pathlib import Path

import pytest

from demo.extract_text import HELD_OUT_ARTICLES
from demo.languages import LANGUAGES
from demo.text import (
    CORPORA,
    DEMO,
    Row,
    corpus_path,
    evaluation_texts,
    read_corpus,
    read_training_text,
    write_corpus,
)

MEBIBYTE = 2**20


@pytest.mark.parametrize("name", CORPORA)
def test_rows_have_their_fields_and_ids_are_unique_per_language(name: str) -> None:
    rows = read_corpus(name)
    for row in rows:
        assert list(row) == ["id", "language", "split", "text"]
        assert row["language"] in LANGUAGES
        assert row["split"] in ("dev", "devtest")
        assert row["text"] == row["text"].strip() != ""
    counts = Counter((row["language"], row["id"]) for row in rows)
    assert max(counts.values()) == 1


def test_manuals_hold_a_hundred_paragraphs_per_language_and_split() -> None:
    counts = Counter((row["language"], row["split"]) for row in read_corpus("manuals"))
    languages = {code for code, language in LANGUAGES.items() if language.has_manuals}
    assert {code for code, _split in counts} == languages
    assert len(languages) == 13
    assert min(counts.values()) >= 100


def test_manuals_dev_and_devtest_are_different_pages() -> None:
    pages = {
        split: {row["id"].split("#")[0] for row in rows}
        for split, rows in groupby(
            sorted(read_corpus("manuals"), key=lambda row: row["split"]), lambda row: row["split"]
        )
    }
    assert not pages["dev"] & pages["devtest"]


def test_declaration_devtest_is_five_articles_in_every_language() -> None:
    rows = [row for row in read_corpus("udhr") if row["split"] == "devtest"]
    found = {row["id"].split("/")[0].split("(")[0] for row in rows}
    assert found == set(HELD_OUT_ARTICLES)
    assert {row["language"] for row in rows} == set(LANGUAGES)


def test_ids_are_shared_by_translations() -> None:
    for name, languages in (("udhr", 16), ("manuals", 8)):
        counts = Counter(row["id"] for row in read_corpus(name))
        assert sum(count >= languages for count in counts.values()) >= 50


def test_no_held_out_text_occurs_in_the_training_text() -> None:
    trained: dict[str, list[str]] = {}
    for row in read_training_text():
        trained.setdefault(row["language"], []).append(row["text"])
    haystacks = {code: "\n".join(texts) for code, texts in trained.items()}
    held_out = [row for row in read_corpus("udhr") if row["split"] == "devtest"]
    held_out += read_corpus("manuals")
    found = [row["id"] for row in held_out if row["text"] in haystacks[row["language"]]]
    assert found == []


def test_every_language_can_be_evaluated() -> None:
    assert set(evaluation_texts("devtest")) == set(evaluation_texts("dev")) == set(LANGUAGES)


def test_files_stay_small() -> None:
    sizes = [
        file.stat().st_size
        for file in DEMO.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    ]
    assert max(sizes) <= 5 * MEBIBYTE
    assert sum(sizes) <= 10 * 10**6


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    rows = [Row(id="a/1", language="tha_Thai", split="dev", text="ข้อ\u2028สอง")]
    write_corpus(tmp_path / "one.gz", rows)
    write_corpus(tmp_path / "two.gz", rows)
    assert (tmp_path / "one.gz").read_bytes() == (tmp_path / "two.gz").read_bytes()
    assert corpus_path("udhr").read_bytes()[4:8] == bytes(4)  # gzip's time stamp

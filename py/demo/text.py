"""Reading and writing the demo's text files; the same rows always give the same bytes."""

import gzip
import json
import lzma
from collections.abc import Iterable
from pathlib import Path
from typing import TypedDict

DEMO = Path(__file__).resolve().parent
TRAINING_TEXT = DEMO / "training_text.jsonl.xz"
CORPORA = ("udhr", "manuals")


class Row(TypedDict):
    """A paragraph of a corpus: `id` is shared by its translations, unique per language."""

    id: str
    language: str
    split: str
    text: str


class TrainingRow(TypedDict):
    """A paragraph of the training text; `source` is declaration, gnome or handbook."""

    language: str
    source: str
    text: str


def _lines(rows: Iterable[Row] | Iterable[TrainingRow]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def corpus_path(name: str) -> Path:
    return DEMO / "corpora" / f"{name}.jsonl.gz"


def write_corpus(path: Path, rows: Iterable[Row]) -> None:
    """Gzip without a time stamp or a file name in the header."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(_lines(rows), compresslevel=9, mtime=0))


def read_corpus(name: str) -> list[Row]:
    raw = gzip.decompress(corpus_path(name).read_bytes()).decode()
    return [json.loads(line) for line in raw.split("\n") if line]


def write_training_text(path: Path, rows: Iterable[TrainingRow]) -> None:
    path.write_bytes(lzma.compress(_lines(rows), preset=9 | lzma.PRESET_EXTREME))


def read_training_text() -> list[TrainingRow]:
    raw = lzma.decompress(TRAINING_TEXT.read_bytes()).decode()
    # Not splitlines(): JSON leaves U+2028 and U+0085 unescaped, and it would cut there.
    return [json.loads(line) for line in raw.split("\n") if line]


def corpus_texts(name: str, split: str) -> dict[str, list[str]]:
    """Language code -> the texts of one split, in file order."""
    texts: dict[str, list[str]] = {}
    for row in read_corpus(name):
        if row["split"] == split:
            texts.setdefault(row["language"], []).append(row["text"])
    return texts


def evaluation_texts(split: str) -> dict[str, list[str]]:
    """The texts that quality is measured on: manuals where a language has them, else udhr.

    A udhr `dev` text was trained on; a udhr `devtest` text was not.
    """
    return {**corpus_texts("udhr", split), **corpus_texts("manuals", split)}

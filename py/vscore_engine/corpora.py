"""FLORES+ from the Hub, one file per language and split, at one pinned commit."""

import difflib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vscore_engine.errors import EngineError, translate
from vscore_engine.hub import list_files, not_cached, pin
from vscore_engine.hub_cache import Repository, cached_file, find_damage

REPOSITORY = "openlanguagedata/flores_plus"
SOURCE = Repository(REPOSITORY, "dataset", f"data set {REPOSITORY}")
# The format of a file may change between revisions of the data set; the columns we read do not.
FORMATS = ("parquet", "jsonl")


@dataclass(frozen=True)
class FloresFile:
    """One file of the data set, in the local cache. `path` is its name in the repository."""

    language: str
    path: str
    revision: str
    local: Path


class Flores:
    """The data set at the commit of one revision (a branch, tag or commit; None is the newest)."""

    def __init__(self, split: str, revision: str | None, offline: bool) -> None:
        self._split = split
        pinned = pin(SOURCE, revision, offline)
        self._offline = offline or pinned.warning is not None
        self._commit = pinned.commit
        self.warning = pinned.warning
        # Asked for once, when a file is not in the cache.
        self._names: Sequence[str] | None = None

    def fetch(self, language: str) -> FloresFile:
        """Find one language in the cache, or download it. Raises "request" or "source"."""
        for ending in FORMATS:
            name = f"{self._split}/{language}.{ending}"
            local = cached_file(SOURCE, self._commit, name)
            if local is not None:
                return FloresFile(language, name, self._commit, local)
        if self._offline:
            raise not_cached(SOURCE, f"{self._split}/{language}")
        try:
            return self._download(language)
        except EngineError:
            raise
        except Exception as error:
            raise translate(error, f"data set {REPOSITORY}, {language}") from error

    def _download(self, language: str) -> FloresFile:
        from huggingface_hub import hf_hub_download

        if self._names is None:
            self._names = list_files(SOURCE, self._commit)
        name = self._choose(language, self._names)
        local = hf_hub_download(REPOSITORY, name, repo_type="dataset", revision=self._commit)
        return FloresFile(language, name, self._commit, Path(local))

    def _choose(self, language: str, names: Sequence[str]) -> str:
        for ending in FORMATS:
            name = f"{self._split}/{language}.{ending}"
            if name in names:
                return name
        matches = [re.fullmatch(rf"(\w+)/(\w+)\.({'|'.join(FORMATS)})", name) for name in names]
        found = [(match.group(1), match.group(2)) for match in matches if match]
        splits = sorted({split for split, _ in found})
        if self._split not in splits:
            raise EngineError(
                "request",
                f"{REPOSITORY} has no split {self._split!r}. One of {', '.join(splits)} was "
                "expected. Choose one with --split.",
            )
        codes = sorted({code for split, code in found if split == self._split})
        others = sorted({split for split, code in found if code == language})
        if others:
            raise EngineError(
                "request",
                f"{REPOSITORY} has no {language!r} in {self._split}: it has it in "
                f"{' and '.join(others)} alone. Choose another --split, or leave the language out.",
            )
        near = difflib.get_close_matches(language, codes, n=5, cutoff=0.3)
        raise EngineError(
            "request",
            f"{REPOSITORY} has no file for {language!r} in {self._split}, only for {len(codes)} "
            f"other codes, such as {', '.join(near or codes[:5])}. Leave the language out, or take "
            "another --corpus-revision.",
        )


def read_texts(file: FloresFile) -> list[dict[str, str]]:
    """[{"id", "text", "document"}] in the order of the file.

    The document is the row's url, where it has one: sentences of one page are no independent texts.
    Raises "source" if a column is missing.
    """
    try:
        if file.local.suffix == ".jsonl":
            # Not splitlines: it also cuts at characters that JSON allows inside a text.
            lines = file.local.read_text(encoding="utf-8").split("\n")
            rows = [json.loads(line) for line in lines if line.strip()]
        else:
            import pyarrow.parquet

            known = pyarrow.parquet.read_schema(file.local).names
            columns = ["id", "text", *(["url"] if "url" in known else [])]
            rows = pyarrow.parquet.read_table(file.local, columns=columns).to_pylist()
        texts = [
            {"id": str(row["id"]), "text": row["text"]}
            | ({"document": row["url"]} if isinstance(row.get("url"), str) and row["url"] else {})
            for row in rows
        ]
        if not texts or not all(isinstance(text["text"], str) for text in texts):
            raise ValueError("no texts")
    except ImportError:
        raise
    except (ValueError, KeyError, TypeError, OSError) as error:
        damage = find_damage(SOURCE, file.revision, file.path)
        if damage is not None:
            raise damage from error
        raise EngineError(
            "source",
            f"{REPOSITORY}, {file.path} cannot be read: {type(error).__name__}: {error}. Columns "
            "id and text were expected. Delete it from the Hub's cache, or pin another revision.",
        ) from error
    return texts

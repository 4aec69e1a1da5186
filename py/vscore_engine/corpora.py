"""FLORES+ from the Hub, one file per language and split, at one pinned commit."""

import difflib
import json
import re
from dataclasses import dataclass
from pathlib import Path

from vscore_engine.errors import EngineError, translate

REPOSITORY = "openlanguagedata/flores_plus"
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
    """The data set at one revision (a branch, tag or commit; None is the newest)."""

    def __init__(self, split: str, revision: str | None, offline: bool) -> None:
        self._split = split
        self._revision = revision
        self._offline = offline
        # Commit and file names, asked for once: all languages come from the same commit.
        self._commit: str | None = None
        self._names: set[str] = set()

    def fetch(self, language: str) -> FloresFile:
        """Download one language, or find it in the cache. Raises "request" or "source"."""
        try:
            if self._offline:
                return self._find_cached(language)
            return self._download(language)
        except EngineError:
            raise
        except Exception as error:
            raise translate(error, f"data set {REPOSITORY}, {language}") from error

    def _download(self, language: str) -> FloresFile:
        from huggingface_hub import HfApi, hf_hub_download

        if self._commit is None:
            info = HfApi().dataset_info(REPOSITORY, revision=self._revision)
            self._commit = info.sha
            self._names = {file.rfilename for file in info.siblings or []}
        name = self._choose(language)
        local = hf_hub_download(REPOSITORY, name, repo_type="dataset", revision=self._commit)
        return FloresFile(language, name, str(self._commit), Path(local))

    def _choose(self, language: str) -> str:
        for ending in FORMATS:
            name = f"{self._split}/{language}.{ending}"
            if name in self._names:
                return name
        matches = [re.fullmatch(rf"(\w+)/(\w+)\.({'|'.join(FORMATS)})", n) for n in self._names]
        found = [(match.group(1), match.group(2)) for match in matches if match]
        splits = sorted({split for split, _ in found})
        if self._split not in splits:
            raise EngineError(
                "request",
                f"{REPOSITORY} has no split {self._split!r}. One of {', '.join(splits)} was "
                "expected. Choose one with --split.",
            )
        codes = sorted({code for split, code in found if split == self._split})
        near = difflib.get_close_matches(language, codes, n=5, cutoff=0.3)
        raise EngineError(
            "request",
            f"{REPOSITORY} has no language {language!r} in {self._split}. One of its {len(codes)} "
            f"codes was expected, such as {', '.join(near or codes[:5])}. Correct the code.",
        )

    def _find_cached(self, language: str) -> FloresFile:
        from huggingface_hub import hf_hub_download
        from huggingface_hub.errors import LocalEntryNotFoundError

        for ending in FORMATS:
            name = f"{self._split}/{language}.{ending}"
            try:
                local = Path(
                    hf_hub_download(
                        REPOSITORY,
                        name,
                        repo_type="dataset",
                        revision=self._revision,
                        local_files_only=True,
                    )
                )
            except LocalEntryNotFoundError:
                continue
            return FloresFile(language, name, _commit_of(local), local)
        raise EngineError(
            "source",
            f"{REPOSITORY}, {self._split}/{language} is not in the local cache, and the Hub may "
            "not be asked (offline). It must be downloaded before working offline. Run once "
            "without --offline.",
        )


def read_texts(file: FloresFile) -> list[dict[str, str]]:
    """[{"id", "text"}] in the order of the file. Raises "source" if a column is missing."""
    try:
        if file.local.suffix == ".jsonl":
            # Not splitlines: it also cuts at characters that JSON allows inside a text.
            lines = file.local.read_text(encoding="utf-8").split("\n")
            rows = [json.loads(line) for line in lines if line.strip()]
        else:
            import pyarrow.parquet

            rows = pyarrow.parquet.read_table(file.local, columns=["id", "text"]).to_pylist()
        texts = [{"id": str(row["id"]), "text": row["text"]} for row in rows]
        if not texts or not all(isinstance(text["text"], str) for text in texts):
            raise ValueError("no texts")
    except ImportError:
        raise
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise EngineError(
            "source",
            f"{REPOSITORY}, {file.path} cannot be read: {type(error).__name__}: {error}. Columns "
            "id and text were expected. Delete it from the Hub's cache, or pin another revision.",
        ) from error
    return texts


def _commit_of(local: Path) -> str:
    """The cache keeps files under snapshots/<commit>/."""
    parts = local.parts
    return parts[len(parts) - 1 - parts[::-1].index("snapshots") + 1]

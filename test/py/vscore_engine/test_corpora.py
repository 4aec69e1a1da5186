"""FLORES+ with the Hub replaced."""

import json
from types import SimpleNamespace
from typing import Any

import huggingface_hub
import pytest
from huggingface_hub import errors as hub

from vscore_engine.corpora import REPOSITORY, Flores, FloresFile, read_texts
from vscore_engine.errors import EngineError

COMMIT = "0123456789abcdef0123456789abcdef01234567"
ROWS = [
    {"id": 1, "text": "Un.", "url": "u", "iso_639_3": "fra"},
    {"id": 2, "text": "Deux\u2028ici.", "url": "u", "iso_639_3": "fra"},
]


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A snapshot folder with two files, and what was asked of the Hub."""
    import pyarrow
    import pyarrow.parquet

    folder = tmp_path / "datasets--x" / "snapshots" / COMMIT
    (folder / "dev").mkdir(parents=True)
    (folder / "devtest").mkdir()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(ROWS), folder / "dev/fra_Latn.parquet")
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS)
    (folder / "devtest/fra_Latn.jsonl").write_text(lines, encoding="utf-8")
    (folder / "README.md").write_text("x")
    names = ["README.md", "dev/fra_Latn.parquet", "dev/eng_Latn.parquet", "devtest/fra_Latn.jsonl"]
    asked = []

    class Api:
        def dataset_info(self, repo, revision=None):
            asked.append(("info", repo, revision))
            files = [SimpleNamespace(rfilename=name) for name in names]
            return SimpleNamespace(sha=COMMIT, siblings=files)

    def download(repo, name, *, repo_type, revision, local_files_only=False):
        asked.append((name, repo, revision))
        assert repo_type == "dataset"
        if not (folder / name).exists():
            assert local_files_only
            raise hub.LocalEntryNotFoundError("not there")
        return str(folder / name)

    monkeypatch.setattr(huggingface_hub, "HfApi", Api)
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    return SimpleNamespace(folder=folder, asked=asked, api=Api)


@pytest.mark.parametrize(
    ("split", "path"), [("dev", "dev/fra_Latn.parquet"), ("devtest", "devtest/fra_Latn.jsonl")]
)
def test_texts_come_from_the_commit_behind_the_revision(split, path, repository):
    file = Flores(split, "v4", offline=False).fetch("fra_Latn")
    assert (file.path, file.revision) == (path, COMMIT)
    assert repository.asked == [("info", REPOSITORY, "v4"), (path, REPOSITORY, COMMIT)]
    assert read_texts(file) == [{"id": "1", "text": "Un."}, {"id": "2", "text": "Deux\u2028ici."}]


def test_the_commit_is_asked_for_once(repository):
    corpus = Flores("dev", None, offline=False)
    corpus.fetch("fra_Latn")
    corpus.fetch("fra_Latn")
    assert [entry[0] for entry in repository.asked].count("info") == 1


def test_offline_asks_the_cache_alone(repository):
    for split, path in (("dev", "dev/fra_Latn.parquet"), ("devtest", "devtest/fra_Latn.jsonl")):
        file = Flores(split, None, offline=True).fetch("fra_Latn")
        assert (file.path, file.revision) == (path, COMMIT)
    with pytest.raises(EngineError, match="not in the local cache") as caught:
        Flores("dev", None, offline=True).fetch("deu_Latn")
    assert caught.value.kind == "source"


def test_unknown_codes_and_splits_are_the_users(repository):
    with pytest.raises(EngineError, match="fra_Latn") as caught:
        Flores("dev", None, offline=False).fetch("fra_Lat")
    assert caught.value.kind == "request"
    with pytest.raises(EngineError, match="dev, devtest") as caught:
        Flores("test", None, offline=False).fetch("fra_Latn")
    assert caught.value.kind == "request"


def test_a_gated_data_set_says_what_to_do(repository, monkeypatch):
    def refuse(self, repo, revision=None):
        address = f"https://huggingface.co/api/datasets/{repo}"
        answer: Any = SimpleNamespace(status_code=403, headers={}, request=None, text="")
        raise hub.GatedRepoError(f"403 Client Error. for url: {address}.", response=answer)

    monkeypatch.setattr(repository.api, "dataset_info", refuse)
    with pytest.raises(EngineError, match="HF_TOKEN") as caught:
        Flores("dev", None, offline=False).fetch("fra_Latn")
    assert caught.value.kind == "source"
    assert f"https://huggingface.co/datasets/{REPOSITORY}" in caught.value.message


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.parquet", b"PAR1 broken"),
        ("a.jsonl", b'{"id": 1}\n'),
        ("b.jsonl", b'{"id": 1, "text": null}\n'),
        ("c.jsonl", b"not json\n"),
        ("d.jsonl", b""),
        ("e.jsonl", b'{"id": 1, "text": "\xff"}\n'),
    ],
)
def test_files_that_cannot_be_read_are_a_source(name, content, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(EngineError, match="cannot be read") as caught:
        read_texts(FloresFile("fra_Latn", f"dev/{name}", COMMIT, tmp_path / name))
    assert caught.value.kind == "source"

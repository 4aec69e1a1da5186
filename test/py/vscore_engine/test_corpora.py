"""FLORES+ with the Hub replaced."""

import json
from types import SimpleNamespace
from typing import Any

import huggingface_hub
import pytest
from huggingface_hub import constants
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
    """The Hub's two files, an empty cache, and what was asked of the Hub."""
    import pyarrow
    import pyarrow.parquet

    served = tmp_path / "served"
    (served / "dev").mkdir(parents=True)
    (served / "devtest").mkdir()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(ROWS), served / "dev/fra_Latn.parquet")
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS)
    (served / "devtest/fra_Latn.jsonl").write_text(lines, encoding="utf-8")
    names = ["README.md", "dev/fra_Latn.parquet", "dev/eng_Latn.parquet", "devtest/fra_Latn.jsonl"]
    cache = tmp_path / "cache"
    snapshot = cache / f"datasets--{REPOSITORY.replace('/', '--')}" / "snapshots" / COMMIT
    asked = []

    class Api:
        def repo_info(self, repo, repo_type, revision, timeout):
            assert repo_type == "dataset"
            asked.append(("info", repo, revision))
            return SimpleNamespace(sha=COMMIT)

        def list_repo_files(self, repo, repo_type, revision):
            asked.append(("list", repo, revision))
            return names

    def download(repo, name, *, repo_type, revision):
        asked.append((name, repo, revision))
        assert repo_type == "dataset"
        (snapshot / name).parent.mkdir(parents=True, exist_ok=True)
        (snapshot / name).write_bytes((served / name).read_bytes())
        return str(snapshot / name)

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(huggingface_hub, "HfApi", Api)
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    return SimpleNamespace(asked=asked, api=Api)


@pytest.mark.parametrize(
    ("split", "path"), [("dev", "dev/fra_Latn.parquet"), ("devtest", "devtest/fra_Latn.jsonl")]
)
def test_texts_come_from_the_commit_behind_the_revision(split, path, repository):
    file = Flores(split, "v4", offline=False).fetch("fra_Latn")
    assert (file.path, file.revision) == (path, COMMIT)
    assert repository.asked == [
        ("info", REPOSITORY, "v4"),
        ("list", REPOSITORY, COMMIT),
        (path, REPOSITORY, COMMIT),
    ]
    assert read_texts(file) == [
        {"id": "1", "text": "Un.", "document": "u"},
        {"id": "2", "text": "Deux\u2028ici.", "document": "u"},
    ]


@pytest.mark.parametrize("suffix", ["jsonl", "parquet"])
def test_rows_without_a_url_are_documents_of_their_own(suffix, tmp_path):
    import pyarrow
    import pyarrow.parquet

    rows = [{"id": 1, "text": "Un."}]
    local = tmp_path / f"fra_Latn.{suffix}"
    if suffix == "parquet":
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), local)
    else:
        local.write_text(json.dumps(rows[0]), encoding="utf-8")
    read = read_texts(FloresFile("fra_Latn", local.name, COMMIT, local))
    assert read == [{"id": "1", "text": "Un."}]


def test_what_is_in_the_cache_is_not_asked_for_again(repository):
    corpus = Flores("dev", None, offline=False)
    first = corpus.fetch("fra_Latn")
    repository.asked.clear()
    assert corpus.fetch("fra_Latn") == first
    assert repository.asked == []


def test_offline_asks_the_cache_alone(repository):
    with pytest.raises(EngineError, match="not in the local cache"):
        Flores("dev", None, offline=True)
    online = Flores("dev", None, offline=False).fetch("fra_Latn")
    repository.asked.clear()
    corpus = Flores("dev", None, offline=True)
    assert corpus.fetch("fra_Latn") == online
    with pytest.raises(EngineError, match="dev/deu_Latn, is not in the local cache") as caught:
        corpus.fetch("deu_Latn")
    assert caught.value.kind == "source"
    assert repository.asked == []


def test_a_hub_that_does_not_answer_leaves_what_it_had_last_time(repository, monkeypatch):
    Flores("dev", None, offline=False).fetch("fra_Latn")

    def refuse(self, repo, repo_type, revision, timeout):
        raise ConnectionError("refused")

    monkeypatch.setattr(repository.api, "repo_info", refuse)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    corpus = Flores("dev", None, offline=False)
    assert corpus.fetch("fra_Latn").revision == COMMIT
    assert COMMIT[:12] in str(corpus.warning)


def test_unknown_codes_and_splits_are_the_users(repository):
    with pytest.raises(EngineError, match="fra_Latn") as caught:
        Flores("dev", None, offline=False).fetch("fra_Lat")
    assert caught.value.kind == "request"
    with pytest.raises(EngineError, match=r"eng_Latn.*has it in dev alone") as caught:
        Flores("devtest", None, offline=False).fetch("eng_Latn")
    assert caught.value.kind == "request"
    with pytest.raises(EngineError, match="dev, devtest") as caught:
        Flores("test", None, offline=False).fetch("fra_Latn")
    assert caught.value.kind == "request"


def test_a_gated_data_set_says_what_to_do(repository, monkeypatch):
    def refuse(self, repo, repo_type, revision, timeout):
        address = f"https://huggingface.co/api/datasets/{repo}"
        answer: Any = SimpleNamespace(status_code=403, headers={}, request=None, text="")
        raise hub.GatedRepoError(f"403 Client Error. for url: {address}.", response=answer)

    monkeypatch.setattr(repository.api, "repo_info", refuse)
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

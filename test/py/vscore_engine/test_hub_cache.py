"""A cache of the Hub as its library lays it out, with files whole and damaged."""

import hashlib

import pytest
from huggingface_hub import constants

from vscore_engine.hub_cache import Repository, cached_commit, cached_file, find_damage

COMMIT = "0123456789abcdef0123456789abcdef01234567"
SOURCE = Repository("owner/name", "dataset", "data set owner/name")


@pytest.fixture
def store(tmp_path, monkeypatch):
    """Puts a file into the cache; returns where its bytes are."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    folder = tmp_path / "datasets--owner--name"

    def put(name: str, data: bytes, *, large: bool):
        git = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
        blob = folder / "blobs" / (hashlib.sha256(data).hexdigest() if large else git)
        blob.parent.mkdir(parents=True, exist_ok=True)
        blob.write_bytes(data)
        file = folder / "snapshots" / COMMIT / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.symlink_to(blob)
        return blob

    return put


def test_a_file_of_a_commit_is_found_or_not(store):
    assert cached_file(SOURCE, COMMIT, "dev/a.parquet") is None
    store("dev/a.parquet", b"bytes", large=True)
    file = cached_file(SOURCE, COMMIT, "dev/a.parquet")
    assert file is not None
    assert file.read_bytes() == b"bytes"
    assert cached_file(SOURCE, COMMIT[::-1], "dev/a.parquet") is None
    assert cached_commit(SOURCE.id, kind="dataset") is None


def test_whole_files_are_not_damaged(store):
    assert find_damage(SOURCE, COMMIT) is None
    store("dev/a.parquet", b"large " * 1000, large=True)
    store("config.json", b"{}", large=False)
    store("empty", b"", large=False)
    assert find_damage(SOURCE, COMMIT) is None
    assert find_damage(SOURCE, None) is None


@pytest.mark.parametrize("large", [True, False])
def test_one_changed_byte_is_found_and_what_to_delete(large, store):
    blob = store("dev/a.parquet", b"bytes of a file", large=large)
    store("dev/b.parquet", b"other bytes", large=large)
    blob.write_bytes(b"bytes of a fill")
    damage = find_damage(SOURCE, COMMIT)
    assert damage is not None
    assert damage.kind == "source"
    assert damage.message.startswith("data set owner/name: dev/a.parquet in the local cache is ")
    assert f"Delete {blob} and run again: it is fetched anew." in damage.message
    assert "b.parquet" not in damage.message


def test_a_file_cut_short_is_damaged_and_others_may_be_left_out(store):
    first = store("dev/a.parquet", b"bytes of a file", large=True)
    second = store("devtest/a.parquet", b"more bytes", large=True)
    first.write_bytes(b"bytes")
    second.write_bytes(b"more")
    assert "a.parquet, devtest/a.parquet in" in str(find_damage(SOURCE, COMMIT))
    only = find_damage(SOURCE, COMMIT, "devtest/")
    assert only is not None
    assert str(first) not in only.message


def test_bytes_under_another_kind_of_name_tell_nothing(store, tmp_path):
    folder = tmp_path / "datasets--owner--name" / "snapshots" / COMMIT
    folder.mkdir(parents=True)
    (folder / "copied.json").write_text("a cache without links")
    assert find_damage(SOURCE, COMMIT) is None

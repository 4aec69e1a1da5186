"""The registry of the installed sae_lens is what its own reader says it is."""

import importlib.util

import pytest

from vscore_engine import registry
from vscore_engine.errors import EngineError
from vscore_engine.registry import read_registry


def test_agrees_with_sae_lens():
    from sae_lens.loading.pretrained_saes_directory import get_pretrained_saes_directory

    known = get_pretrained_saes_directory()
    found = {entry["name"]: entry for entry in read_registry()}
    assert found.keys() == known.keys()
    for name, release in known.items():
        entry = found[name]
        assert (entry["model"], entry["repository"]) == (release.model, release.repo_id)
        ids = [dictionary["id"] for dictionary in entry["dictionaries"]]
        assert ids == list(release.saes_map)
        for dictionary in entry["dictionaries"]:
            stated = release.expected_l0.get(dictionary["id"])
            assert dictionary["l0"] == (stated or None) or stated is None


def test_without_the_package(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EngineError, match="sae_lens is not installed") as caught:
        read_registry()
    assert caught.value.kind == "environment"


def test_without_the_file(monkeypatch, tmp_path):
    class Spec:
        submodule_search_locations = (str(tmp_path),)

    monkeypatch.setattr(registry.importlib.util, "find_spec", lambda name: Spec)
    with pytest.raises(EngineError, match="is missing"):
        read_registry()

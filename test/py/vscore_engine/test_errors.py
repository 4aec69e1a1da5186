"""Library errors become kinds and sentences; secrets stay out."""

import errno
from types import SimpleNamespace
from typing import Any

import pytest
from huggingface_hub import errors as hub

from vscore_engine.errors import EngineError, describe, redact, translate

ADDRESS = "https://huggingface.co/google/gemma-2-2b/resolve/main/config.json"


def response(status: int) -> Any:
    """What the Hub's errors read of a response, whichever HTTP library it uses."""
    return SimpleNamespace(status_code=status, headers={}, request=None, text="")


class ConnectError(Exception):
    """Known by its name: the Hub's HTTP library differs between versions."""


def chained(outer: Exception, inner: Exception) -> Exception:
    outer.__cause__ = inner
    return outer


def test_gated_says_where_to_accept_and_which_variable():
    error = hub.GatedRepoError(f"403 Client Error. for url: {ADDRESS}.", response=response(403))
    known = translate(error, "model google/gemma-2-2b")
    assert known.kind == "source"
    assert "gated" in known.message
    assert "https://huggingface.co/google/gemma-2-2b," in known.message
    assert "HF_TOKEN" in known.message


def test_an_api_address_becomes_the_page_for_people():
    text = "401. for url: https://huggingface.co/api/datasets/openlanguagedata/flores_plus."
    known = translate(hub.GatedRepoError(text, response=response(401)))
    assert "https://huggingface.co/datasets/openlanguagedata/flores_plus," in known.message


def test_what_is_missing_is_named():
    url = "404 Client Error.\n\nfor url: https://huggingface.co/a/b/resolve/v9/dev/x%20y.npz."
    missing = hub.RemoteEntryNotFoundError(url, response=response(404))
    assert "a file that was asked for: dev/x y.npz. The" in translate(missing).message
    revision = hub.RevisionNotFoundError(url, response=response(404))
    assert "no such revision (v9)." in translate(revision).message
    api = "for url: https://huggingface.co/api/models/a/b/revision/v9."
    assert "(v9)." in translate(hub.RevisionNotFoundError(api, response=response(404))).message


def test_the_terms_are_on_the_public_hub_also_behind_a_mirror():
    text = "for url: http://127.0.0.1:8080/datasets/a/b.c/resolve/main/dev/x.parquet."
    known = translate(hub.GatedRepoError(text, response=response(401)), "data set a/b.c")
    assert "no access token was sent" in known.message
    assert (
        "Accept them on https://huggingface.co/datasets/a/b.c (asked for at http://127.0.0.1:8080),"
        in known.message
    )


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (hub.HFValidationError("Repo id must be"), "is no name of a repository on the Hub"),
        (hub.RepositoryNotFoundError("404", response=response(404)), "not found"),
        (hub.RevisionNotFoundError("404", response=response(404)), "revision"),
        (hub.RemoteEntryNotFoundError("404 x.json", response=response(404)), "x.json"),
        (hub.LocalEntryNotFoundError("not in cache"), "offline"),
        (hub.OfflineModeIsEnabled("offline"), "offline"),
        (hub.HfHubHTTPError("500", response=response(500)), "answered with status 500"),
        (hub.HfHubHTTPError("401", response=response(401)), "does not know the access token"),
        (hub.HfHubHTTPError("403 Forbidden", response=response(403)), "may not be read with this"),
        (OSError("Consistency check failed: file should be of size 9"), "arrived incomplete"),
        (ConnectError("refused"), "could not be fetched"),
        (ConnectionResetError("reset"), "could not be fetched"),
    ],
)
def test_trouble_with_the_hub_is_a_source(error, word):
    known = translate(error, "model a/b")
    assert known.kind == "source"
    assert word in known.message
    assert known.message.startswith("model a/b")


def test_the_telling_error_is_found_behind_others():
    gated = hub.GatedRepoError(f"for url: {ADDRESS}", response=response(403))
    known = translate(chained(OSError("You are trying to access a gated repo."), gated))
    assert known.kind == "source"
    assert "gated" in known.message


def test_a_hub_that_is_out_of_order_is_told_from_working_offline():
    missing = hub.LocalEntryNotFoundError("not in cache")
    busy = hub.HfHubHTTPError("503 Server Error", response=response(503))
    known = translate(chained(OSError("We couldn't connect"), chained(missing, busy)), "model a/b")
    assert "model a/b could not be fetched: the Hub answered with status 503." in known.message
    offline = chained(hub.LocalEntryNotFoundError("not there"), hub.OfflineModeIsEnabled("offline"))
    assert "HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE is set" in translate(offline).message


def test_corrupt_safetensors():
    from safetensors import SafetensorError
    from safetensors.torch import load

    with pytest.raises(SafetensorError) as caught:
        load(b"nonsense")
    assert translate(caught.value).kind == "source"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EFBIG, errno.EACCES, errno.EROFS])
def test_the_machine_is_the_environment(code):
    known = translate(OSError(code, "text", "/data/file"))
    assert known.kind == "environment"
    assert "/data/file" in known.message


def test_a_missing_package_is_named():
    known = translate(ModuleNotFoundError("No module named 'sae_lens.x'", name="sae_lens.x"))
    assert known.kind == "environment"
    assert "package sae_lens " in known.message


def test_out_of_memory_of_every_device():
    import torch

    for error in (
        torch.OutOfMemoryError("CUDA out of memory."),
        RuntimeError("MPS backend out of memory (MPS allocated: 1 GB)"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"),
        MemoryError(),
    ):
        assert translate(error).kind == "out_of_memory"


def test_what_nobody_foresaw_is_a_bug_with_its_traceback():
    error = chained(RuntimeError("strange"), ValueError("first"))
    payload = describe(error)
    assert payload["kind"] == "bug"
    assert "RuntimeError: strange" in str(payload["message"])
    assert "first" in str(payload["traceback"])


def test_an_engine_error_keeps_its_facts():
    payload = describe(EngineError("nan", "Text.", {"layer": 3}))
    assert (payload["kind"], payload["facts"]) == ("nan", {"layer": 3})
    with pytest.raises(ValueError, match="unknown error kind"):
        EngineError("sad", "x")


def test_tokens_are_removed_everywhere():
    secret = "hf_" + "AbC123" * 4
    assert secret not in redact(f"token {secret}, Authorization: Bearer {secret}")
    payload = describe(RuntimeError(f"url?token={secret}"))
    assert secret not in str(payload)
    assert "[token removed]" in str(payload["message"])
    # Names that only look like the beginning of one stay.
    assert redact("hf_hub_download") == "hf_hub_download"


def test_a_password_in_an_address_is_never_told():
    address = "https://someone:secret@mirror.example/api/models/google/gemma-2-2b"
    error = hub.GatedRepoError(f"401 Client Error. for url: {address}.", response=response(401))
    told = describe(error)
    assert "secret" not in str(told)
    assert "https://mirror.example" in str(told["message"])
    assert redact(f"to {address}") == (
        "to https://[token removed]@mirror.example/api/models/google/gemma-2-2b"
    )


def test_a_password_of_the_environment_is_never_told_whatever_is_in_it(monkeypatch):
    monkeypatch.setenv("https_proxy", "http://me:p/w@rd@proxy.example:3128")
    monkeypatch.setenv("HF_TOKEN", "odd-token")
    message = "no route to http://me:p/w@rd@proxy.example:3128/, token odd-token"
    error = EngineError("source", message, {"seen": ["odd-token", {"at": 3}]})
    told = describe(error)
    assert told["message"] == (
        "no route to http://[token removed]@proxy.example:3128/, token [token removed]"
    )
    assert told["facts"] == {"seen": ["[token removed]", {"at": 3}]}
    assert "odd-token" not in str(told)

"""Which commit is taken, when the Hub is asked, and when it is asked again."""

from types import SimpleNamespace
from typing import Any

import huggingface_hub
import pytest
from huggingface_hub import constants
from huggingface_hub import errors as hub_errors

from vscore_engine import hub
from vscore_engine.errors import EngineError
from vscore_engine.hub_cache import Repository, cached_commit, remember_commit

COMMIT = "0123456789abcdef0123456789abcdef01234567"
OTHER = COMMIT[::-1]
SOURCE = Repository("owner/name", "model", "model owner/name")


def answered(status: int) -> Any:
    """An error of the Hub with that status."""
    response: Any = SimpleNamespace(status_code=status, headers={}, request=None, text="")
    if status == 404:
        return hub_errors.RevisionNotFoundError("404", response=response)
    return hub_errors.HfHubHTTPError(str(status), response=response)


@pytest.fixture
def api(monkeypatch, tmp_path):
    """A Hub whose answers are given out one after the other, and what it was asked."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(hub, "_PAUSES", (0, 0, 0))
    state = SimpleNamespace(answers=[], asked=[])

    class Api:
        def repo_info(self, repo, repo_type, revision, timeout):
            state.asked.append((repo, repo_type, revision))
            answer = state.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return SimpleNamespace(sha=answer)

    monkeypatch.setattr(huggingface_hub, "HfApi", Api)
    return state


def test_a_commit_is_taken_at_its_word(api):
    assert hub.pin(SOURCE, COMMIT, offline=False) == hub.Pinned(COMMIT)
    assert hub.pin(SOURCE, COMMIT, offline=True) == hub.Pinned(COMMIT)
    assert api.asked == []


@pytest.mark.parametrize("revision", [None, "v1", "refs/pr/3"])
def test_the_commit_of_a_branch_is_there_offline_once_it_was_asked_for(revision, api):
    api.answers = [COMMIT]
    assert hub.pin(SOURCE, revision, offline=False) == hub.Pinned(COMMIT)
    assert api.asked == [("owner/name", "model", revision)]
    assert hub.pin(SOURCE, revision, offline=True) == hub.Pinned(COMMIT)
    with pytest.raises(EngineError, match="revision v2, is not in the local cache") as caught:
        hub.pin(SOURCE, "v2", offline=True)
    assert caught.value.kind == "source"
    assert len(api.asked) == 1


def test_the_newest_commit_takes_the_place_of_the_one_in_the_cache(api):
    remember_commit(SOURCE, "main", OTHER)
    api.answers = [COMMIT]
    assert hub.pin(SOURCE, None, offline=False).commit == COMMIT
    assert cached_commit(SOURCE.id) == COMMIT


@pytest.mark.parametrize("error", [ConnectionError("refused"), TimeoutError("no answer")])
def test_no_answer_leaves_what_is_in_the_cache_and_nobody_asks_again(error, api):
    api.answers = [error]
    with pytest.raises(EngineError, match="model owner/name could not be fetched") as caught:
        hub.pin(SOURCE, None, offline=False)
    assert caught.value.kind == "source"
    assert not constants.is_offline_mode()
    remember_commit(SOURCE, "main", COMMIT)
    api.answers = [error]
    pinned = hub.pin(SOURCE, None, offline=False)
    assert pinned.commit == COMMIT
    assert "did not answer for model owner/name" in str(pinned.warning)
    assert constants.is_offline_mode()


def test_an_answer_is_no_reason_to_fall_back(api):
    remember_commit(SOURCE, "v1", COMMIT)
    for status, word in (
        (404, "no such revision"),
        (401, "access token"),
        (403, "may not be read"),
    ):
        api.answers = [answered(status)]
        with pytest.raises(EngineError, match=word) as caught:
            hub.pin(SOURCE, "v1", offline=False)
        assert caught.value.kind == "source"
        assert caught.value.message.startswith("model owner/name, revision v1,")


def test_a_busy_hub_is_asked_four_times_in_all(api):
    api.answers = [answered(503), answered(429), answered(500), COMMIT]
    assert hub.pin(SOURCE, None, offline=False).commit == COMMIT
    assert len(api.asked) == 4
    api.answers = [answered(503)] * 4 + [COMMIT]
    assert "did not answer" in str(hub.pin(SOURCE, None, offline=False).warning)
    assert api.answers == [COMMIT]


def test_a_refusal_is_not_asked_for_again(api):
    api.answers = [answered(404), COMMIT]
    with pytest.raises(EngineError):
        hub.pin(SOURCE, None, offline=False)
    assert api.answers == [COMMIT]


@pytest.mark.parametrize("name", ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])
def test_either_variable_of_the_user_forbids_requests(name, api, monkeypatch):
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.delenv("TRANSFORMERS_OFFLINE", raising=False)
    assert not hub.set_offline(False)
    assert hub.set_offline(True)
    monkeypatch.setenv(name, "1")
    assert hub.set_offline(False)

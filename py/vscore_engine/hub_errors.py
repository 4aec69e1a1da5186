"""The sentences for what goes wrong between us and the Hugging Face Hub.

Errors are recognised by the names of their classes: the Hub's HTTP library differs between
versions, and nothing has to be imported.
"""

import re
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

PUBLIC_HUB = "https://huggingface.co"

_NETWORK = {
    *("ConnectionError", "ConnectTimeout", "ReadTimeout", "ConnectError", "NetworkError"),
    *("TimeoutException", "Timeout", "TimeoutError", "TransportError", "SSLError", "ProxyError"),
    *("HTTPError", "HTTPStatusError", "HfHubHTTPError", "XetDownloadError", "gaierror"),
}
NOT_ASKED = (
    "HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE is set, or it did not answer before (offline). "
    "What a run needs must be in the cache before working offline. "
    "Fetch it with a connection and without these variables (npx vscore prefetch, with the same "
    "options), or set HF_HOME to where it is."
)
_AGAIN = "then run again; files that have arrived whole are kept."


def explain(chain: Sequence[BaseException], subject: str) -> str | None:
    """Found, expected, what to do: for an error and its causes; None if it is not the Hub's.

    Libraries wrap the telling error in others (transformers turns a gated repository into an
    OSError), so each kind is looked for in the whole chain, the most telling first.
    """
    what = subject or "A file"
    if _find(chain, "HFValidationError"):
        return (
            f"{what} is no name of a repository on the Hub. "
            "NAME or OWNER/NAME was expected, or a folder that begins with /, ./, ../ or ~/. "
            "Check the name; put ./ in front of a folder of this one."
        )
    # Gated first: GatedRepoError is a subclass of RepositoryNotFoundError.
    if gated := _find(chain, "GatedRepoError"):
        return _gated(gated, what)
    if missing := _find(chain, "RepositoryNotFoundError"):
        return (
            f"{what} was not found on the Hub: {_page(missing)}. "
            "A public repository, or a private one that HF_TOKEN may read, was expected. "
            "Check the name; for a private repository set HF_TOKEN."
        )
    if revision := _find(chain, "RevisionNotFoundError"):
        name = _in_address(revision, r"/(?:resolve|revision|tree)/([^/\s?]+)")
        return (
            f"{what} was not found: its repository on the Hub has no such revision"
            f"{f' ({name})' if name else ''}. "
            "A branch, tag or commit of it was expected. "
            "Check --model-revision or --corpus-revision, or leave it out to take the newest."
        )
    if entry := _find(chain, "EntryNotFoundError", but="LocalEntryNotFoundError"):
        name = _in_address(entry, r"/resolve/[^/]+/(\S+)")
        return (
            f"{what} lacks a file that was asked for: {f'{name}.' if name else _line(entry)} "
            "The repository was expected to hold it. "
            "Check the name, the revision and the dictionary's id."
        )
    for error in chain:
        if status_of(error) in (401, 403):
            return _refused(error, what)
    if found := _unreachable(chain):
        return (
            f"{what} could not be fetched: {_reason(found)} "
            "An answer from the Hub was expected. "
            f"Check the connection (and HF_ENDPOINT, if set), {_AGAIN}"
        )
    if _find(chain, "OfflineModeIsEnabled", "LocalEntryNotFoundError", "RevisionResolutionError"):
        return f"{what} is not in the local cache, and the Hub was not asked: {NOT_ASKED}"
    for error in chain:
        if isinstance(error, OSError) and "Consistency check failed" in str(error):
            return (
                f"{what} arrived incomplete: {_line(error)} "
                f"The whole file was expected. Check the connection, {_AGAIN}"
            )
    return None


def is_unreachable(chain: Sequence[BaseException]) -> bool:
    """Whether the Hub gave no answer of its own: no connection, or it is out of order."""
    found = _unreachable(chain)
    if found is None:
        return False
    status = status_of(found)
    return status is None or status >= 500 or status in (408, 429)


def status_of(error: BaseException) -> int | None:
    """HTTP status of the answer that an error is about."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) else None


def _unreachable(chain: Sequence[BaseException]) -> BaseException | None:
    # OfflineModeIsEnabled is a ConnectionError, and is what we asked for.
    return _find(chain, *_NETWORK, but="OfflineModeIsEnabled")


def _gated(error: BaseException, what: str) -> str:
    page = _page(error)
    if status_of(error) == 401:
        return (
            f"{what} is gated, and no access token was sent. "
            "Its terms must be accepted, and HF_TOKEN set to a token of the account that did. "
            f"Accept them on {page}, set HF_TOKEN, and run again."
        )
    return (
        f"{what} is gated, and the account of the access token may not read it. "
        "Its terms must be accepted by that account. "
        f"Accept them on {page}, wait if its owners grant access by hand, or set HF_TOKEN to a "
        "token of an account that may read it, and run again."
    )


def _refused(error: BaseException, what: str) -> str:
    if status_of(error) == 401:
        return (
            f"{what} could not be fetched: the Hub does not know the access token. "
            "A valid token, or none, was expected. "
            "Set HF_TOKEN to one from https://huggingface.co/settings/tokens, or unset it."
        )
    return (
        f"{what} may not be read with this access token: {_line(error)} "
        "A token that may read it was expected. Change its permissions on "
        "https://huggingface.co/settings/tokens, or set HF_TOKEN to another."
    )


def _find(chain: Sequence[BaseException], *names: str, but: str = "") -> BaseException | None:
    for error in chain:
        classes = {cls.__name__ for cls in type(error).__mro__}
        if classes.intersection(names) and but not in classes:
            return error
    return None


def _page(error: BaseException) -> str:
    """The page for people of the repository that an error is about.

    Terms are accepted on the public Hub, also where HF_ENDPOINT points to a mirror of it.
    """
    found = re.search(r"https?://[^\s'\"]+", str(error))
    if found is None:
        return "the repository's page on the Hub"
    url = urlsplit(found.group(0).rstrip("."))
    parts = url.path.strip("/").removeprefix("api/").removeprefix("models/").split("/")
    page = f"{PUBLIC_HUB}/{'/'.join(parts[: 3 if parts[0] == 'datasets' else 2])}"
    # Without the name and password that an address may hold.
    asked = f"{url.scheme}://{url.netloc.rpartition('@')[2]}"
    return page if asked == PUBLIC_HUB else f"{page} (asked for at {asked})"


def _in_address(error: BaseException, pattern: str) -> str | None:
    """A part of the address that an error is about."""
    found = re.search(pattern, str(error))
    return unquote(found.group(1).rstrip(".")) if found else None


def _reason(error: BaseException) -> str:
    status = status_of(error)
    return f"the Hub answered with status {status}." if status else _line(error)


def _line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    line = lines[0] if lines else type(error).__name__
    return line if line.endswith(".") else line + "."

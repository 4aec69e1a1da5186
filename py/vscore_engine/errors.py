"""The errors of the engine, and the translation of library errors into them.

A message has three sentences: what was found, what was expected, what to do now.
The kind tells who has to act; TypeScript maps it to an exit code.
"""

import errno
import re
import traceback
from collections.abc import Iterator

KINDS = (
    "request",
    "environment",
    "source",
    "bug",
    "nan",
    "cancelled",
    "out_of_memory",
)

# User access tokens and organisation tokens of the Hugging Face Hub, and whatever a header carries.
_SECRET = re.compile(r"\b(hf_|api_org_)[A-Za-z0-9]{6,}|(?<=Bearer )[A-Za-z0-9._\-]{6,}")

# errno of an OSError -> what it means and what to do about it.
_OS_ERRORS = {
    errno.ENOSPC: ("The disk is full", "room to write", "Free some space and run again."),
    errno.EDQUOT: ("The disk quota is used up", "room to write", "Free some space and run again."),
    errno.EACCES: ("Access was denied", "permission to read or write it", "Change the permission."),
    errno.EPERM: ("Access was denied", "permission to read or write it", "Change the permission."),
    errno.EROFS: ("The file system is read-only", "a writable place", "Choose another place."),
}


class EngineError(Exception):
    """An error that we foresaw.

    `facts` holds small JSON values for the other side, such as `{"layer": 3}`.
    """

    def __init__(self, kind: str, message: str, facts: dict[str, object] | None = None) -> None:
        if kind not in KINDS:
            raise ValueError(f"unknown error kind {kind!r}, expected one of {KINDS}")
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.facts = facts or {}


def redact(text: str) -> str:
    """Remove access tokens: messages and tracebacks end up in logs that people share."""
    return _SECRET.sub("[token removed]", text)


def describe(error: BaseException, subject: str = "") -> dict[str, object]:
    """Payload of an error frame: kind, message, traceback, facts (see the frame's schema)."""
    known = translate(error, subject)
    trace = "".join(traceback.format_exception(error))
    return {
        "kind": known.kind,
        "message": redact(known.message),
        "traceback": redact(trace),
        "facts": known.facts,
    }


def translate(error: BaseException, subject: str = "") -> EngineError:
    """Find the EngineError that says what `error` means.

    Libraries wrap the telling error in others (transformers turns a gated repository into an
    OSError), so the whole chain of causes is searched, most telling kind first. `subject` names
    what was being loaded, for example "model google/gemma-2-2b".
    """
    chain = list(_chain(error))
    for link in chain:
        if isinstance(link, EngineError):
            return link
    for link in chain:
        found = _from_hub(link, subject)
        if found is not None:
            return found
    for link in chain:
        found = _from_machine(link, subject)
        if found is not None:
            return found
    last = f"{type(error).__name__}: {error}"
    return EngineError(
        "bug",
        f"Something unforeseen happened: {last}. This is a fault of vscore or of a library. "
        "Please report it with the engine's log.",
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def _names(error: BaseException) -> list[str]:
    """Class names of an error and its bases: lets us recognise library errors unimported."""
    return [cls.__name__ for cls in type(error).__mro__]


def _from_hub(error: BaseException, subject: str) -> EngineError | None:
    names = _names(error)
    what = subject or "A file"
    # Gated first: GatedRepoError is a subclass of RepositoryNotFoundError.
    if "GatedRepoError" in names:
        page = _page_of(error)
        return _source(
            f"{what} is gated, and this account may not read it.",
            "Its terms must be accepted by the account of the access token.",
            f"Accept them on {page}, set HF_TOKEN to a token of that account, and run again.",
        )
    if "RepositoryNotFoundError" in names:
        return _source(
            f"{what} was not found on the Hub ({_page_of(error)}).",
            "A public repository, or a private one that HF_TOKEN may read, was expected.",
            "Check the name; for a private or gated one set HF_TOKEN.",
        )
    if "RevisionNotFoundError" in names or "RevisionResolutionError" in names:
        return _source(
            f"{what} has no such revision on the Hub.",
            "A branch, tag or commit hash of that repository was expected.",
            "Check the revision, or leave it out to take the newest.",
        )
    if "OfflineModeIsEnabled" in names or "LocalEntryNotFoundError" in names:
        return _source(
            f"{what} is not in the local cache, and the Hub could not be asked (offline).",
            "Everything that a run needs must be downloaded before working offline.",
            "Check the connection (and HF_ENDPOINT, HF_HUB_OFFLINE, if set), then run again.",
        )
    if "EntryNotFoundError" in names:
        return _source(
            f"{what} lacks a file that was asked for: {_first_line(error)}",
            "The repository was expected to hold it.",
            "Check the name, the revision and the dictionary's id.",
        )
    if "SafetensorError" in names or "SafetensorsParsingError" in names:
        return _source(
            f"{what} is corrupt: {_first_line(error)}",
            "A whole, well-formed safetensors file was expected.",
            "Delete the file (or its folder in the Hub's cache) and fetch it again.",
        )
    network = {"ConnectionError", "ConnectTimeout", "ReadTimeout", "ConnectError", "NetworkError"}
    network |= {"TimeoutException", "Timeout", "TransportError", "SSLError", "HfHubHTTPError"}
    network |= {"HTTPError", "HTTPStatusError", "gaierror", "ProxyError"}
    if network.intersection(names):
        return _source(
            f"{what} could not be fetched: {_first_line(error)}",
            "An answer from the Hub was expected.",
            "Check the connection (and HF_ENDPOINT, if set), then run again.",
        )
    return None


def _from_machine(error: BaseException, subject: str) -> EngineError | None:
    if is_out_of_memory(error):
        return EngineError(
            "out_of_memory",
            f"The device ran out of memory{' with ' + subject if subject else ''}. "
            "A smaller batch or model was needed. Lower the token budget or choose another device.",
        )
    if isinstance(error, ImportError):
        missing = (error.name or "").split(".")[0]
        return EngineError(
            "environment",
            f"The Python package {missing or 'in question'} cannot be imported: "
            f"{_first_line(error)} The packages of the project's set-up were expected. "
            "Run the set-up again, or install it into the Python that vscore uses.",
        )
    if isinstance(error, OSError) and error.errno in _OS_ERRORS:
        found, expected, advice = _OS_ERRORS[error.errno]
        place = f" at {error.filename}" if error.filename else ""
        return EngineError("environment", f"{found}{place}. It needs {expected}. {advice}")
    return None


def is_out_of_memory(error: BaseException) -> bool:
    """True for CUDA's own error, for the RuntimeError of mps and of the CPU allocator."""
    if isinstance(error, MemoryError) or "OutOfMemoryError" in _names(error):
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and (
        "out of memory" in text or "can't allocate memory" in text
    )


def _source(found: str, expected: str, advice: str) -> EngineError:
    return EngineError("source", f"{found} {expected} {advice}")


def _page_of(error: BaseException) -> str:
    """Web page of the repository that an error of the Hub is about."""
    match = re.search(r"https?://[^\s'\"]+?(?=/resolve/|/tree/|/raw/|[\s'\"]|\.?$)", str(error))
    if match is None:
        return "the repository's page on the Hub"
    # An address of the API is no page for people.
    return re.sub(r"/api/(models/)?", "/", match.group(0))


def _first_line(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    line = text[0] if text else type(error).__name__
    return line if line.endswith(".") else line + "."

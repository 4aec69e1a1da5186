"""The errors of the engine, and the translation of library errors into them.

A message has three sentences: what was found, what was expected, what to do now.
The kind tells who has to act; TypeScript maps it to an exit code.
"""

import errno
import os
import re
import traceback

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
_SECRET = re.compile(
    r"\b(hf_|api_org_)[A-Za-z0-9]{6,}|(?<=Bearer )[A-Za-z0-9._\-]{6,}|(?<=://)[^/@\s'\"]+(?=@)"
)

# Shorter ones would be cut out of the middle of words.
_SHORTEST_SECRET = 4

# How PyTorch says that --deterministic cannot be kept to.
_NOT_DETERMINISTIC = re.compile(
    r"(\S+) does not have a deterministic implementation|this operation is not deterministic"
)

# errno of an OSError -> what it means and what to do about it.
_OS_ERRORS = {
    errno.ENOSPC: ("The disk is full", "room to write", "Free some space and run again."),
    errno.EDQUOT: ("The disk quota is used up", "room to write", "Free some space and run again."),
    errno.EFBIG: (
        "A file became larger than files may be",
        "room for it",
        "Choose another file system, or raise the limit (ulimit -f).",
    ),
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
    """Remove access tokens and passwords: messages and tracebacks end up in logs people share."""
    for secret in _secrets_of_environment():
        text = text.replace(secret, "[token removed]")
    return _SECRET.sub("[token removed]", text)


def _secrets_of_environment() -> list[str]:
    """Tokens, and the name and password in front of a proxy's or mirror's host, longest first."""
    found = set()
    for name, value in os.environ.items():
        if name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
            found.add(value.strip())
        elif name.lower().endswith("_proxy") or name == "HF_ENDPOINT":
            # A password may hold any character, also those that end a host's name elsewhere.
            found.add(value.partition("://")[2].rpartition("@")[0])
    long_enough = {secret for secret in found if len(secret) >= _SHORTEST_SECRET}
    return sorted(long_enough, key=len, reverse=True)


def _redact_values(value: object) -> object:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, list | tuple):
        return [_redact_values(each) for each in value]
    if isinstance(value, dict):
        return {key: _redact_values(each) for key, each in value.items()}
    return value


def describe(error: BaseException, subject: str = "") -> dict[str, object]:
    """Payload of an error frame: kind, message, traceback, facts (see the frame's schema)."""
    known = translate(error, subject)
    trace = "".join(traceback.format_exception(error))
    return {
        "kind": known.kind,
        "message": redact(known.message),
        "traceback": redact(trace),
        "facts": _redact_values(known.facts),
    }


def translate(error: BaseException, subject: str = "") -> EngineError:
    """Find the EngineError that says what `error`, or one of its causes, means.

    `subject` names what was being loaded, for example "model google/gemma-2-2b".
    """
    from vscore_engine.hub_errors import explain

    chain = causes(error)
    for link in chain:
        if isinstance(link, EngineError):
            return link
    words = explain(chain, subject)
    if words is not None:
        return EngineError("source", words)
    malformed = find_malformed(error)
    if malformed is not None:
        return EngineError(
            "source",
            f"{subject or 'A file'} is corrupt: {_first_line(malformed)} "
            "A whole, well-formed safetensors file was expected. "
            "Delete the file (or its folder in the Hub's cache) and fetch it again.",
        )
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


def causes(error: BaseException) -> list[BaseException]:
    """The error, what it was raised from, and so on."""
    found: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in found:
        found.append(current)
        current = current.__cause__ or current.__context__
    return found


def find_malformed(error: BaseException) -> BaseException | None:
    """The cause that says that a safetensors file could not be read for what is in it."""
    malformed = {"SafetensorError", "SafetensorsParsingError"}
    return next((link for link in causes(error) if malformed.intersection(_names(link))), None)


def _names(error: BaseException) -> list[str]:
    """Class names of an error and its bases: lets us recognise library errors unimported."""
    return [cls.__name__ for cls in type(error).__mro__]


def _from_machine(error: BaseException, subject: str) -> EngineError | None:
    if is_out_of_memory(error):
        return EngineError(
            "out_of_memory",
            f"The device ran out of memory{' with ' + subject if subject else ''}. "
            "A smaller batch or model was needed. Lower the token budget or choose another device.",
        )
    found = _NOT_DETERMINISTIC.search(str(error)) if isinstance(error, RuntimeError) else None
    if found is not None:
        return EngineError(
            "request",
            f"--deterministic, but {found.group(1) or 'a product of cuBLAS'} has no deterministic "
            "implementation on this device. Only operations that have one were expected. Leave "
            "--deterministic out, or choose --device cpu.",
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


def _first_line(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    line = text[0] if text else type(error).__name__
    return line if line.endswith(".") else line + "."

"""Is a text in one of the demo's languages: by its script, then by py3langid."""

import re
from functools import cache

import py3langid

from demo.languages import LANGUAGES, is_in_script


@cache
def _restrict() -> None:
    """Let py3langid choose among the demo's languages only; its state is the module's."""
    py3langid.set_languages([lang.identifier for lang in LANGUAGES.values() if lang.identifier])


def is_identifiable(code: str) -> bool:
    """False for Wu, which the demo does not tell apart from Chinese."""
    return bool(LANGUAGES[code].identifier)


def is_in_language(text: str, code: str) -> bool:
    """A script of its own decides alone; Latin-script languages go by py3langid."""
    text = re.sub(r"\s+", " ", text.replace("\ufffd", "")).strip()
    if not is_in_script(text, code):
        return False
    if not LANGUAGES[code].is_latin:
        return True
    _restrict()
    return py3langid.classify(text)[0] == LANGUAGES[code].identifier

"""Paragraphs out of the three sources' files.

Each function returns every paragraph of a document by position, so that the same position in two
translations is the same paragraph: translations are made from one original by message catalogue
and keep its structure.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

_MALLARD_SKIPPED = {"credit", "license", "revision", "code", "screen"}
_MALLARD_TEXT = {"p", "title", "desc", "cite"}
_MALLARD_CELLS = {"item", "td", "th"}
_MALLARD_BLOCKS = _MALLARD_TEXT | _MALLARD_CELLS | {
    "list", "steps", "terms", "tree", "note", "section", "table", "media", "links", "figure",
}  # fmt: skip
_CJK = r"\u3000-\u30ff\u3400-\u9fff\uff00-\uffef"
_CJK_LINE_BREAK = re.compile(rf"(?<=[{_CJK}])\s*\n\s*(?=[{_CJK}])")


def clean(text: str) -> str:
    """One line, single spaces; no space where a line break parted two Chinese characters."""
    return " ".join(_CJK_LINE_BREAK.sub("", text).split())


def _tag(element: ET.Element) -> str:
    return element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""


def _text(element: ET.Element) -> str:
    return clean("".join(element.itertext()))


def mallard_paragraphs(xml: str) -> list[str]:
    """Titles, descriptions, paragraphs and plain cells of a Mallard page, in order."""

    def walk(element: ET.Element) -> Iterator[str]:
        tag = _tag(element)
        if tag in _MALLARD_SKIPPED:
            return
        is_plain_cell = tag in _MALLARD_CELLS and not any(
            _tag(child) in _MALLARD_BLOCKS for child in element
        )
        if tag in _MALLARD_TEXT or is_plain_cell:
            yield _text(element)
            return
        for child in element:
            yield from walk(child)

    return list(walk(ET.fromstring(xml)))


def handbook_paragraphs(xhtml: str) -> list[str]:
    """The `div class="para"` of a DocBook page that hold no other block, in order."""

    def is_paragraph(element: ET.Element) -> bool:
        return (
            _tag(element) == "div"
            and element.get("class") == "para"
            and not any(_tag(inner) == "div" for inner in element.iter() if inner is not element)
        )

    return [_text(element) for element in ET.fromstring(xhtml).iter() if is_paragraph(element)]


def declaration_sections(xhtml: str) -> dict[str, list[str]]:
    """Section name ("preamble", "article-05") -> its paragraphs, in order."""
    sections: dict[str, list[str]] = {}
    for element in ET.fromstring(_void_doctype(xhtml)).iter():
        number = element.get("data-number")
        if _tag(element) == "header":
            name = "preamble"
        elif _tag(element) == "article" and number:
            name = f"article-{int(number):02d}"
        else:
            continue
        found = [_text(inner) for inner in element.iter() if _tag(inner) == "p"]
        sections[name] = [text for text in found if text]
    return sections


def _void_doctype(xhtml: str) -> str:
    return re.sub(r"<!doctype html>", "", xhtml, count=1, flags=re.IGNORECASE)

"""Paragraphs by position, from small samples of the three sources' formats."""

from demo.paragraphs import clean, declaration_sections, handbook_paragraphs, mallard_paragraphs

MALLARD = """<page xmlns="http://projectmallard.org/1.0/" id="sample">
  <info>
    <revision date="2020-01-01"/>
    <credit type="author"><name>Somebody</name></credit>
    <desc>What the page
      is about.</desc>
  </info>
  <title>A title</title>
  <p>Press <gui>Save</gui> &amp; wait.</p>
  <screen><p>not text</p></screen>
  <steps><item><p>First step.</p></item><item>A plain cell.</item></steps>
</page>"""

HANDBOOK = """<?xml version="1.0"?>
<html xmlns="http://www.w3.org/1999/xhtml"><body>
  <div class="para">One <span>paragraph</span>.</div>
  <div class="para">Holds a block: <div class="para">inner text</div></div>
  <div class="other">no paragraph</div>
</body></html>"""

DECLARATION = """<!doctype html>
<html data-code="xyz"><head><title>T</title></head><body><h1>H</h1>
  <header><h2>Preamble</h2><p>Whereas.</p><p></p></header>
  <article data-number="5"><h2>Article 5</h2><p>No one.</p></article>
  <article data-number="26"><h2>Article 26</h2>
    <ol><li><p>First.</p></li><li><p>Second.</p></li></ol></article>
</body></html>"""


def test_mallard_gives_text_in_order_without_credits_and_screens() -> None:
    assert mallard_paragraphs(MALLARD) == [
        "What the page is about.",
        "A title",
        "Press Save & wait.",
        "First step.",
        "A plain cell.",
    ]


def test_handbook_gives_innermost_paragraphs() -> None:
    assert handbook_paragraphs(HANDBOOK) == ["One paragraph.", "inner text"]


def test_declaration_gives_sections_without_empty_paragraphs() -> None:
    assert declaration_sections(DECLARATION) == {
        "preamble": ["Whereas."],
        "article-05": ["No one."],
        "article-26": ["First.", "Second."],
    }


def test_line_breaks_between_chinese_characters_leave_no_space() -> None:
    assert clean("打开\n   文件 夹") == "打开文件 夹"
    assert clean("two\n  words") == "two words"

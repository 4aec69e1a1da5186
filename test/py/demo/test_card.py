"""The card shows what was measured."""

import json

from demo.card import BEGIN, END, with_measured
from demo.languages import LANGUAGES
from demo.text import DEMO


def test_the_card_holds_the_numbers_of_evaluation_json() -> None:
    card = (DEMO / "MODEL_CARD.md").read_text("utf-8")
    found = json.loads((DEMO / "evaluation.json").read_text("utf-8"))
    assert with_measured(card, found) == card
    section = card.split(BEGIN)[1].split(END)[0]
    assert all(section.count(code) >= 2 for code in LANGUAGES)

"""How pages are split and what is dropped."""

from demo.extract_text import is_usable, manual_rows, split_of

LONG = "A paragraph that is long enough, number "


def page_in(split: str) -> str:
    return next(f"gnome/page-{n}" for n in range(1000) if split_of(f"gnome/page-{n}") == split)


def test_a_page_falls_into_one_split_for_ever() -> None:
    pages = [f"gnome/page-{n}" for n in range(1000)]
    shares = {s: sum(split_of(p) == s for p in pages) for s in ("train", "dev", "devtest")}
    assert 600 < shares["train"] < 800
    assert shares["dev"] > 100
    assert shares["devtest"] > 100


def test_untranslated_short_and_foreign_paragraphs_are_dropped() -> None:
    english = {"Press the Save button now."}
    assert not is_usable("Press the Save button now.", "deu_Latn", english)
    assert is_usable("Jetzt auf »Speichern« klicken.", "deu_Latn", english)
    assert not is_usable("Kurz.", "deu_Latn", english)
    assert not is_usable("Press another button please.", "rus_Cyrl", english)


def test_held_out_paragraphs_never_occur_in_the_training_text() -> None:
    train, dev = page_in("train"), page_in("dev")
    shared = LONG + "one."
    pages = {
        train: {"eng_Latn": ["Before. " + shared, LONG + "two."]},
        dev: {"eng_Latn": [shared, LONG + "three."]},
    }
    corpus, training = manual_rows(pages, {})
    assert [row["text"] for row in training] == ["Before. " + shared, LONG + "two."]
    assert [(row["id"], row["split"]) for row in corpus] == [(f"{dev}#p2", "dev")]

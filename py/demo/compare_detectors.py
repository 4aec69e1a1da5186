"""Compares offline language detectors on the devtest split of the embedded corpora.

    python py/demo/compare_detectors.py [NAME ...]

Accuracy: texts told to be in their own language / texts, of each language at three lengths, among
all labels of the detector and among the paper's ten. Means weigh languages alike; a language that a
detector lacks counts as 0. Wu and South Azerbaijani, which hardly any of them tells, stand beside
the means. Writes `detectors.json`, prints a table. Detectors that are not installed are skipped and
keep the entry that they have.
"""

import gzip
import importlib.metadata
import json
import platform
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from demo.detectors import DETECTORS, THREE_LETTERS, Detector, Tell
from demo.languages import LANGUAGES
from demo.progress import say

FOLDER = Path(__file__).resolve().parent
OUTPUT = FOLDER / "detectors.json"
WORDS = {"long": None, "20 words": 20, "5 words": 5}
# Thai, Chinese and Japanese write no spaces: as many characters instead.
CHARACTERS = {"long": None, "20 words": 60, "5 words": 15}
UNSPACED = ("tha_Thai", "cmn_Hans", "wuu_Hans", "jpn_Jpan")
BESIDE = ("wuu_Hans", "azb_Latn")
PAPER = (
    *("eng_Latn", "spa_Latn", "fra_Latn", "jpn_Jpan", "kor_Hang"),
    *("por_Latn", "tha_Thai", "vie_Latn", "cmn_Hans", "arb_Arab"),
)


def two_letters(code: str) -> str:
    return LANGUAGES[code].identifier or "wuu"


def read_texts() -> dict[str, list[str]]:
    """Language -> its texts of both corpora, whitespace squeezed."""
    texts = defaultdict(list)
    for corpus in ("manuals", "udhr"):
        with gzip.open(FOLDER / "corpora" / f"{corpus}.jsonl.gz", "rt", encoding="utf-8") as file:
            for entry in map(json.loads, file):
                if entry["split"] == "devtest":
                    texts[entry["language"]].append(" ".join(entry["text"].split()))
    return dict(texts)


def shorten(text: str, code: str, length: str) -> str:
    if code in UNSPACED:
        return text[: CHARACTERS[length]]
    return " ".join(text.split()[: WORDS[length]])


def is_right(label: str, code: str) -> bool:
    """Chinese of either script is right for Mandarin, Azerbaijani of any kind for the demo's."""
    plain = label.lower().split("-")[0]
    short = two_letters(code)
    return plain == short or plain in THREE_LETTERS[short].split()


def measure(tell: Tell, texts: dict[str, list[str]]) -> dict[str, object]:
    """{length: {"mean", "accuracy": {language}, "wrong": {language: {label: count}}}}."""
    found = {}
    for length in WORDS:
        accuracy, wrong = {}, {}
        for code, own in texts.items():
            labels = [tell(shorten(text, code, length)) for text in own]
            missed = Counter(label or "none" for label in labels if not is_right(label, code))
            accuracy[code] = round(1 - missed.total() / len(own), 4)
            if missed:
                wrong[code] = dict(sorted(missed.items(), key=lambda item: (-item[1], item[0]))[:4])
        counted = [value for code, value in accuracy.items() if code not in BESIDE]
        mean = round(sum(counted) / len(counted), 4)
        found[length] = {"mean": mean, "accuracy": accuracy, "wrong": wrong}
    return found


def licence(package: str) -> str:
    """As the package states it."""
    stated = importlib.metadata.metadata(package)
    classifiers = [
        line.rpartition(" :: ")[2]
        for line in stated.get_all("Classifier") or []
        if line.startswith("License ::")
    ]
    own = stated.get("License-Expression") or stated.get("License") or ""
    return next(iter(classifiers), own.splitlines()[0] if own else "not stated")


def examine(detector: Detector, texts: dict[str, list[str]]) -> dict[str, object]:
    """What is measured of one detector; seconds are of this machine and only for comparison."""
    versions = {name: importlib.metadata.version(name) for name in detector.packages}
    listed = [file for name in versions for file in importlib.metadata.files(name) or []]
    sizes = [
        Path(file.locate()).stat().st_size
        for file in listed
        if file.suffix != ".pyc" and Path(file.locate()).is_file()
    ]
    start = time.perf_counter()
    tell = detector.load(None)
    loaded = time.perf_counter()
    among_all = measure(tell, texts)
    told = time.perf_counter()
    count = len(WORDS) * sum(map(len, texts.values()))
    among_ten = None
    if detector.restrictable:
        ten = {code: texts[code] for code in PAPER}
        among_ten = measure(detector.load([two_letters(code) for code in PAPER]), ten)
    return {
        "versions": versions,
        "licence": licence(detector.packages[0]),
        "released": detector.released,
        "wheels": detector.wheels,
        "megabytes": round(sum(sizes) / 1e6, 1),
        "labels": detector.labels(),
        "load_seconds": round(loaded - start, 2),
        "milliseconds_per_text": round(1000 * (told - loaded) / count, 3),
        "among_all": among_all,
        "among_ten": among_ten,
    }


def main() -> None:
    wanted = sys.argv[1:]
    texts = read_texts()
    results = json.loads(OUTPUT.read_text())["detectors"] if OUTPUT.is_file() else {}
    for detector in DETECTORS:
        name = detector.packages[0]  # as on the command line and in the file
        if wanted and name not in wanted:
            continue
        try:
            results[name] = examine(detector, texts)
        except (ImportError, importlib.metadata.PackageNotFoundError):
            say(f"{name} is not installed: skipped")
            continue
        say(f"{name}: done")
    written = {
        "python": platform.python_version(),
        "texts": {code: len(own) for code, own in texts.items()},
        "mean": f"over all languages but {' and '.join(BESIDE)}",
        "lengths": {name: [WORDS[name], CHARACTERS[name]] for name in WORDS},
        "detectors": dict(sorted(results.items())),
    }
    OUTPUT.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(table(results))  # noqa: T201


def table(results: dict[str, dict]) -> str:
    lengths = list(WORDS)
    lines = [f"{'':26}{'labels':>7}{'MB':>7}   among all: {lengths}   among ten"]
    for name, found in sorted(
        results.items(), key=lambda item: -item[1]["among_all"]["5 words"]["mean"]
    ):
        cells = []
        for mode in ("among_all", "among_ten"):
            for length in lengths:
                value = found[mode] and found[mode][length]["mean"]
                cells.append("     -" if value is None else f"{value:6.3f}")
        lines.append(
            f"{name:26}{found['labels']:7}{found['megabytes']:7}   {' '.join(cells[:3])}   "
            f"{' '.join(cells[3:])}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()

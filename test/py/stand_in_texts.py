"""Sentences of the stand-in for FLORES+: embedded ones, and invented ones where there are none."""

import gzip
import json
import random
from pathlib import Path

CORPUS = Path(__file__).parents[2] / "py" / "demo" / "corpora" / "udhr.jsonl.gz"
SENTENCES = 12
EMBEDDED = (
    *("eng_Latn", "spa_Latn", "fra_Latn", "jpn_Jpan", "kor_Hang", "por_Latn", "tha_Thai"),
    *("vie_Latn", "cmn_Hans", "arb_Arab", "glg_Latn", "cat_Latn", "wuu_Hans"),
)
# Letters of scripts whose languages the embedded corpus lacks: made-up words, in no language.
INVENTED = {
    "kas_Arab": "ابتجدرزسشعفقکلمنہیےۆٲٳؠ",
    "azb_Arab": "ابپتجچدرزسشغفقکگلمنوهیۆؤ",
    "nus_Latn": "abcdeɛgɣhijklmnŋoɔprtuwyäë",
}
# What a join on ids has to cope with: a sentence that one language lacks, and another's order.
LACKS = ("tha_Thai", "dev", 3)
REVERSED = "kor_Hang"


def sentences() -> dict[str, dict[str, list[dict[str, object]]]]:
    """Split -> language -> rows {"id", "text"}, twelve in each but for what `LACKS` takes away."""
    with gzip.open(CORPUS, "rt", encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    by_language: dict[str, dict[str, str]] = {code: {} for code in EMBEDDED}
    for row in rows:
        if row["split"] == "dev" and row["language"] in by_language:
            by_language[row["language"]][row["id"]] = row["text"]
    shared = set.intersection(*(set(texts) for texts in by_language.values()))
    # The shortest ones keep the tests quick.
    chosen = sorted(shared, key=lambda name: (len(by_language["eng_Latn"][name]), name))
    found: dict[str, dict[str, list[dict[str, object]]]] = {}
    for number, split in enumerate(("dev", "devtest")):
        names = chosen[number::2][:SENTENCES]
        texts = {code: [_cut(by_language[code][name]) for name in names] for code in EMBEDDED}
        texts |= {code: _invented(code, split, letters) for code, letters in INVENTED.items()}
        found[split] = {code: _rows(code, split, of) for code, of in texts.items()}
    return found


def _cut(text: str) -> str:
    """The beginning of a sentence: half a dozen words, or as much where words are not apart."""
    words = text.split(" ")
    return " ".join(words[:6]) if len(words) > 3 else text[:18]


def _rows(code: str, split: str, texts: list[str]) -> list[dict[str, object]]:
    rows = [{"id": number + 1, "text": text} for number, text in enumerate(texts)]
    rows = [row for row in rows if (code, split, row["id"]) != LACKS]
    return rows[::-1] if code == REVERSED else rows


def _invented(code: str, split: str, letters: str) -> list[str]:
    chance = random.Random(f"{code} {split}")
    words = ["".join(chance.choices(letters, k=chance.randint(2, 8))) for _ in range(60)]
    return [" ".join(chance.choices(words, k=chance.randint(3, 6))) for _ in range(SENTENCES)]

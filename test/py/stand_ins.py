"""Make what the loopback hub serves: small stand-ins for the repositories that the presets need.

    python stand_ins.py FOLDER

Names, file names, formats, architectures and tokenizer classes are those of the real ones; weights
and texts are not. The same every time on the same machine.

    models/google/gemma-2-2b                      models/google/gemma-scope-2b-pt-res
    models/Qwen/Qwen3-0.6B                        models/mwhanna/qwen3-0.6b-transcoders-lowl0
    datasets/openlanguagedata/flores_plus
"""

import sys
from pathlib import Path

import stand_in_dictionaries
import stand_in_models
import stand_in_texts


def main(folder: Path) -> None:
    by_split = stand_in_texts.sentences()
    flores_plus(folder / "datasets" / "openlanguagedata" / "flores_plus", by_split)
    texts = {code: [str(row["text"]) for row in rows] for code, rows in by_split["dev"].items()}
    everything = [line for lines in texts.values() for line in lines]
    few = {code: lines[:4] for code, lines in texts.items()}
    models = folder / "models"
    gemma, qwen = models / "google" / "gemma-2-2b", models / "Qwen" / "Qwen3-0.6B"
    stand_in_models.gemma(gemma, everything)
    stand_in_models.qwen3(qwen, everything)
    stand_in_dictionaries.gemma_scope(models / "google" / "gemma-scope-2b-pt-res", gemma, few)
    stand_in_dictionaries.qwen3_transcoders(
        models / "mwhanna" / "qwen3-0.6b-transcoders-lowl0", qwen, few
    )


def flores_plus(folder: Path, by_split: dict[str, dict[str, list[dict[str, object]]]]) -> None:
    """One parquet file for each split and language, with the columns of the real ones."""
    import pyarrow
    import pyarrow.parquet

    for split, by_language in by_split.items():
        (folder / split).mkdir(parents=True)
        for code, rows in by_language.items():
            language, script = code.split("_")
            rest = {
                "iso_639_3": language,
                "iso_15924": script,
                "glottocode": "stan0000",
                "url": "https://example.org",
                "domain": "wikinews",
                "topic": "none",
                "has_image": "no",
                "has_hyperlink": "no",
                "last_updated": "1.0",
            }
            table = pyarrow.Table.from_pylist([{**row, **rest} for row in rows])
            pyarrow.parquet.write_table(table, folder / split / f"{code}.parquet")
    (folder / "README.md").write_text("A stand-in for FLORES+.\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

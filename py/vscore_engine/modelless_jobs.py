"""Jobs that need no model: files of others, texts of a corpus, trees, detectors, the machine.

Each takes a job and the way to answer it, and returns how many texts it sent.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from vscore_engine.frames import FrameSender, progress, result

if TYPE_CHECKING:
    from vscore_engine.jobs import Job


def _flores(job: "Job", sender: FrameSender) -> int:
    from vscore_engine.corpora import Flores, read_texts
    from vscore_engine.downloads import DownloadWatch
    from vscore_engine.hub import set_offline

    asked = job.params
    offline = set_offline(bool(asked["offline"]))
    languages = asked["languages"]
    with DownloadWatch(sender):
        corpus = Flores(asked["split"], asked["revision"], offline)
        for number, language in enumerate(languages):
            job.check_cancelled()
            progress(sender, "corpus", number, len(languages))
            file = corpus.fetch(language)
            value = {
                "language": language,
                "revision": file.revision,
                "path": file.path,
                "texts": read_texts(file),
                "warning": corpus.warning,
            }
            result(sender, "flores", value)
    return 0


def _write_pt(job: "Job", sender: FrameSender) -> int:
    from vscore_engine.run_files import write_pt

    del sender
    layers = [int(layer) for layer in job.params["layers"]]
    write_pt(Path(job.params["source"]), Path(job.params["target"]), layers)
    return 0


def _write_tensor(job: "Job", sender: FrameSender) -> int:
    from vscore_engine.run_files import write_tensor

    del sender
    asked = job.params
    write_tensor(Path(asked["source"]), Path(asked["target"]), str(asked["tensor"]))
    return 0


def _read_pt(job: "Job", sender: FrameSender) -> int:
    from vscore_engine.run_files import read_pt

    source, target = Path(job.params["source"]), Path(job.params["target"])
    result(sender, "pt", read_pt(source, target))
    return 0


def _read_pickle(job: "Job", sender: FrameSender) -> int:
    from vscore_engine.plain_json import read_pickle

    result(sender, "pickle", read_pickle(Path(job.params["source"])))
    return 0


def _write_bank(job: "Job", sender: FrameSender) -> int:
    from vscore_engine.steering_files import write_bank

    del sender
    asked = job.params
    write_bank(Path(asked["source"]), Path(asked["target"]), asked["metadata"])
    return 0


def _write_gates(job: "Job", sender: FrameSender) -> int:
    from vscore_engine.steering_files import write_gates

    del sender
    write_gates(Path(job.params["target"]), job.params["gates"], job.params["metadata"])
    return 0


def _read_bank(job: "Job", sender: FrameSender) -> int:
    from vscore_engine.steering_files import read_bank

    asked = job.params
    source, target = Path(asked["source"]), Path(asked["target"])
    result(sender, "bank", read_bank(source, target, str(asked["name"])))
    return 0


def _cluster(job: "Job", sender: FrameSender) -> int:
    from vscore_engine.clustering import cluster

    result(sender, "clusters", cluster(job.params))
    return 0


def _detect(job: "Job", sender: FrameSender) -> int:
    from vscore_engine.detection import describe_detector, detect

    texts = job.params["texts"]
    found = [
        {"code": each.code, "raw": each.raw, "score": each.score} for each in detect(texts, None)
    ]
    result(sender, "detected", {"detected": found, **describe_detector()})
    return len(texts)


def _doctor(job: "Job", sender: FrameSender) -> int:
    from vscore_engine.doctor import examine

    result(sender, "doctor", examine(job.params["presets"]))
    return 0


def _prefetch(job: "Job", sender: FrameSender) -> int:
    from vscore_engine.prefetch import prefetch

    prefetch(job, sender)
    return 0


def _releases(job: "Job", sender: FrameSender) -> int:
    from vscore_engine.registry import read_registry

    del job
    result(sender, "releases", read_registry())
    return 0


MODELLESS_JOBS: "dict[str, Callable[[Job, FrameSender], int]]" = {
    "flores": _flores,
    "write_pt": _write_pt,
    "write_tensor": _write_tensor,
    "read_pt": _read_pt,
    "read_pickle": _read_pickle,
    "write_bank": _write_bank,
    "write_gates": _write_gates,
    "read_bank": _read_bank,
    "cluster": _cluster,
    "detect": _detect,
    "doctor": _doctor,
    "prefetch": _prefetch,
    "releases": _releases,
}

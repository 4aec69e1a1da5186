"""The `prefetch` job: everything that a run needs, into the Hub's cache, without loading a model.

What is fetched is what the libraries themselves ask for: configuration, tokenizer and dictionaries
are read by the functions that a run reads them with, the weights by name. One dictionary at a time
is in memory.
"""

from typing import TYPE_CHECKING

from vscore_engine.dictionaries import load_dictionary
from vscore_engine.downloads import DownloadWatch, cached_bytes
from vscore_engine.frames import FrameSender, progress, result
from vscore_engine.hub_cache import cached_commit, find_damage
from vscore_engine.loading import Found, find
from vscore_engine.models import load_tokenizer
from vscore_engine.weights import fetch_weights

if TYPE_CHECKING:
    from vscore_engine.jobs import Job


def prefetch(job: "Job", sender: FrameSender) -> None:
    """Run the job: `load` without loading. Sends progress and the result "prefetched"."""
    import torch

    before = cached_bytes()
    with DownloadWatch(sender):
        progress(sender, "configurations", 0, 1)
        found = find(job)
        progress(sender, "tokenizer", 0, 1)
        load_tokenizer(found.source)
        fetch_weights(found.source)
        dictionaries = []
        for number, entry in enumerate(found.dictionaries):
            job.check_cancelled()
            progress(sender, "dictionaries", number, len(found.dictionaries))
            revision = load_dictionary(
                entry, found.points[entry.layer], torch.device("cpu")
            ).revision
            dictionaries.append(
                {"layer": entry.layer, "sae_id": entry.sae_id, "revision": revision}
            )
        progress(sender, "whether everything is whole", 0, 1)
        check_whole(found)
    told = {
        "model_id": found.source.model_id,
        "model_revision": found.source.revision,
        "dictionaries": dictionaries,
        "fetched_bytes": max(0, cached_bytes() - before),
        "warnings": [text for text in dict.fromkeys(found.warnings) if text is not None],
    }
    result(sender, "prefetched", told)


def check_whole(found: Found) -> None:
    """Compare every cached file with the hash that names it: loading alone misses swapped bytes.

    Raises "source" with the files to delete.
    """
    repositories = [entry.repository() for entry in found.dictionaries if entry.path is None]
    checked = {
        (repository.id, cached_commit(repository.id)): repository for repository in repositories
    }
    if found.source.path is None:
        checked[found.source.model_id, found.source.revision] = found.source.repository
    for (_, commit), repository in checked.items():
        damage = find_damage(repository, commit)
        if damage is not None:
            raise damage

"""Read what torch.save wrote, also of files that may come from anyone: plain values alone."""

import pickle
import pickletools
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from vscore_engine.errors import EngineError

# Makes the error for a reason.
Refuse = Callable[[str], EngineError]

# What torch.save names in a pickle of plain tensors. Other names may be harmless and still ask for
# any amount of memory, such as bytearray.
_NAMES = re.compile(
    r"torch\._utils _rebuild_tensor_v2|collections OrderedDict|torch (Long|Int|Short|Char|Byte|"
    r"Float|Half|BFloat16|Double)Storage"
)
_LARGEST_PICKLE = 1 << 20


def load_plain(source: Path, refuse: Refuse) -> object:
    """The content of a `.pt`; code in it is never run. Raises what `refuse` makes."""
    import torch

    _check_archive(source, refuse)
    try:
        return torch.load(source, map_location="cpu", weights_only=True)
    except OSError as error:
        raise refuse(str(error)) from error
    except pickle.UnpicklingError as error:
        # Its own text advises to load the file all the same.
        raise refuse("it holds more than tensors, which may be code; none of it was run") from error
    except Exception as error:
        first = str(error).strip().splitlines()[:1]
        raise refuse(f"PyTorch cannot read it as weights ({' '.join(first)})") from error


def _check_archive(source: Path, refuse: Refuse) -> None:
    """Refuse what torch.save does not write today, before anything of it is unpickled.

    torch.save stores its records uncompressed; a compressed one could fill the memory.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            records = archive.infolist()
            unpacked = sum(record.file_size for record in records)
            size = source.stat().st_size
            if unpacked > size:
                raise refuse(f"its {size} bytes would unpack to {unpacked}")
            pickles = [r for r in records if r.filename.rpartition("/")[2] == "data.pkl"]
            if len(pickles) != 1 or pickles[0].file_size > _LARGEST_PICKLE:
                raise refuse("it is no archive as torch.save writes them")
            _check_pickle(archive.read(pickles[0]), refuse)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise refuse("it is no archive as torch.save writes them") from error
    except OSError as error:
        raise refuse(str(error)) from error


def _check_pickle(content: bytes, refuse: Refuse) -> None:
    """Refuse what names anything else than plain tensors. Only reads; nothing is unpickled."""
    for operation, argument, _ in pickletools.genops(content):
        # One that takes names from the stack cannot be checked; torch.save does not use it.
        if operation.name in ("STACK_GLOBAL", "INST", "BYTEARRAY8") or (
            operation.name == "GLOBAL" and not _NAMES.fullmatch(str(argument))
        ):
            named = f" ({argument})" if operation.name == "GLOBAL" else ""
            raise refuse(
                f"it holds more than tensors{named}, which may be code; none of it was run"
            )

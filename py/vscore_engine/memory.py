"""How much memory a run takes on its device, before any weights are read; and what it may take."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from vscore_engine.encoding import BLOCK_BYTES, block_elements
from vscore_engine.errors import EngineError

# Encoding holds about as many arrays of a block's size at once: pre-activations, activations, mask.
_BLOCK_ARRAYS = 4


@dataclass(frozen=True)
class Need:
    """Bytes, by what takes them."""

    model: int
    # All weights of the dictionaries, as they are while they are checked; encoders alone later.
    dictionaries: int
    block: int
    batch: int

    @property
    def fixed(self) -> int:
        """What no smaller batch takes away."""
        return self.model + self.dictionaries + self.block

    @property
    def total(self) -> int:
        return self.fixed + self.batch


def need_of(
    config: Any,
    dtype: torch.dtype,
    device: torch.device,
    dictionaries: Mapping[int, tuple[int, int]],
    batch_tokens: int,
) -> Need:
    """What loading and one batch take.

    dictionaries: by layer (d_in, d_sae). The model is counted exactly; what a batch takes is an
    estimate: its hidden states where dictionaries read them, in float32 where they are encoded, and
    what one block of the model holds at a time.
    """
    hidden = int(config.hidden_size)
    wide = int(getattr(config, "intermediate_size", None) or 4 * hidden)
    read = sum(d_in for d_in, _ in dictionaries.values())
    size = dtype.itemsize
    blocks = [block_elements(d_sae, device) for _, d_sae in dictionaries.values()]
    # While the dictionaries are checked, all features of some tokens are side by side.
    widest = max((d_sae for _, d_sae in dictionaries.values()), default=0)
    checked = min(BLOCK_BYTES, 4 * batch_tokens * widest)
    return Need(
        model=parameters(config) * size,
        dictionaries=sum(4 * 2 * d_in * d_sae for d_in, d_sae in dictionaries.values()),
        block=_BLOCK_ARRAYS * max(4 * max(blocks, default=0), checked),
        batch=batch_tokens * (size * (read + 8 * hidden + 3 * wide) + 4 * max(hidden, wide)),
    )


def parameters(config: Any) -> int:
    """Weights of a model of that configuration, shared ones once. None of them is made."""
    from transformers import AutoModelForCausalLM

    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    return sum(parameter.numel() for parameter in model.parameters())


def memory_of(device: torch.device) -> int | None:
    """Bytes that a new process can have on a device; None where it does not say."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    if device.type == "mps":
        return int(torch.mps.recommended_max_memory())
    import psutil

    return min(int(psutil.virtual_memory().available), _left_in_group())


def _left_in_group() -> int:
    """Bytes that a container or a cluster's job leaves this process; without a limit, very many."""
    try:
        group = Path("/sys/fs/cgroup")
        most = (group / "memory.max").read_text().strip()
        if most == "max":
            return sys.maxsize
        return max(0, int(most) - int((group / "memory.current").read_text()))
    except (OSError, ValueError):
        return sys.maxsize


def check_memory(need: Need, device: torch.device, limit: int | None) -> None:
    """Refuse what cannot fit, before anything of it is read; hold a CUDA device to the limit.

    limit: bytes that somebody asked to keep to; then a batch must fit as well. Else what the device
    has: a batch that is too large for it is halved when it fails.

    Raises "request" for a limit that was asked for, "environment" for what the device has.
    """
    if limit is not None:
        if need.total > limit:
            asked = f"--max-memory is {size(limit)}"
            raise EngineError("request", _too_much(need, limit, asked, device))
        if device.type == "cuda":
            total = torch.cuda.get_device_properties(device).total_memory
            torch.cuda.set_per_process_memory_fraction(min(1.0, limit / total), device)
        return
    found = memory_of(device)
    if found is not None and need.fixed > found:
        free = f"{device} has {size(found)} free"
        raise EngineError("environment", _too_much(need, found, free, device))


def _too_much(need: Need, limit: int, found: str, device: torch.device) -> str:
    # Blocks are as small as they can be on a CPU: what then helps is a smaller dictionary.
    narrower = "fewer --layers at a time, or narrower dictionaries"
    smaller = narrower if device.type == "cpu" else "--device cpu, whose blocks are smaller"
    parts = {
        "the model": (need.model, "--dtype bfloat16, or a smaller model"),
        "the dictionaries": (need.dictionaries, narrower),
        "encoding": (need.block, smaller),
        "a batch": (need.batch, "a smaller --batch-tokens"),
    }
    listed = ", ".join(f"{name} {size(of)}" for name, (of, _) in parts.items())
    # A smaller batch helps only where the rest fits.
    if need.fixed > limit:
        parts.pop("a batch")
        advice = max(parts.values(), key=lambda part: part[0])[1]
    else:
        advice = parts["a batch"][1]
    return (
        f"The run needs about {size(need.total)} ({listed}). {found}. At least as much was "
        f"expected. Choose {advice}, or give it more memory."
    )


def size(of: int) -> str:
    """Bytes in three digits."""
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if of >= unit:
            return f"{of / unit:.1f} {name}" if of < 100 * unit else f"{of / unit:.0f} {name}"
    return f"{of} bytes"

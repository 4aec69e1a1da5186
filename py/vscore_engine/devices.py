"""Choose the device and the number format; give memory back."""

import gc
from typing import TYPE_CHECKING

from vscore_engine.errors import EngineError

if TYPE_CHECKING:
    import torch

DTYPES = ("auto", "float32", "bfloat16", "float16")


def choose_device(asked: str) -> "torch.device":
    """`auto`, `cuda`, `cuda:N`, `mps` or `cpu` -> a device that is there.

    Raises "environment" if the machine lacks it, "request" for any other word.
    """
    import torch

    kind, _, index = asked.partition(":")
    if asked == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda", 0)
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    if kind == "cuda" and (not index or index.isdecimal()):
        if not torch.cuda.is_available():
            raise EngineError(
                "environment",
                f"--device {asked} but torch.cuda.is_available() is False. An NVIDIA driver and a "
                "CUDA build of PyTorch were expected. Install them, or use --device cpu.",
            )
        number = int(index or 0)
        if number >= torch.cuda.device_count():
            raise EngineError(
                "environment",
                f"--device {asked} but this machine has {torch.cuda.device_count()} CUDA devices. "
                f"A number from 0 to {torch.cuda.device_count() - 1} was expected. Choose one.",
            )
        return torch.device("cuda", number)
    if asked == "mps":
        if not torch.backends.mps.is_available():
            raise EngineError(
                "environment",
                "--device mps but torch.backends.mps.is_available() is False. A Mac with Apple "
                "silicon was expected. Use --device cpu.",
            )
        return torch.device("mps")
    if asked == "cpu":
        return torch.device("cpu")
    raise EngineError(
        "request",
        f"--device {asked} is unknown. One of auto, cuda, cuda:N, mps, cpu was expected. "
        "Choose one of them.",
    )


def choose_dtype(asked: str, device: "torch.device", model_type: str) -> "torch.dtype":
    """Number format of the model; dictionaries always compute in float32."""
    import torch

    if asked not in DTYPES:
        raise EngineError(
            "request",
            f"--dtype {asked} is unknown. One of {', '.join(DTYPES)} was expected. Choose one.",
        )
    if asked == "float16" and model_type.startswith("gemma"):
        raise EngineError(
            "request",
            "--dtype float16 with a Gemma model. Its activations exceed the range of float16 and "
            "become NaN, so bfloat16 or float32 was expected. Leave --dtype out.",
        )
    if asked == "auto":
        return torch.bfloat16 if device.type == "cuda" else torch.float32
    return {
        "float32": torch.float32,
        "bfloat16": torch.bfloat16,
        "float16": torch.float16,
    }[asked]


def empty_caches(device: "torch.device") -> None:
    """Give back what the device's allocator keeps in reserve."""
    import torch

    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()


def wait_for(device: "torch.device") -> None:
    """Return once everything that was asked of the device is done."""
    import torch

    if device.type == "cuda":
        torch.cuda.synchronize(device)


def memory_in_use(device: "torch.device") -> int | None:
    """Bytes that our tensors take on a CUDA device; None elsewhere."""
    import torch

    return int(torch.cuda.memory_allocated(device)) if device.type == "cuda" else None

"""Choose the device and the number format; give memory back."""

import gc
from typing import TYPE_CHECKING

from vscore_engine.errors import EngineError

if TYPE_CHECKING:
    import torch

DTYPES = ("auto", "float32", "tf32", "bfloat16", "float16")


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
    """Number format of the model's weights; dictionaries' are always float32.

    "tf32" is float32 whose products a CUDA device rounds: see `compute_as`.
    """
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
    if asked == "tf32" and device.type != "cuda":
        raise EngineError(
            "request",
            f"--dtype tf32 on {device}. Only CUDA devices have products in TF32, and one was "
            "expected. Leave --dtype out, or choose --device cuda.",
        )
    if asked == "auto":
        return torch.bfloat16 if device.type == "cuda" else torch.float32
    return {
        "float32": torch.float32,
        "tf32": torch.float32,
        "bfloat16": torch.bfloat16,
        "float16": torch.float16,
    }[asked]


def compute_as(asked: str) -> None:
    """Whether a CUDA device may round the factors of float32 products to TF32, in all that follows.

    Said at every load: a process may have served another run before, and libraries and environment
    variables may switch it on.
    """
    import torch

    is_rounded = asked == "tf32"
    torch.set_float32_matmul_precision("high" if is_rounded else "highest")
    torch.backends.cudnn.allow_tf32 = is_rounded


def rounds_products() -> bool:
    """Whether `compute_as` was last told of TF32."""
    import torch

    return torch.get_float32_matmul_precision() != "highest"


def repeat_exactly(is_asked: bool) -> None:
    """Whether what has no deterministic implementation is an error, in all that follows.

    cuBLAS is told by CUBLAS_WORKSPACE_CONFIG, which is set when the engine starts.
    """
    import torch

    torch.use_deterministic_algorithms(is_asked)
    torch.backends.cudnn.deterministic = is_asked


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

"""Where a dictionary reads: TransformerLens hook names -> modules of transformers.

A pure table look-up; capture.py does the reading. Names and meanings follow TransformerLens 3
 (components/transformer_block.py). Two of them surprise:

- `hook_mlp_in` is the residual stream *before* the norm in front of the MLP, while `mlp.hook_in` is
  the MLP's own input, after that norm and its gain.
- `ln2.hook_normalized` is between the two: x / rms(x), without the gain.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from vscore_engine.errors import EngineError

Side = Literal["input", "output"]
Transform = Literal["none", "rms", "layer_norm"]


@dataclass(frozen=True)
class Architecture:
    """Names of the parts of one block, for one `model_type` of transformers."""

    layers: str = "model.layers"
    norm_1: str = "input_layernorm"
    norm_2: str = "post_attention_layernorm"
    attention: str = "self_attn"
    attention_projection: str = "self_attn.o_proj"
    mlp: str = "mlp"
    # What is added to the residual stream: in Gemma, the output of a norm behind each part.
    attention_added: str = "self_attn"
    mlp_added: str = "mlp"
    normalization: Literal["rms", "layer_norm"] = "rms"


_GEMMA = Architecture(
    norm_2="pre_feedforward_layernorm",
    attention_added="post_attention_layernorm",
    mlp_added="post_feedforward_layernorm",
)
ARCHITECTURES = {
    "gemma2": _GEMMA,
    "gemma3_text": _GEMMA,
    "gemma3": _GEMMA,
    "llama": Architecture(),
    "mistral": Architecture(),
    "qwen2": Architecture(),
    "qwen3": Architecture(),
    "gpt2": Architecture(
        layers="transformer.h",
        norm_1="ln_1",
        norm_2="ln_2",
        attention="attn",
        attention_projection="attn.c_proj",
        attention_added="attn",
        normalization="layer_norm",
    ),
    "gpt_neox": Architecture(
        layers="gpt_neox.layers",
        attention="attention",
        attention_projection="attention.dense",
        attention_added="attention",
        normalization="layer_norm",
    ),
}


@dataclass(frozen=True)
class HookPoint:
    """One tensor of one block.

    `module` is relative to the block ("" is the block itself). `centred` subtracts the mean over
    the width: TransformerLens centres what GPT-2 writes into the residual stream, on request.
    """

    layer: int
    module: str
    side: Side
    transform: Transform = "none"
    centred: bool = False
    width: Literal["model", "heads"] = "model"

    def describe(self, architecture: str) -> str:
        """For example "model.layers.3.mlp in"."""
        layers = ARCHITECTURES[architecture].layers
        path = ".".join(filter(None, (layers, str(self.layer), self.module)))
        suffix = {"none": "", "rms": " / rms", "layer_norm": " normalized"}[self.transform]
        return f"{path} {'in' if self.side == 'input' else 'out'}{suffix}" + (
            " centred" if self.centred else ""
        )


def _names(parts: Architecture) -> dict[str, tuple[str, Side, Transform]]:
    """Hook name behind "blocks.L." -> (module, side, transform)."""
    return {
        "hook_resid_pre": ("", "input", "none"),
        "hook_resid_mid": (parts.norm_2, "input", "none"),
        "hook_resid_post": ("", "output", "none"),
        "hook_attn_out": (parts.attention_added, "output", "none"),
        "hook_mlp_in": (parts.norm_2, "input", "none"),
        "hook_mlp_out": (parts.mlp_added, "output", "none"),
        "attn.hook_z": (parts.attention_projection, "input", "none"),
        "mlp.hook_in": (parts.mlp, "input", "none"),
        "mlp.hook_out": (parts.mlp, "output", "none"),
        "ln1.hook_normalized": (parts.norm_1, "input", parts.normalization),
        "ln2.hook_normalized": (parts.norm_2, "input", parts.normalization),
    }


# Written into the residual stream, so changed by TransformerLens' center_writing_weights.
_WRITTEN = ("hook_resid_pre", "hook_resid_mid", "hook_resid_post", "hook_attn_out")
_WRITTEN += ("hook_mlp_in", "hook_mlp_out", "mlp.hook_out")


def hook_names(architecture: str) -> list[str]:
    """Names behind "blocks.L." that are known in a model of a known type."""
    return list(_names(ARCHITECTURES[architecture]))


def find_hook_point(
    architecture: str,
    hook_name: str | None,
    *,
    hf_hook_name: str | None = None,
    model_kwargs: Mapping[str, Any] | None = None,
    parallel_residual: bool = False,
) -> HookPoint:
    """Say which tensor a dictionary reads.

    architecture: `model_type` of the model's configuration. hook_name, hf_hook_name, model_kwargs:
    the dictionary's metadata `hook_name`, `hf_hook_name`, `model_from_pretrained_kwargs`.
    `hf_hook_name` ("model.layers.3.mlp.input") wins: it is the authors' own name, while a
    TransformerLens name is what sae_lens made of it, and for the transcoders of Gemma Scope 2 the
    two disagree. Raises "request" for everything that is not supported.
    """
    parts = ARCHITECTURES.get(architecture)
    if parts is None:
        raise EngineError(
            "request",
            f"The model is of type {architecture!r}. Hook points are known for "
            f"{', '.join(sorted(ARCHITECTURES))}. Choose such a model.",
        )
    options = dict(model_kwargs or {})
    centre = bool(options.get("center_writing_weights")) and parts.normalization == "layer_norm"
    names = _names(parts)
    if parallel_residual:
        # Attention and MLP read the same tensor: there is no stream between them.
        del names["hook_resid_mid"]
    if hf_hook_name is not None:
        return _from_hf_name(hf_hook_name, parts, centre)

    match = re.fullmatch(r"blocks\.(\d+)\.(.+)", hook_name or "")
    if match is None or match.group(2) not in names:
        raise EngineError(
            "request",
            f"The dictionary reads {hook_name!r}, in a model of type {architecture!r}. Supported "
            f"there are blocks.<layer>. with {', '.join(sorted(names))}. Choose a dictionary that "
            "reads one of these.",
        )
    name = match.group(2)
    if (options.get("fold_ln") and name == "mlp.hook_in") or (
        options.get("fold_value_biases") and name == "attn.hook_z"
    ):
        raise EngineError(
            "request",
            f"The dictionary reads {hook_name!r} of a model changed by {options}. Activations of "
            "the model as published were expected. Choose another dictionary.",
        )
    module, side, transform = names[name]
    return HookPoint(
        layer=int(match.group(1)),
        module=module,
        side=side,
        transform=transform,
        centred=centre and name in _WRITTEN,
        width="heads" if name == "attn.hook_z" else "model",
    )


def _from_hf_name(name: str, parts: Architecture, centre: bool) -> HookPoint:
    match = re.fullmatch(r"(?:\w+\.)*?(?:layers|h)\.(\d+)((?:\.\w+)*?)(?:\.(input|output))?", name)
    modules = {module for module, _, _ in _names(parts).values()}
    module = match.group(2).removeprefix(".") if match else ""
    if match is None or module not in modules | {parts.attention}:
        raise EngineError(
            "request",
            f"The dictionary reads the module {name!r}. A block or one of its parts "
            f"({', '.join(sorted(modules - {''}))}) was expected. Choose another dictionary.",
        )
    heads = module == parts.attention_projection and match.group(3) == "input"
    return HookPoint(
        layer=int(match.group(1)),
        module=module,
        side="input" if match.group(3) == "input" else "output",
        centred=centre and not heads and module != parts.mlp,
        width="heads" if heads else "model",
    )


def width_of(point: HookPoint, text_config: Any) -> int:
    """Number of values per token at a hook point, from the text model's configuration."""
    if point.width == "heads":
        heads = int(text_config.num_attention_heads)
        size = getattr(text_config, "head_dim", None) or text_config.hidden_size // heads
        return heads * int(size)
    return int(text_config.hidden_size)

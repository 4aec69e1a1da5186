"""Forward passes written by hand, for every supported architecture, from nothing but weights.

An oracle for the hooks: it reads a configuration as plain values and weights by their names in a
checkpoint, and shares no code with transformers, TransformerLens or the engine. Formulas are those
of the architectures' papers. Attention is an explicit [batch, head, query, key] array in float64:
slow, and easy to check by reading. Texts are not padded.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Rotary:
    """Angles of rotary position embeddings: of the first `size` values of each head."""

    size: int
    base: float
    stretch: float = 1.0


def rms_normalized(x: Tensor, eps: float) -> Tensor:
    return x / torch.sqrt((x * x).mean(dim=-1, keepdim=True) + eps)


def layer_normalized(x: Tensor, eps: float) -> Tensor:
    return rms_normalized(x - x.mean(dim=-1, keepdim=True), eps)


def gelu_tanh(x: Tensor) -> Tensor:
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def gelu_exact(x: Tensor) -> Tensor:
    return 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))


def silu(x: Tensor) -> Tensor:
    return x / (1 + torch.exp(-x))


def rotated(x: Tensor, rotary: Rotary) -> Tensor:
    """x [batch, head, position, width]; value i turns with value i + size/2."""
    half = rotary.size // 2
    position = torch.arange(x.shape[2], dtype=torch.float64)[:, None] / rotary.stretch
    angle = position / rotary.base ** (torch.arange(half, dtype=torch.float64) * 2 / rotary.size)
    first, second, rest = x.split([half, half, x.shape[-1] - 2 * half], dim=-1)
    cos, sin = torch.cos(angle), torch.sin(angle)
    return torch.cat([first * cos - second * sin, second * cos + first * sin, rest], dim=-1)


def attended(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    scale: float,
    window: int | None = None,
    soft_cap: float | None = None,
) -> Tensor:
    """Causal attention; q, k, v [batch, head, position, width] -> [batch, position, head*width]."""
    k, v = (t.repeat_interleave(q.shape[1] // t.shape[1], dim=1) for t in (k, v))
    scores = torch.einsum("bhqd,bhkd->bhqk", q, k) * scale
    if soft_cap is not None:
        scores = soft_cap * torch.tanh(scores / soft_cap)
    distance = torch.arange(q.shape[2])[:, None] - torch.arange(q.shape[2])[None, :]
    hidden = distance < 0
    if window is not None:
        hidden = hidden | (distance >= window)
    pattern = torch.softmax(scores.masked_fill(hidden, -torch.inf), dim=-1)
    z = torch.einsum("bhqk,bhkd->bqhd", pattern, v)
    return z.flatten(2)


class Weights:
    """Tensors of a checkpoint by name, in float64."""

    def __init__(self, tensors: dict[str, Tensor], prefix: str) -> None:
        self._tensors = tensors
        self._prefix = prefix

    def __call__(self, name: str) -> Tensor:
        return self._tensors[self._prefix + name].double()

    def below(self, prefix: str) -> "Weights":
        return Weights(self._tensors, self._prefix + prefix)

    def linear(self, x: Tensor, name: str) -> Tensor:
        y = x @ self(f"{name}.weight").T
        return y + self(f"{name}.bias") if self._prefix + f"{name}.bias" in self._tensors else y


def heads_of(x: Tensor, width: int) -> Tensor:
    """[batch, position, head*width] -> [batch, head, position, width]."""
    return x.unflatten(-1, (-1, width)).transpose(1, 2)


def gated_family(config: dict, weights: Weights, ids: Tensor) -> dict[str, Tensor]:
    """Llama, Mistral, Qwen 2 and 3, Gemma 2 and 3: RMS norms, rotary positions, a gated MLP."""
    kind, eps, width = config["model_type"], config["rms_norm_eps"], config["head_dim"]
    gemma = kind.startswith("gemma")
    act = gelu_tanh if gemma else silu

    def norm(x: Tensor, w: Weights, name: str) -> Tensor:
        gain = w(f"{name}.weight")
        return rms_normalized(x, eps) * (1 + gain if gemma else gain)

    x = weights("embed_tokens.weight")[ids]
    if gemma:
        x = x * math.sqrt(config["hidden_size"])
    seen = {}
    for layer in range(config["num_hidden_layers"]):
        w = weights.below(f"layers.{layer}.")
        at = f"blocks.{layer}."
        sliding = gemma and config["layer_types"][layer] == "sliding_attention"
        seen[at + "hook_resid_pre"] = x
        seen[at + "ln1.hook_normalized"] = rms_normalized(x, eps)
        inner = norm(x, w, "input_layernorm")
        q, k, v = (heads_of(w.linear(inner, f"self_attn.{n}_proj"), width) for n in "qkv")
        if kind in ("qwen3", "gemma3_text"):
            q, k = norm(q, w, "self_attn.q_norm"), norm(k, w, "self_attn.k_norm")
        rotary = rotary_of(config, sliding=sliding)
        scale = (config["query_pre_attn_scalar"] if gemma else width) ** -0.5
        window = config["sliding_window"] if sliding else None
        cap = config.get("attn_logit_softcapping") if kind == "gemma2" else None
        z = attended(
            rotated(q, rotary), rotated(k, rotary), v, scale=scale, window=window, soft_cap=cap
        )
        seen[at + "attn.hook_z"] = z
        added = w.linear(z, "self_attn.o_proj")
        if gemma:
            added = norm(added, w, "post_attention_layernorm")
        seen[at + "hook_attn_out"] = added
        x = x + added
        seen[at + "hook_resid_mid"] = seen[at + "hook_mlp_in"] = x
        seen[at + "ln2.hook_normalized"] = rms_normalized(x, eps)
        inner = norm(x, w, "pre_feedforward_layernorm" if gemma else "post_attention_layernorm")
        seen[at + "mlp.hook_in"] = inner
        gate = act(w.linear(inner, "mlp.gate_proj")) * w.linear(inner, "mlp.up_proj")
        added = w.linear(gate, "mlp.down_proj")
        seen[at + "mlp.hook_out"] = added
        if gemma:
            added = norm(added, w, "post_feedforward_layernorm")
        seen[at + "hook_mlp_out"] = added
        x = x + added
        seen[at + "hook_resid_post"] = x
    seen["final"] = norm(x, weights, "norm")
    return seen


def rotary_of(config: dict, *, sliding: bool) -> Rotary:
    parameters = config["rope_parameters"]
    if config["model_type"] == "gemma3_text":
        parameters = parameters["sliding_attention" if sliding else "full_attention"]
    stretch = parameters["factor"] if parameters["rope_type"] == "linear" else 1.0
    assert parameters["rope_type"] in ("default", "linear")
    return Rotary(config["head_dim"], parameters["rope_theta"], stretch)


def gpt2(config: dict, weights: Weights, ids: Tensor) -> dict[str, Tensor]:
    """Learned positions, layer norms, one matrix for q, k, v, stored [in, out]."""
    eps, width = config["layer_norm_epsilon"], config["n_embd"] // config["n_head"]

    def conv(x: Tensor, w: Weights, name: str) -> Tensor:
        return x @ w(f"{name}.weight") + w(f"{name}.bias")

    def norm(x: Tensor, w: Weights, name: str) -> Tensor:
        return layer_normalized(x, eps) * w(f"{name}.weight") + w(f"{name}.bias")

    x = weights("wte.weight")[ids] + weights("wpe.weight")[: ids.shape[1]]
    seen = {}
    for layer in range(config["n_layer"]):
        w = weights.below(f"h.{layer}.")
        at = f"blocks.{layer}."
        seen[at + "hook_resid_pre"] = x
        seen[at + "ln1.hook_normalized"] = layer_normalized(x, eps)
        q, k, v = conv(norm(x, w, "ln_1"), w, "attn.c_attn").chunk(3, dim=-1)
        z = attended(*(heads_of(t, width) for t in (q, k, v)), scale=width**-0.5)
        seen[at + "attn.hook_z"] = z
        seen[at + "hook_attn_out"] = conv(z, w, "attn.c_proj")
        x = x + seen[at + "hook_attn_out"]
        seen[at + "hook_resid_mid"] = seen[at + "hook_mlp_in"] = x
        seen[at + "ln2.hook_normalized"] = layer_normalized(x, eps)
        seen[at + "mlp.hook_in"] = norm(x, w, "ln_2")
        added = conv(gelu_tanh(conv(seen[at + "mlp.hook_in"], w, "mlp.c_fc")), w, "mlp.c_proj")
        seen[at + "mlp.hook_out"] = seen[at + "hook_mlp_out"] = added
        x = x + added
        seen[at + "hook_resid_post"] = x
    seen["final"] = norm(x, weights, "ln_f")
    return seen


def gpt_neox(config: dict, weights: Weights, ids: Tensor) -> dict[str, Tensor]:
    """Attention and MLP beside each other; a part of each head turns; q, k, v head by head."""
    eps = config["layer_norm_eps"]
    width = config["hidden_size"] // config["num_attention_heads"]
    parameters = config["rope_parameters"]
    turned = int(width * parameters["partial_rotary_factor"])
    rotary = Rotary(turned, parameters["rope_theta"])
    parallel = config["use_parallel_residual"]

    def norm(x: Tensor, w: Weights, name: str) -> Tensor:
        return layer_normalized(x, eps) * w(f"{name}.weight") + w(f"{name}.bias")

    x = weights("embed_in.weight")[ids]
    seen = {}
    for layer in range(config["num_hidden_layers"]):
        w = weights.below(f"layers.{layer}.")
        at = f"blocks.{layer}."
        seen[at + "hook_resid_pre"] = x
        seen[at + "ln1.hook_normalized"] = layer_normalized(x, eps)
        mixed = w.linear(norm(x, w, "input_layernorm"), "attention.query_key_value")
        q, k, v = heads_of(mixed, 3 * width).split(width, dim=-1)
        z = attended(rotated(q, rotary), rotated(k, rotary), v, scale=width**-0.5)
        seen[at + "attn.hook_z"] = z
        seen[at + "hook_attn_out"] = w.linear(z, "attention.dense")
        between = x + seen[at + "hook_attn_out"]
        stream = x if parallel else between
        if not parallel:
            seen[at + "hook_resid_mid"] = between
        seen[at + "hook_mlp_in"] = stream
        seen[at + "ln2.hook_normalized"] = layer_normalized(stream, eps)
        inner = norm(stream, w, "post_attention_layernorm")
        seen[at + "mlp.hook_in"] = inner
        added = w.linear(gelu_exact(w.linear(inner, "mlp.dense_h_to_4h")), "mlp.dense_4h_to_h")
        seen[at + "mlp.hook_out"] = seen[at + "hook_mlp_out"] = added
        x = between + added
        seen[at + "hook_resid_post"] = x
    seen["final"] = norm(x, weights, "final_layer_norm")
    return seen


def hand_written_forward(
    config: dict, tensors: dict[str, Tensor], ids: Tensor
) -> dict[str, Tensor]:
    """Every hook of every block, and "logits"; all [batch, position, width] in float64.

    config: values of the text model's config.json. tensors: a checkpoint's, with its own names.
    """
    kind = config["model_type"]
    prefix, forward = {
        "gpt2": ("transformer.", gpt2),
        "gpt_neox": ("gpt_neox.", gpt_neox),
    }.get(kind, ("model.", gated_family))
    if any(name.startswith("language_model.model.") for name in tensors):
        prefix = "language_model.model."
    seen = forward(config, Weights(tensors, prefix), ids)
    head = next((n for n in ("lm_head.weight", "embed_out.weight") if n in tensors), None)
    head = head or prefix + ("wte.weight" if kind == "gpt2" else "embed_tokens.weight")
    logits = seen.pop("final") @ tensors[head].double().T
    cap = config.get("final_logit_softcapping")
    if cap is not None:
        logits = cap * torch.tanh(logits / cap)
    return {**seen, "logits": logits}

"""Hidden states of the demo model, read with hooks and without special tokens."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from transformers import PreTrainedTokenizerFast, Qwen3ForCausalLM


def block(model: Qwen3ForCausalLM, layer: int) -> nn.Module:
    return model.model.layers[layer]


@contextmanager
def edited_residual(
    model: Qwen3ForCausalLM, layer: int, edit: Callable[[Tensor], Tensor] | None
) -> Iterator[None]:
    """While open, the output of a block, [batch, position, d], passes through `edit`."""
    if edit is None:
        yield
        return

    def hook(_module: nn.Module, _inputs: object, output: Tensor) -> Tensor:
        return edit(output)

    handle = block(model, layer).register_forward_hook(hook)
    try:
        yield
    finally:
        handle.remove()


class Capture:
    """Inputs and outputs of chosen modules during forward passes.

    `read` names what to keep: module -> (name of its input, name of its output), either None.
    """

    def __init__(self, read: dict[nn.Module, tuple[str | None, str | None]]) -> None:
        self.values: dict[str, Tensor] = {}
        self._read = read
        self._handles: list[torch.utils.hooks.RemovableHandle] = []

    def __enter__(self) -> "Capture":
        for module, (input_name, output_name) in self._read.items():
            self._handles.append(module.register_forward_hook(self._keep(input_name, output_name)))
        return self

    def __exit__(self, *_error: object) -> None:
        for handle in self._handles:
            handle.remove()

    def _keep(self, input_name: str | None, output_name: str | None) -> Callable[..., None]:
        def hook(_module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            if input_name:
                self.values[input_name] = inputs[0]
            if output_name:
                self.values[output_name] = output

        return hook


def padding_id(tokenizer: PreTrainedTokenizerFast) -> int:
    found = tokenizer.pad_token_id
    assert isinstance(found, int)
    return found


def batches(
    tokenizer: PreTrainedTokenizerFast, texts: list[str], size: int = 32, longest: int = 128
) -> Iterator[tuple[Tensor, Tensor, list[int]]]:
    """(ids, mask, which texts), each [batch, position], right-padded, by length.

    Texts are cut to `longest` tokens, the row length that the model was trained with.
    """
    encoded = tokenizer(texts, truncation=True, max_length=longest)["input_ids"]
    order = sorted(range(len(texts)), key=lambda i: len(encoded[i]))
    for start in range(0, len(order), size):
        chosen = order[start : start + size]
        width = max(len(encoded[i]) for i in chosen)
        ids = torch.full((len(chosen), width), padding_id(tokenizer))
        mask = torch.zeros_like(ids)
        for row, i in enumerate(chosen):
            ids[row, : len(encoded[i])] = torch.tensor(encoded[i])
            mask[row, : len(encoded[i])] = 1
        yield ids, mask, chosen


@torch.no_grad()
def residuals(
    model: Qwen3ForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    texts: list[str],
    layers: tuple[int, ...],
    skipped: int = 0,
) -> dict[int, Tensor]:
    """Residual stream after some blocks for every token of the texts but specials.

    Of every text the first `skipped` tokens are left out as well.
    Layer -> [tokens, d]; the same token is the same row in every layer.
    """
    found: dict[int, list[Tensor]] = {layer: [] for layer in layers}
    special = torch.tensor(tokenizer.all_special_ids)
    for ids, mask, _chosen in batches(tokenizer, texts):
        with Capture({block(model, layer): (None, str(layer)) for layer in layers}) as capture:
            model.model(input_ids=ids, attention_mask=mask, use_cache=False)
        counted = mask.bool() & ~torch.isin(ids, special)
        counted[:, 1 : 1 + skipped] = False  # the first token is <bos>
        for layer in layers:
            found[layer].append(capture.values[str(layer)][counted])
    return {layer: torch.cat(parts) for layer, parts in found.items()}

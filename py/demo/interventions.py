"""What removing or adding a language's directions does to the demo model's predictions."""

from collections.abc import Callable

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerFast, Qwen3ForCausalLM

from demo.capture import batches, edited_residual, padding_id

PROMPT_WORDS = 5
PROMPT_CHARACTERS = 12  # in scripts without spaces between words
CONTINUATION = 24  # tokens


@torch.no_grad()
def cross_entropy(
    model: Qwen3ForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    texts: list[str],
    layer: int,
    edit: Callable[[Tensor], Tensor] | None = None,
) -> float:
    """Nats per token over all texts, with the residual stream after a block edited."""
    total, count = 0.0, 0
    for ids, mask, _chosen in batches(tokenizer, texts):
        with edited_residual(model, layer, edit):
            logits = model(input_ids=ids, attention_mask=mask, use_cache=False).logits
        losses = torch.nn.functional.cross_entropy(
            logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten(), reduction="none"
        )
        counted = mask[:, 1:].flatten().bool()
        total += losses[counted].sum().item()
        count += int(counted.sum())
    return total / count


def without_span(projector: Tensor) -> Callable[[Tensor], Tensor]:
    """h -> h - Q Q^T h."""
    return lambda hidden: hidden - hidden @ projector


def prompt_of(text: str) -> str:
    """The beginning of a text, cut at a word's end."""
    words = text.split()
    if len(words) <= 3:
        return text[:PROMPT_CHARACTERS]
    return " ".join(words[:PROMPT_WORDS])[:48]


@torch.no_grad()
def continuations(
    model: Qwen3ForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    prompts: list[str],
    layer: int,
    vectors: Tensor | None = None,
    gate: Callable[[Tensor], Tensor] | None = None,
) -> list[str]:
    """Greedy continuations of `CONTINUATION` tokens, without the prompt.

    vectors [prompts, d] are added at every position after the block, or only where
    gate(hidden [prompts, position, d]) is true, bool [prompts, position].
    All prompts go as one left-padded batch.
    """
    ids = tokenizer(prompts)["input_ids"]
    width = max(len(own) for own in ids)
    padding = padding_id(tokenizer)
    batch = torch.tensor([[padding] * (width - len(own)) + own for own in ids])
    mask = torch.tensor([[0] * (width - len(own)) + [1] * len(own) for own in ids])

    def add(hidden: Tensor) -> Tensor:
        assert vectors is not None
        steer = vectors.unsqueeze(1)
        return hidden + (steer if gate is None else gate(hidden).unsqueeze(-1) * steer)

    with edited_residual(model, layer, None if vectors is None else add):
        output = model.generate(  # pyright: ignore[reportAttributeAccessIssue]
            input_ids=batch,
            attention_mask=mask,
            max_new_tokens=CONTINUATION,
            min_new_tokens=CONTINUATION,
            do_sample=False,
        )
    return tokenizer.batch_decode(output[:, width:], skip_special_tokens=True)

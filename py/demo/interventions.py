"""What removing or adding a language's directions does to the demo model's predictions."""

import re
import unicodedata
from collections.abc import Callable
from contextlib import ExitStack

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerFast, Qwen3ForCausalLM

from demo.capture import batches, edited_residual, padding_id
from demo.languages import HAN, KANA

PROMPT_WORDS = 5
PROMPT_LONGEST = 48  # characters
PROMPT_CHARACTERS = 12  # in scripts without spaces between words
CONTINUATION = 32  # tokens

_UNSPACED = re.compile(rf"[{HAN}{KANA}\u0e00-\u0e7f]")

# (layer, hidden [prompts, position, d]) -> bool [prompts, position]
Gate = Callable[[int, Tensor], Tensor]


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
    """The beginning of a text, cut at a space; in scripts without spaces, between characters."""
    words = text.split()[:PROMPT_WORDS]
    while words and len(" ".join(words)) > PROMPT_LONGEST:
        words.pop()
    if len(words) > 3:
        return " ".join(words)
    end = PROMPT_CHARACTERS
    while end < len(text) and _is_inside(text, end):
        end += 1
    return text[:end].rstrip()


def _is_inside(text: str, end: int) -> bool:
    """True where a cut would part a word, or in a script without spaces a combined character."""
    if unicodedata.category(text[end]).startswith("M"):
        return True
    return not text[end].isspace() and not _UNSPACED.search(text[end - 1 : end + 1])


def added(layer: int, vectors: Tensor, gate: Gate | None) -> Callable[[Tensor], Tensor]:
    """h -> h + v at every position, or only where the gate is open."""
    steer = vectors.unsqueeze(1)
    if gate is None:
        return lambda hidden: hidden + steer
    return lambda hidden: hidden + gate(layer, hidden).unsqueeze(-1) * steer


@torch.no_grad()
def continuations(
    model: Qwen3ForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    prompts: list[str],
    vectors: dict[int, Tensor] | None = None,
    gate: Gate | None = None,
) -> list[str]:
    """Greedy continuations of `CONTINUATION` tokens, without the prompt.

    vectors: layer -> [prompts, d], added after the block, gated or not.
    All prompts go as one left-padded batch.
    """
    ids = tokenizer(prompts)["input_ids"]
    width = max(len(own) for own in ids)
    padding = padding_id(tokenizer)
    batch = torch.tensor([[padding] * (width - len(own)) + own for own in ids])
    mask = torch.tensor([[0] * (width - len(own)) + [1] * len(own) for own in ids])
    with ExitStack() as edits:
        for layer, own in (vectors or {}).items():
            edits.enter_context(edited_residual(model, layer, added(layer, own, gate)))
        output = model.generate(  # pyright: ignore[reportAttributeAccessIssue]
            input_ids=batch,
            attention_mask=mask,
            max_new_tokens=CONTINUATION,
            min_new_tokens=CONTINUATION,
            do_sample=False,
        )
    return tokenizer.batch_decode(output[:, width:], skip_special_tokens=True)

"""The demo's language model: a small Qwen 3, trained from nothing in a few minutes."""

import math
import time
from pathlib import Path

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

from demo.muon import Muon
from demo.progress import say
from demo.tokenizer import CONTEXT, SPECIAL_TOKENS

STEPS = 3000
ROWS_PER_STEP = 10
MATRIX_LR = 5e-3
OTHER_LR = 8e-3
WARM_UP = 50  # steps
FINAL_LR = 0.03  # of the peak
WEIGHT_DECAY = 0.1


def new_model(tokenizer: PreTrainedTokenizerFast, seed: int) -> Qwen3ForCausalLM:
    """1.3 million parameters, 40 % of them the tied embedding."""
    torch.manual_seed(seed)
    vocabulary = tokenizer.get_vocab()
    pad, bos, eos = (vocabulary[token] for token in SPECIAL_TOKENS.values())
    config = Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=128,
        intermediate_size=384,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=32,
        max_position_embeddings=CONTEXT,
        rope_parameters={"rope_type": "default", "rope_theta": 1e4},
        tie_word_embeddings=True,
        pad_token_id=pad,
        bos_token_id=bos,
        eos_token_id=eos,
    )
    return Qwen3ForCausalLM(config)


def rate(step: int, steps: int) -> float:
    """Share of the peak learning rate: linear warm-up, then cosine down to `FINAL_LR`."""
    if step < WARM_UP:
        return (step + 1) / WARM_UP
    progress = (step - WARM_UP) / max(1, steps - WARM_UP)
    return FINAL_LR + (1 - FINAL_LR) * 0.5 * (1 + math.cos(math.pi * progress))


def train_language_model(model: Qwen3ForCausalLM, rows: Tensor) -> None:
    """One pass over `rows`, int64 [steps * ROWS_PER_STEP, ROW]."""
    matrices = [p for n, p in model.named_parameters() if p.ndim == 2 and "embed" not in n]
    others = [p for n, p in model.named_parameters() if p.ndim != 2 or "embed" in n]
    optimizers: list[torch.optim.Optimizer] = [
        Muon(matrices, lr=MATRIX_LR, weight_decay=WEIGHT_DECAY),
        torch.optim.AdamW(others, lr=OTHER_LR, betas=(0.9, 0.95), weight_decay=WEIGHT_DECAY),
    ]
    steps = len(rows) // ROWS_PER_STEP
    schedules = [
        torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: rate(step, steps))
        for optimizer in optimizers
    ]
    model.train()
    start, recent = time.monotonic(), 0.0
    for step in range(steps):
        batch = rows[step * ROWS_PER_STEP : (step + 1) * ROWS_PER_STEP]
        logits = model(input_ids=batch, use_cache=False).logits
        loss = torch.nn.functional.cross_entropy(
            logits[:, :-1].flatten(0, 1), batch[:, 1:].flatten()
        )
        model.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer, schedule in zip(optimizers, schedules, strict=True):
            optimizer.step()
            schedule.step()
        recent = loss.item() if step == 0 else 0.98 * recent + 0.02 * loss.item()
        if step % 100 == 0 or step == steps - 1:
            seconds = time.monotonic() - start
            say(f"language model  step {step:4d}/{steps}  loss {recent:.3f}  {seconds:4.0f} s")
    model.eval()


def save_language_model(model: Qwen3ForCausalLM, folder: Path) -> None:
    """Stored in fp16, half the size; meant to be loaded as float32."""
    half = Qwen3ForCausalLM(model.config)
    half.load_state_dict(model.state_dict())
    half.half().save_pretrained(folder)
    (folder / "model.safetensors").chmod(0o644)  # safetensors gives files to their owner alone

"""The demo's dictionaries: BatchTopK SAEs by sae_lens' own trainer, and one MLP transcoder."""

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from sae_lens import BatchTopKTrainingSAE, BatchTopKTrainingSAEConfig, Transcoder, TranscoderConfig
from sae_lens.config import SAETrainerConfig
from sae_lens.saes.sae import SAEMetadata
from sae_lens.training.sae_trainer import SAETrainer
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import Qwen3ForCausalLM

from demo.capture import Capture, block
from demo.progress import say

SAE_LAYERS = (1, 2, 3)
TRANSCODER_LAYER = 2
FEATURES = 512
ACTIVE = 20  # features per token, on average
SAE_STEPS = 2000
TRANSCODER_STEPS = 1500
BATCH = 512  # tokens
MODEL_NAME = "vscore-demo"


@torch.no_grad()
def activations(model: Qwen3ForCausalLM, rows: Tensor) -> dict[str, Tensor]:
    """Hook name -> activations of every token but <bos>, float32 [tokens, d], for rows
    int64 [rows, ROW]."""
    read = {block(model, layer): (None, f"blocks.{layer}.hook_resid_post") for layer in SAE_LAYERS}
    mlp = block(model, TRANSCODER_LAYER).get_submodule("mlp")
    names = (f"blocks.{TRANSCODER_LAYER}.mlp.hook_in", f"blocks.{TRANSCODER_LAYER}.hook_mlp_out")
    found: dict[str, list[Tensor]] = {}
    for start in range(0, len(rows), 32):
        with Capture({**read, mlp: names}) as capture:
            model.model(input_ids=rows[start : start + 32], use_cache=False)
        for name, value in capture.values.items():
            found.setdefault(name, []).append(value[:, 1:].flatten(0, 1))
    return {name: torch.cat(parts) for name, parts in found.items()}


def shuffled(values: Tensor, seed: int) -> Iterator[Tensor]:
    """Endless batches of tokens, [BATCH, d], in a new order at every pass."""
    generator = torch.Generator().manual_seed(seed)
    while True:
        order = torch.randperm(len(values), generator=generator)
        for start in range(0, len(values) - BATCH + 1, BATCH):
            yield values[order[start : start + BATCH]]


def train_sae(values: Tensor, layer: int, seed: int) -> BatchTopKTrainingSAE:
    """An SAE of one residual stream, [tokens, d]; saved, it is a JumpReLU SAE."""
    torch.manual_seed(seed)
    sae = BatchTopKTrainingSAE(
        BatchTopKTrainingSAEConfig(
            d_in=values.shape[1],
            d_sae=FEATURES,
            k=ACTIVE,
            decoder_init_norm=0.1,
            normalize_activations="expected_average_only_in",
            dtype="float32",
            device="cpu",
        )
    )
    config = SAETrainerConfig(
        total_training_samples=SAE_STEPS * BATCH,
        train_batch_size_samples=BATCH,
        lr=1e-3,
        lr_end=1e-4,
        lr_warm_up_steps=100,
        lr_decay_steps=SAE_STEPS // 3,
        n_batches_for_norm_estimate=100,
    )
    start = time.monotonic()
    trained = SAETrainer(config, sae, shuffled(values, seed)).fit()
    trained.cfg.metadata = _metadata(f"blocks.{layer}.hook_resid_post")
    say(f"SAE, layer {layer}  {SAE_STEPS} steps  {time.monotonic() - start:.0f} s")
    return trained


def train_transcoder(inputs: Tensor, outputs: Tensor, seed: int) -> Transcoder:
    """MLP input -> MLP output, both [tokens, d], through sparse ReLU features.

    loss = squared error / variance + sparsity * sum of tanh(activation * decoder norm)
    """
    torch.manual_seed(seed)
    width = inputs.shape[1]
    hooks = f"blocks.{TRANSCODER_LAYER}"
    transcoder = Transcoder(
        TranscoderConfig(
            d_in=width,
            d_sae=FEATURES,
            d_out=outputs.shape[1],
            apply_b_dec_to_input=False,
            dtype="float32",
            device="cpu",
            metadata=_metadata(f"{hooks}.mlp.hook_in", f"{hooks}.hook_mlp_out"),
        )
    )
    with torch.no_grad():
        transcoder.W_dec.copy_(
            torch.nn.functional.normalize(torch.randn(FEATURES, outputs.shape[1]), dim=1) * 0.1
        )
        transcoder.W_enc.copy_(torch.randn(width, FEATURES) / width**0.5)
        transcoder.b_dec.copy_(outputs.mean(0))
    optimizer = torch.optim.Adam(transcoder.parameters(), lr=2e-3)
    variance = outputs.var(dim=0).sum()
    generator = torch.Generator().manual_seed(seed)
    start = time.monotonic()
    for step in range(TRANSCODER_STEPS):
        progress = step / TRANSCODER_STEPS
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * min(1.0, 3 * (1 - progress))
        chosen = torch.randint(len(inputs), (BATCH,), generator=generator)
        features = transcoder.encode(inputs[chosen])
        error = (transcoder.decode(features) - outputs[chosen]).pow(2).sum(-1).mean() / variance
        weighted = features * transcoder.W_dec.norm(dim=1)
        penalty = torch.tanh(4 * weighted / variance.sqrt()).sum(-1).mean()
        loss = error + 6e-3 * min(1.0, 5 * progress) * penalty
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
    seconds = time.monotonic() - start
    say(f"transcoder, layer {TRANSCODER_LAYER}  {TRANSCODER_STEPS} steps  {seconds:.0f} s")
    return transcoder


def _metadata(hook_name: str, hook_name_out: str | None = None) -> SAEMetadata:
    facts = {
        "model_name": MODEL_NAME,
        "hook_name": hook_name,
        "hook_head_index": None,
        "context_size": 128,
        "prepend_bos": True,
        "dataset_path": "training_text.jsonl.xz",
    }
    if hook_name_out:
        facts["hook_name_out"] = hook_name_out
    return SAEMetadata(**facts)


def save_dictionary(dictionary: BatchTopKTrainingSAE | Transcoder, folder: Path) -> None:
    """In sae_lens' inference format, the weights as fp16, a readable cfg.json."""
    shutil.rmtree(folder, ignore_errors=True)
    if isinstance(dictionary, BatchTopKTrainingSAE):
        weights, config = dictionary.save_inference_model(folder)
    else:
        weights, config = dictionary.save_model(folder)
    halves = {name: tensor.half().contiguous() for name, tensor in load_file(weights).items()}
    save_file(halves, weights)
    Path(weights).chmod(0o644)  # safetensors gives its files to their owner alone
    facts = json.loads(Path(config).read_text("utf-8"))
    Path(config).write_text(json.dumps(facts, indent=2, sort_keys=True) + "\n", "utf-8")

"""Dictionaries for the stand-in models, in the files of the real releases.

A few features are alive. Half of them look for what sets a language apart, the others for what sets
a token apart; each fires on 2 to 20 % of the tokens that it was made from. The rest never fires.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np

from stand_in_models import GEMMA_WIDTH, QWEN_WIDTH

LAYERS = (0, 2, 5, 10, 15, 20)
# Where the registry of sae_lens finds layer_{L}/width_16k/canonical.
AVERAGE_L0 = {0: 105, 2: 141, 5: 68, 10: 77, 15: 78, 20: 71}
GEMMA_FEATURES = 16384
QWEN_FEATURES = 1024
ALIVE = 96


def gemma_scope(folder: Path, model: Path, texts: Mapping[str, list[str]]) -> None:
    """JumpReLU autoencoders on the residual stream behind each layer: `params.npz`."""
    read = _read_tensors(model, texts, lambda block, seen: block.register_forward_hook(seen))
    for layer in LAYERS:
        chance = np.random.default_rng(layer)
        columns, biases, thresholds = _features(read[layer], chance)
        places = np.sort(chance.choice(GEMMA_FEATURES, ALIVE, replace=False))
        encoder = np.zeros((GEMMA_WIDTH, GEMMA_FEATURES), np.float32)
        encoder[:, places] = columns
        threshold = np.ones(GEMMA_FEATURES, np.float32)
        threshold[places] = thresholds
        bias = np.zeros(GEMMA_FEATURES, np.float32)
        bias[places] = biases
        target = folder / f"layer_{layer}" / "width_16k" / f"average_l0_{AVERAGE_L0[layer]}"
        target.mkdir(parents=True)
        decoder = np.zeros((GEMMA_FEATURES, GEMMA_WIDTH), np.float32)
        decoder[places] = columns.T
        arrays = {
            "W_dec": decoder,
            "W_enc": encoder,
            "b_dec": np.zeros(GEMMA_WIDTH, np.float32),
            "b_enc": bias,
            "threshold": threshold,
        }
        # As numpy.savez_compressed does it, but quickly.
        with ZipFile(target / "params.npz", "w", ZIP_DEFLATED, compresslevel=1) as archive:
            for name, array in arrays.items():
                with archive.open(f"{name}.npy", "w", force_zip64=True) as stream:
                    np.lib.format.write_array(stream, array)


def qwen3_transcoders(folder: Path, model: Path, texts: Mapping[str, list[str]]) -> None:
    """ReLU transcoders that read the input of each layer's MLP: a file a layer, and settings."""
    import torch
    from safetensors.torch import save_file

    read = _read_tensors(
        model, texts, lambda block, seen: block.mlp.register_forward_pre_hook(seen)
    )
    folder.mkdir(parents=True)
    for layer in LAYERS:
        chance = np.random.default_rng(100 + layer)
        columns, biases, thresholds = _features(read[layer], chance)
        places = np.sort(chance.choice(QWEN_FEATURES, ALIVE, replace=False))
        encoder = np.zeros((QWEN_FEATURES, QWEN_WIDTH), np.float32)
        encoder[places] = columns.T
        bias = np.full(QWEN_FEATURES, -1, np.float32)
        bias[places] = biases - thresholds
        tensors = {
            "W_enc": encoder,
            "W_dec": encoder,
            "b_enc": bias,
            "b_dec": np.zeros(QWEN_WIDTH, np.float32),
        }
        save_file(
            {name: torch.tensor(value).to(torch.bfloat16) for name, value in tensors.items()},
            folder / f"layer_{layer}.safetensors",
        )
    settings = {"d_model": QWEN_WIDTH, "d_feature": QWEN_FEATURES, "batch_size": 4096}
    # JSON is YAML.
    wandb = {name: {"desc": None, "value": value} for name, value in settings.items()}
    (folder / "wandb-config.yaml").write_text(json.dumps(wandb, indent=2))
    config = {
        "model_name": "Qwen/Qwen3-0.6B",
        "model_kind": "transcoder_set",
        "feature_input_hook": "mlp.hook_in",
        "feature_output_hook": "hook_mlp_out",
    }
    (folder / "config.yaml").write_text(json.dumps(config, indent=2))


def _read_tensors(
    model: Path, texts: Mapping[str, list[str]], watch: Callable
) -> dict[int, dict[str, np.ndarray]]:
    """Layer -> language -> what `watch` sees there, f32 [tokens, width]; no first positions."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    loaded = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(model)
    rows: dict[int, list[np.ndarray]] = {layer: [] for layer in LAYERS}

    def note(layer: int, tensor) -> None:
        tensor = tensor[0] if isinstance(tensor, tuple) else tensor
        rows[layer].append(tensor[0, 1:].numpy())

    for layer in LAYERS:
        # A hook behind a module gets its output as the third argument, one before it only two.
        watch(
            loaded.model.layers[layer],
            lambda module, before, behind=None, layer=layer: note(
                layer, before if behind is None else behind
            ),
        )
    found: dict[int, dict[str, np.ndarray]] = {layer: {} for layer in LAYERS}
    with torch.no_grad():
        for code, lines in texts.items():
            for line in lines:
                loaded(torch.tensor([tokenizer(line)["input_ids"]]))
            for layer in LAYERS:
                found[layer][code] = np.concatenate(rows[layer])
                rows[layer].clear()
    return found


def _features(
    read: Mapping[str, np.ndarray], chance: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Columns f32 [width, ALIVE], biases and thresholds f32 [ALIVE]."""
    everything = np.concatenate(list(read.values()))
    mean = everything.mean(0)
    codes = list(read)
    directions = []
    for number in range(ALIVE):
        if number % 2 == 0:
            of = read[codes[number // 2 % len(codes)]]
            sample = of[chance.integers(0, len(of), 12)].mean(0)
        else:
            sample = everything[chance.integers(0, len(everything))]
        directions.append((sample - mean) / np.linalg.norm(sample - mean))
    # A column of few digits compresses well.
    columns = np.stack(directions, 1).astype(np.float16).astype(np.float32)
    before = np.sort((everything - mean) @ columns, axis=0)
    # In the middle of the widest gap: no token is so near that rounding decides. Texts that begin
    # alike have tokens with the very same values.
    from_, to = (round(len(before) * (1 - share)) for share in (0.2, 0.02))
    first = from_ + np.argmax(before[from_:to] - before[from_ - 1 : to - 1], axis=0)
    thresholds = (before[first, range(ALIVE)] + before[first - 1, range(ALIVE)]) / 2
    if thresholds.min() <= 0:
        raise SystemExit("a feature of the stand-ins would fire on most tokens")
    return columns, -mean @ columns, thresholds

"""A random model in the shape of Gemma 2, and dictionaries that fire on it as trained ones do.

    python stand_in.py FOLDER --texts FILE [--layers 12 --width 512 --features 16384 ...]

FOLDER/model is a Gemma2ForCausalLM with the demo's tokenizer, FOLDER/dictionaries/layer_{L} are
JumpReLU dictionaries as sae_lens saves them. How often features fire is spread over orders of
magnitude, as of trained dictionaries; on average `l0` of them fire on a token.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import torch
from sae_lens import JumpReLUSAE, JumpReLUSAEConfig
from sae_lens.saes.sae import SAEMetadata
from transformers import AutoTokenizer, Gemma2Config, Gemma2ForCausalLM

DEMO = Path(__file__).resolve().parents[3] / "py" / "demo" / "model"
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json")
CALIBRATION_TOKENS = 4096


def make_model(folder: Path, layers: int, width: int, vocabulary: int) -> None:
    tokenizer = AutoTokenizer.from_pretrained(DEMO)
    if vocabulary < len(tokenizer):
        sys.exit(f"found --vocabulary {vocabulary}, expected {len(tokenizer)} at least")
    heads = max(1, width // 64)
    torch.manual_seed(1)
    model = Gemma2ForCausalLM(
        Gemma2Config(
            vocab_size=vocabulary,
            hidden_size=width,
            intermediate_size=4 * width,
            num_hidden_layers=layers,
            num_attention_heads=heads,
            num_key_value_heads=max(1, heads // 2),
            head_dim=64,
            query_pre_attn_scalar=64,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )
    model.save_pretrained(folder)
    for name in TOKENIZER_FILES:
        shutil.copyfile(DEMO / name, folder / name)


def hidden_states(model: Path, texts: list[str], layers: list[int]) -> dict[int, torch.Tensor]:
    """What each of the layers puts out, of the first tokens: f32 [tokens, width]."""
    tokenizer = AutoTokenizer.from_pretrained(model)
    network = Gemma2ForCausalLM.from_pretrained(model).eval()
    rows: dict[int, list[torch.Tensor]] = {layer: [] for layer in layers}
    for layer, own in rows.items():
        # Not `hidden_states` of the output, whose last one is behind the final norm.
        network.model.layers[layer].register_forward_hook(
            lambda module, args, output, own=own: own.append(
                (output[0] if isinstance(output, tuple) else output)[0, 1:]
            )
        )
    tokens = 0
    for text in texts:
        inputs = tokenizer(text, return_tensors="pt")
        with torch.inference_mode():
            network.model(**inputs)
        tokens += inputs["input_ids"].shape[1]
        if tokens >= CALIBRATION_TOKENS:
            break
    return {layer: torch.cat(own) for layer, own in rows.items()}


def make_dictionary(folder: Path, layer: int, rows: torch.Tensor, features: int, l0: int) -> None:
    """Random directions; biases at the quantile of each feature's own rate.

    The thresholds are small: what rounding moves across one then changes no mean to speak of, so
    that methods can be compared.
    """
    width = rows.shape[1]
    generator = torch.Generator().manual_seed(layer)
    encoder = torch.randn(width, features, generator=generator) / width**0.5
    rate = torch.exp(1.5 * torch.randn(features, generator=generator))
    rate = (rate * l0 / rate.sum()).clamp(max=0.5)
    centre = rows.mean(0)
    level = torch.empty(features)
    for start in range(0, features, 2048):
        part = slice(start, start + 2048)
        ordered = ((rows - centre) @ encoder[:, part]).sort(0, descending=True).values
        at = (rate[part] * len(rows)).long().clamp(max=len(rows) - 1)
        level[part] = ordered.gather(0, at[None])[0]
    metadata = SAEMetadata(
        hook_name=f"blocks.{layer}.hook_resid_post", prepend_bos=True, model_name="stand-in"
    )
    dictionary = JumpReLUSAE(
        JumpReLUSAEConfig(d_in=width, d_sae=features, apply_b_dec_to_input=False, metadata=metadata)
    )
    dictionary.W_enc.data = encoder
    dictionary.W_dec.data = encoder.T.contiguous()
    dictionary.b_enc.data = -(centre @ encoder) - level
    dictionary.b_dec.data = centre.clone()
    dictionary.threshold.data = torch.full((features,), 1e-3)
    dictionary.save_model(folder)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--texts", type=Path, required=True)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--width", type=int, default=512)
    parser.add_argument("--vocabulary", type=int, default=4096)
    parser.add_argument("--features", type=int, default=16384)
    parser.add_argument("--l0", type=int, default=75)
    parser.add_argument("--read", required=True, help="layers with a dictionary")
    asked = parser.parse_args()
    read = [int(layer) for layer in asked.read.split(",")]
    texts = [json.loads(line)["text"] for line in asked.texts.read_text().splitlines()]
    order = np.random.default_rng(0).permutation(len(texts))
    make_model(asked.folder / "model", asked.layers, asked.width, asked.vocabulary)
    rows = hidden_states(asked.folder / "model", [texts[i] for i in order], read)
    for layer in read:
        target = asked.folder / "dictionaries" / f"layer_{layer}"
        target.mkdir(parents=True)
        make_dictionary(target, layer, rows[layer], asked.features, asked.l0)


if __name__ == "__main__":
    main()

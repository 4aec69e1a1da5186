"""Brute-force v-scores, to compare the real pipeline with. Shares no code with it.

    python reference.py --model-path P --dictionary 2=PATH [--dictionary ...] \
        --texts texts.json --out ref.safetensors

PATH: a folder that sae_lens saved, a `params.npz` of Gemma Scope, or a transcoder's `.safetensors`.

texts.json: {"languages": [codes], "texts": {code: [str, ...]}, "special_tokens": "drop|keep",
"first_token": "drop|keep", "pool": "token|text"}.

One text at a time through the whole model, no batch, no padding, no early stop; dense sums in
float64. For each layer L, with K languages and F features, writes `layer.L.mean` F64[K, F],
`layer.L.v` F64[K, F] and `layer.L.index` I32[K, F] (features by v rounded to float32, descending,
ties by lower index).
"""

import argparse
import json
import re
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer


class ReferenceDictionary:
    """JumpReLU autoencoder or ReLU transcoder, written out from its files."""

    def __init__(self, path: Path, layer: int):
        self.block, self.subtracts_b_dec = layer, False
        if path.suffix == ".npz":
            arrays = np.load(path)
            self.weights = {name: torch.tensor(arrays[name]) for name in arrays}
            self.is_jumprelu, self.tensor = True, "hook_resid_post"
        elif path.suffix == ".safetensors":
            self.weights = {name: tensor.float() for name, tensor in load_file(path).items()}
            self.weights["W_enc"] = self.weights["W_enc"].T
            self.is_jumprelu, self.tensor = False, "mlp.hook_in"
        else:
            self._read_folder(path)

    def _read_folder(self, folder: Path):
        config = json.loads((folder / "cfg.json").read_text())
        if config["architecture"] not in ("jumprelu", "transcoder"):
            raise SystemExit(f"{folder}: no formula for {config['architecture']}")
        if config.get("normalize_activations") not in (None, "none"):
            raise SystemExit(f"{folder}: no formula for {config['normalize_activations']}")
        self.is_jumprelu = config["architecture"] == "jumprelu"
        self.subtracts_b_dec = bool(config["apply_b_dec_to_input"])
        weights = load_file(folder / "sae_weights.safetensors")
        self.weights = {name: tensor.float() for name, tensor in weights.items()}
        match = re.fullmatch(r"blocks\.(\d+)\.(.+)", config["metadata"]["hook_name"])
        if match is None:
            raise SystemExit(f"{folder}: no formula for {config['metadata']['hook_name']}")
        self.block, self.tensor = int(match.group(1)), match.group(2)

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        """[tokens, d_in] -> [tokens, F]."""
        w = self.weights
        if self.subtracts_b_dec:
            x = x - w["b_dec"]
        before = x @ w["W_enc"] + w["b_enc"]
        after = torch.relu(before)
        return after * (before > w["threshold"]) if self.is_jumprelu else after

    def watch(self, model, seen: list):
        """Append what this dictionary reads to `seen`, at each forward pass."""
        block = model.model.layers[self.block]
        if self.tensor == "hook_resid_post":
            return block.register_forward_hook(
                lambda module, args, out: seen.append(out[0] if isinstance(out, tuple) else out)
            )
        if self.tensor == "hook_resid_pre":
            return block.register_forward_pre_hook(lambda module, args: seen.append(args[0]))
        if self.tensor == "mlp.hook_in":
            return block.mlp.register_forward_pre_hook(lambda module, args: seen.append(args[0]))
        raise SystemExit(f"no formula for {self.tensor}")


def counted(ids: list[int], special: set[int], request: dict) -> list[int]:
    """Positions of the tokens that count."""
    return [
        position
        for position, token in enumerate(ids)
        if (request["special_tokens"] == "keep" or token not in special)
        and (request["first_token"] == "keep" or position > 0)
    ]


def language_mean(model, tokenizer, dictionary, texts: list[str], request: dict) -> np.ndarray:
    """Mean activation of each feature, F64[F]."""
    special = set(tokenizer.all_special_ids)
    limit = model.config.max_position_embeddings
    sums, tokens, text_means = 0.0, 0, []
    for text in texts:
        ids = tokenizer(text)["input_ids"][:limit]
        positions = counted(ids, special, request)
        if not positions:
            continue
        seen: list[torch.Tensor] = []
        handle = dictionary.watch(model, seen)
        model(torch.tensor([ids]))
        handle.remove()
        (captured,) = seen
        active = dictionary.encode(captured[0].float())[positions].double()
        sums = sums + active.sum(0)
        tokens += len(positions)
        text_means.append(active.mean(0))
    if not tokens:
        raise SystemExit("a language has no counted token")
    mean = sums / tokens if request["pool"] == "token" else torch.stack(text_means).mean(0)
    return mean.numpy()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model-path", required=True)
    parser.add_argument("--dictionary", action="append", required=True, metavar="LAYER=PATH")
    parser.add_argument("--texts", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    request = json.loads(options.texts.read_text(encoding="utf-8"))

    model = AutoModelForCausalLM.from_pretrained(options.model_path, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(options.model_path)
    tensors = {}
    with torch.no_grad():
        for entry in options.dictionary:
            layer, _, path = entry.partition("=")
            dictionary = ReferenceDictionary(Path(path), int(layer))
            means = np.stack(
                [
                    language_mean(model, tokenizer, dictionary, request["texts"][code], request)
                    for code in request["languages"]
                ]
            )
            count = len(means)
            v = np.stack(
                [means[i] - np.delete(means, i, axis=0).sum(0) / (count - 1) for i in range(count)]
            )
            tensors[f"layer.{layer}.mean"] = means
            tensors[f"layer.{layer}.v"] = v
            order = np.argsort(-v.astype(np.float32), axis=1, kind="stable")
            tensors[f"layer.{layer}.index"] = order.astype(np.int32)
    save_file(tensors, options.out)


if __name__ == "__main__":
    main()

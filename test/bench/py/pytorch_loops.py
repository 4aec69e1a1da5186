"""The same means in plain PyTorch, with nothing of vscore: what it is measured against.

    python pytorch_loops.py METHOD FOLDER --texts FILE --read 1,3 --out FILE

seed        as the first notebooks did it: one text at a time, for each layer a whole forward pass
            of its own, the dense activations of every token kept until the mean is formed.
floor       the leanest loop: texts of like length in a batch, one forward pass for all layers that
            ends behind the last one, only counted tokens encoded, only sums per text formed.
statistics  the same with what vscore keeps of each text: sum, active tokens, maximum and its place.

Prints a JSON object: seconds by part, tokens, and the peak memory of the process in bytes. --out
receives the means, "mean.<layer>" F32 [languages, features], counted tokens only.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

BEGAN = time.perf_counter()

import torch  # noqa: E402
from sae_lens import SAE  # noqa: E402
from safetensors.torch import save_file  # noqa: E402
from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: E402

Tokens = dict[str, list[torch.Tensor]]
Sums = dict[int, list[torch.Tensor]]


class Stop(Exception):
    """The last layer that is read has been."""


class Loop:
    def __init__(self, folder: Path, layers: list[int], batch_tokens: int) -> None:
        self.layers = layers
        self.batch_tokens = batch_tokens
        self.seconds = {"model": 0.0, "encode": 0.0, "sum": 0.0}
        self.model = AutoModelForCausalLM.from_pretrained(folder / "model").eval()
        self.tokenizer = AutoTokenizer.from_pretrained(folder / "model")
        self.dictionaries = {
            layer: SAE.load_from_disk(folder / "dictionaries" / f"layer_{layer}").eval()
            for layer in layers
        }

    def tokenize(self, texts: dict[str, list[str]]) -> Tokens:
        """Token ids of every text, the special one in front included."""
        return {
            language: [torch.tensor(ids) for ids in self.tokenizer(own)["input_ids"]]
            for language, own in texts.items()
        }

    def timed(self, part: str, began: float) -> float:
        now = time.perf_counter()
        self.seconds[part] += now - began
        return now

    def seed(self, tokens: Tokens) -> dict[int, torch.Tensor]:
        means: dict[int, list[torch.Tensor]] = {layer: [] for layer in self.layers}
        for layer in self.layers:
            seen: list[Any] = []
            block = self.model.model.layers[layer]
            handle = block.register_forward_hook(lambda m, a, out, seen=seen: seen.append(out))
            for own in tokens.values():
                kept = []
                for ids in own:
                    began = time.perf_counter()
                    self.model(ids[None])
                    hidden = seen.pop()
                    hidden = hidden[0] if isinstance(hidden, tuple) else hidden
                    began = self.timed("model", began)
                    kept.append(self.dictionaries[layer].encode(hidden[0]))
                    self.timed("encode", began)
                began = time.perf_counter()
                means[layer].append(torch.cat([acts[1:] for acts in kept]).mean(0))
                self.timed("sum", began)
            handle.remove()
        return {layer: torch.stack(own) for layer, own in means.items()}

    def batches(self, own: list[torch.Tensor]) -> Iterator[list[int]]:
        open_batch: list[int] = []
        for at in sorted(range(len(own)), key=lambda at: len(own[at])):
            if open_batch and (len(open_batch) + 1) * len(own[at]) > self.batch_tokens:
                yield open_batch
                open_batch = []
            open_batch.append(at)
        yield open_batch

    def hidden(self, texts: list[torch.Tensor]) -> dict[int, torch.Tensor]:
        """Rows of all counted tokens, text after text."""
        ids = torch.nn.utils.rnn.pad_sequence(texts, batch_first=True)
        lengths = torch.tensor([len(text) for text in texts])
        places = torch.arange(ids.shape[1])[None]
        mask = places < lengths[:, None]
        counted = mask & (places > 0)
        seen: dict[int, torch.Tensor] = {}

        def see(layer: int) -> Any:
            def hook(module: Any, args: Any, out: Any) -> None:
                seen[layer] = (out[0] if isinstance(out, tuple) else out)[counted]
                if layer == max(self.layers):
                    raise Stop

            return hook

        handles = [self.model.model.layers[n].register_forward_hook(see(n)) for n in self.layers]
        try:
            self.model.model(input_ids=ids, attention_mask=mask.long(), use_cache=False)
        except Stop:
            pass
        finally:
            for handle in handles:
                handle.remove()
        return seen

    def floor(self, tokens: Tokens, *, statistics: bool = False) -> dict[int, torch.Tensor]:
        means: dict[int, list[torch.Tensor]] = {layer: [] for layer in self.layers}
        for own in tokens.values():
            totals = {layer: torch.zeros(0) for layer in self.layers}
            kept: dict[int, list[Any]] = {layer: [] for layer in self.layers}
            for batch in self.batches(own):
                began = time.perf_counter()
                rows = self.hidden([own[at] for at in batch])
                began = self.timed("model", began)
                sizes = [len(own[at]) - 1 for at in batch]
                for layer in self.layers:
                    acts = self.dictionaries[layer].encode(rows[layer])
                    began = self.timed("encode", began)
                    for text in acts.split(sizes):
                        total = text.sum(0)
                        if statistics:
                            kept[layer].append((total, (text > 0).sum(0), *text.max(0)))
                        totals[layer] = totals[layer] + total if len(totals[layer]) else total
                    began = self.timed("sum", began)
            counted = sum(len(ids) - 1 for ids in own)
            for layer in self.layers:
                means[layer].append(totals[layer] / counted)
        return {layer: torch.stack(own) for layer, own in means.items()}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("method", choices=["seed", "floor", "statistics"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--texts", type=Path, required=True)
    parser.add_argument("--read", required=True)
    parser.add_argument("--batch-tokens", type=int, default=1024)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    texts: dict[str, list[str]] = {}
    for line in asked.texts.read_text().splitlines():
        row = json.loads(line)
        texts.setdefault(row["language"], []).append(row["text"])
    layers = [int(layer) for layer in asked.read.split(",")]
    loop = Loop(asked.folder, layers, asked.batch_tokens)
    loaded = time.perf_counter()
    tokens = loop.tokenize(texts)
    tokenized = time.perf_counter()
    with torch.inference_mode():
        if asked.method == "seed":
            means = loop.seed(tokens)
        else:
            means = loop.floor(tokens, statistics=asked.method == "statistics")
    done = time.perf_counter()
    save_file({f"mean.{layer}": own.contiguous() for layer, own in means.items()}, asked.out)
    told = {
        "load": loaded - BEGAN,
        "tokenise": tokenized - loaded,
        **loop.seconds,
        "steady": done - tokenized,
        "tokens": sum(len(ids) for own in tokens.values() for ids in own),
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()

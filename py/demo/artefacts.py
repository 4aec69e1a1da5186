"""The demo as it is loaded for measuring: model, dictionaries, texts and residual streams."""

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from sae_lens import SAE, Transcoder
from torch import Tensor
from transformers import AutoTokenizer, Qwen3ForCausalLM

from demo.capture import residuals
from demo.languages import LANGUAGES
from demo.text import corpus_texts, evaluation_texts

LAYER = 2  # of ablation and the transcoder
TEXTS = 80  # of each language at most, about 4000 tokens, so that none outweighs the others
SEED = 11

# language -> layer -> residual stream [tokens, d]
Streams = dict[str, dict[int, Tensor]]


@dataclass(frozen=True)
class Demo:
    """The loaded artefacts, the texts by language, and what the model makes of them."""

    model: Any
    tokenizer: Any
    saes: dict[int, Any]
    transcoder: Any
    devtest: dict[str, list[str]]
    streams: dict[str, Streams]  # "dev", "devtest", "udhr": the Declaration's devtest

    @property
    def languages(self) -> list[str]:
        return [code for code in LANGUAGES if code in self.devtest]

    def stream(self, texts: str, layer: int) -> list[Tensor]:
        return [self.streams[texts][code][layer] for code in self.languages]


def sample(texts: list[str], count: int) -> list[str]:
    """At most `count` texts, always the same ones."""
    return random.Random(SEED).sample(texts, min(count, len(texts)))


def load(folder: Path) -> Demo:
    """Everything in fp32 on the CPU; texts are those of the repository."""
    model = Qwen3ForCausalLM.from_pretrained(folder / "model", dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder / "model")
    layers = (1, 2, 3)

    def streams(texts: dict[str, list[str]]) -> Streams:
        found: Streams = {}
        for code, own in texts.items():
            found[code] = residuals(model, tokenizer, sample(own, TEXTS), layers)
        return found

    devtest = evaluation_texts("devtest")
    return Demo(
        model=model,
        tokenizer=tokenizer,
        saes={
            layer: SAE.load_from_disk(folder / "saes" / f"layer_{layer}", "cpu", "float32")
            for layer in layers
        },
        transcoder=Transcoder.load_from_disk(
            folder / "transcoders" / f"layer_{LAYER}", "cpu", "float32"
        ),
        devtest=devtest,
        streams={
            "dev": streams(evaluation_texts("dev")),
            "devtest": streams(devtest),
            "udhr": streams(corpus_texts("udhr", "devtest")),
        },
    )

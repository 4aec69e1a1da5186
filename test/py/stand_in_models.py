"""Small random models of the real architectures, with tokenizers of the real classes."""

from collections.abc import Iterable
from pathlib import Path

GEMMA_WIDTH = (
    2304  # sae_lens takes this width for the Gemma Scope releases, whatever the model says.
)
QWEN_WIDTH = 64
VOCABULARY = 2048


def gemma(folder: Path, texts: list[str]) -> None:
    """Gemma 2 in bfloat16, in two shards: the width and depth of the 2B model, all else small."""
    import torch
    from transformers import Gemma2Config, Gemma2ForCausalLM

    tokenizer = _gemma_tokenizer(texts)
    config = Gemma2Config(
        vocab_size=VOCABULARY,
        hidden_size=GEMMA_WIDTH,
        intermediate_size=32,
        num_hidden_layers=26,
        num_attention_heads=1,
        num_key_value_heads=1,
        head_dim=16,
        query_pre_attn_scalar=16,
        sliding_window=4096,
        max_position_embeddings=8192,
        bos_token_id=2,
        eos_token_id=1,
        pad_token_id=0,
    )
    torch.manual_seed(2)
    _save(Gemma2ForCausalLM(config), tokenizer, folder, max_shard_size="16MB")


def qwen3(folder: Path, texts: list[str]) -> None:
    """Qwen 3 in bfloat16, in one file: the depth of the 0.6B model, narrow, without BOS."""
    import torch
    from transformers import Qwen3Config, Qwen3ForCausalLM

    tokenizer = _qwen_tokenizer(texts)
    config = Qwen3Config(
        vocab_size=VOCABULARY,
        hidden_size=QWEN_WIDTH,
        intermediate_size=96,
        num_hidden_layers=28,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=16,
        max_position_embeddings=4096,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.eos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    torch.manual_seed(3)
    _save(Qwen3ForCausalLM(config), tokenizer, folder)


def _save(model, tokenizer, folder: Path, **options) -> None:
    import torch

    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim == 1:
                # Fresh norms have all the same gain: a forgotten one would not be noticed.
                parameter.add_(torch.randn_like(parameter) * 0.2)
            elif "embed" not in name:
                parameter.mul_(4)
    model.to(torch.bfloat16).save_pretrained(folder, **options)
    tokenizer.save_pretrained(folder)


def _gemma_tokenizer(texts: list[str]):
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from transformers import GemmaTokenizer

    special = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"]
    special += [f"<0x{byte:02X}>" for byte in range(256)]
    bpe = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    bpe.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=special, limit_alphabet=1000, show_progress=False
    )
    bpe.train_from_iterator([text.replace(" ", "▁") for text in texts], trainer)
    vocabulary, merges = _trained(bpe)
    return GemmaTokenizer(vocab=vocabulary, merges=merges, add_bos_token=True)


def _qwen_tokenizer(texts: Iterable[str]):
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from transformers import Qwen2Tokenizer

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - 1,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator(texts, trainer)
    vocabulary, merges = _trained(bpe)
    vocabulary["<|endoftext|>"] = len(vocabulary)
    return Qwen2Tokenizer(vocab=vocabulary, merges=merges)


def _trained(tokenizer):
    """Vocabulary and merges of a trained BPE."""
    import json

    model = json.loads(tokenizer.to_str())["model"]
    return model["vocab"], [tuple(pair) for pair in model["merges"]]

"""Tiny random models, tokenizers and dictionaries, the same at every call."""

from pathlib import Path


def make_tokenizer(*, adds_bos: bool = True, has_bos: bool = True):
    """Byte-level BPE of 300 tokens: <pad> 0, <eos> 1 and, if asked for, <bos> 2."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300,
        special_tokens=["<pad>", "<eos>", *(["<bos>"] if has_bos else [])],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(["the cat sat on the mat", "le chat est assis sur"], trainer)
    if adds_bos and has_bos:
        tokenizer.post_processor = processors.TemplateProcessing(
            single="<bos> $A", special_tokens=[("<bos>", 2)]
        )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        eos_token="<eos>",
        **({"bos_token": "<bos>"} if has_bos else {}),
    )


COMMON = {
    "vocab_size": 300,
    "hidden_size": 32,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "max_position_embeddings": 64,
    "pad_token_id": 0,
    "bos_token_id": 2,
    "eos_token_id": 1,
}
GROUPED = {**COMMON, "num_key_value_heads": 2, "head_dim": 12}
GEMMA = {**GROUPED, "sliding_window": 8, "query_pre_attn_scalar": 7}
VISION = {
    "hidden_size": 16,
    "intermediate_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "image_size": 28,
    "patch_size": 14,
}


def make_model(kind: str, **changes):
    """A tiny random model of the named `model_type`, in eval mode, with uneven norm gains.

    "gemma3" is a language model inside one that also sees, as google/gemma-3-4b-pt is published.
    """
    import torch
    import transformers as t

    torch.manual_seed(7)
    configs = {
        "gemma2": lambda: t.Gemma2Config(**{**GEMMA, **changes}),
        "gemma3_text": lambda: t.Gemma3TextConfig(**{**GEMMA, **changes}),
        "gemma3": lambda: t.Gemma3Config(
            text_config=t.Gemma3TextConfig(**{**GEMMA, **changes}),
            vision_config=VISION,
            mm_tokens_per_image=1,
            image_token_index=299,
            boi_token_index=298,
            eoi_token_index=297,
        ),
        "qwen2": lambda: t.Qwen2Config(**{**GROUPED, **changes}),
        "qwen3": lambda: t.Qwen3Config(**{**GROUPED, **changes}),
        "llama": lambda: t.LlamaConfig(**{**GROUPED, **changes}),
        "mistral": lambda: t.MistralConfig(**{**GROUPED, "sliding_window": None, **changes}),
        "gpt_neox": lambda: t.GPTNeoXConfig(**{**COMMON, **changes}),
        "gpt2": lambda: t.GPT2Config(
            **{
                "vocab_size": 300,
                "n_embd": 32,
                "n_layer": 4,
                "n_head": 4,
                "n_inner": 48,
                "n_positions": 64,
                "bos_token_id": 2,
                "eos_token_id": 1,
                **changes,
            }
        ),
    }
    family = t.AutoModelForMultimodalLM if kind == "gemma3" else t.AutoModelForCausalLM
    model = family.from_config(configs[kind]())
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim == 1:
                # Fresh norms have gain 1 (or 0 in Gemma) and no bias: a forgotten one would hide.
                parameter.add_(torch.randn_like(parameter) * 0.3)
            elif "embed" not in name and "wte" not in name:
                parameter.mul_(4)
    return model.eval()


def save_jumprelu(folder: Path, hook_name: str | None, *, d_in: int = 32, d_sae: int = 64, **more):
    """A random JumpReLU dictionary whose features fire on a part of the tokens."""
    import torch
    from sae_lens import JumpReLUSAE, JumpReLUSAEConfig
    from sae_lens.saes.sae import SAEMetadata

    torch.manual_seed(11)
    metadata = {"prepend_bos": True, "model_name": "tiny", **more.pop("metadata", {})}
    if hook_name is not None:
        metadata["hook_name"] = hook_name
    config = JumpReLUSAEConfig(d_in=d_in, d_sae=d_sae, metadata=SAEMetadata(**metadata), **more)
    sae = JumpReLUSAE(config)
    sae.W_enc.data = torch.randn(d_in, d_sae)
    sae.b_enc.data = torch.randn(d_sae) * 0.1
    sae.b_dec.data = torch.randn(d_in) * 0.1
    sae.threshold.data = torch.rand(d_sae) * 5
    sae.save_model(folder)
    return sae


def save_transcoder(folder: Path, hook_name: str, *, d_in: int = 32, d_sae: int = 48):
    """A random transcoder (ReLU)."""
    import torch
    from sae_lens import Transcoder, TranscoderConfig
    from sae_lens.saes.sae import SAEMetadata

    torch.manual_seed(13)
    out = hook_name.replace("mlp.hook_in", "hook_mlp_out")
    metadata = SAEMetadata(hook_name=hook_name, hook_name_out=out, prepend_bos=True)
    config = TranscoderConfig(
        d_in=d_in, d_out=d_in, d_sae=d_sae, apply_b_dec_to_input=False, metadata=metadata
    )
    transcoder = Transcoder(config)
    transcoder.b_enc.data = torch.randn(d_sae) * 0.5 - 0.5
    transcoder.save_model(folder)
    return transcoder

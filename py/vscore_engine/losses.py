"""How well a model predicts texts: cross-entropy, without an array of tokens times vocabulary."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from vscore_engine.errors import EngineError
from vscore_engine.models import LoadedModel
from vscore_engine.tokens import SPECIAL_TOKEN, TokenizedText, pad

if TYPE_CHECKING:
    import torch

# Upper limit for a block of logits in float32.
_BLOCK_BYTES = 256 * 2**20


def predicted_tokens(text: TokenizedText) -> int:
    """Tokens of a text that are predicted: all behind the first position but special ones."""
    return int(((text.role[1:] & SPECIAL_TOKEN) == 0).sum())


def text_losses(loaded: LoadedModel, texts: Sequence[TokenizedText]) -> np.ndarray:
    """One forward pass over a batch: f64 [texts], the sum over a text's predicted tokens of
    -log p(token | tokens before it), in nats. Right padding: no token sees any of it.

    Raises "nan" if a loss is not finite.
    """
    wanted = [(text.role & SPECIAL_TOKEN) == 0 for text in texts]
    losses = token_losses(loaded, texts, wanted)
    return np.array([own.sum() for own in losses])


def token_losses(
    loaded: LoadedModel, texts: Sequence[TokenizedText], wanted: Sequence[np.ndarray]
) -> list[np.ndarray]:
    """One forward pass over a batch: for each text f64 [its wanted tokens], -log p in nats.

    wanted: for each text bool [tokens]; the first position is never predicted. Raises "nan".
    """
    import torch

    with torch.inference_mode():
        losses, owner = predict(loaded, texts, wanted)
        found = losses.double().cpu().numpy()
    if not np.isfinite(found).all():
        text = int(owner[int(np.flatnonzero(~np.isfinite(found))[0])])
        raise EngineError(
            "nan",
            f"The loss of text {text} of a batch is NaN or infinity. Finite numbers were "
            "expected. Try --dtype float32, and check the model's weights.",
            {"text": text},
        )
    return [found[owner == text] for text in range(len(texts))]


def predict(
    loaded: LoadedModel, texts: Sequence[TokenizedText], wanted: Sequence[np.ndarray]
) -> "tuple[torch.Tensor, np.ndarray]":
    """The same in one row, with gradients where these are on: f32 [n], and whose text, int [n]."""
    import torch

    ids, mask = pad(texts, loaded.tokenizer.pad_token_id or 0)
    scored = np.zeros_like(mask)
    for row, (text, own) in enumerate(zip(texts, wanted, strict=True)):
        # The token at t is predicted at t - 1.
        scored[row, : len(text.ids) - 1] = own[1:]
    inputs = torch.from_numpy(ids).to(loaded.device)
    chosen = torch.from_numpy(scored[:, :-1]).to(loaded.device)
    attention = torch.from_numpy(mask).long().to(loaded.device)
    hidden = loaded.text_model(
        input_ids=inputs, attention_mask=attention, use_cache=False
    ).last_hidden_state
    losses = _cross_entropy(loaded, hidden[:, :-1][chosen], inputs[:, 1:][chosen])
    return losses, np.repeat(np.arange(len(texts)), scored[:, :-1].sum(axis=1))


def _cross_entropy(
    loaded: LoadedModel, rows: "torch.Tensor", targets: "torch.Tensor"
) -> "torch.Tensor":
    """Per row, in float32; logits are made block by block."""
    import torch

    head = loaded.model.get_output_embeddings()
    cap = getattr(loaded.config, "final_logit_softcapping", None)
    height = max(1, _BLOCK_BYTES // (4 * int(loaded.config.vocab_size)))
    parts = []
    for start in range(0, len(rows), height):
        logits = head(rows[start : start + height]).float()
        if cap is not None:
            logits = torch.tanh(logits / cap) * cap
        parts.append(
            torch.nn.functional.cross_entropy(
                logits, targets[start : start + height], reduction="none"
            )
        )
    return torch.cat(parts) if parts else rows.new_zeros(0, dtype=torch.float32)

"""The `label_losses` job: how well languages' names are predicted behind prompts."""

from collections.abc import Sequence

import numpy as np

from vscore_engine.continuations import refuse_long
from vscore_engine.errors import EngineError
from vscore_engine.frames import Array
from vscore_engine.losses import token_losses
from vscore_engine.models import LoadedModel
from vscore_engine.passes import shards_of, texts_of, within_memory
from vscore_engine.steer_settings import Bench, Setting, settings_of
from vscore_engine.tokens import TokenizedText


def label_losses(bench: Bench) -> int:
    """Send, shard by shard, how well labels are predicted behind prompts under every setting.

    Parameters: `texts` (prompts, by name), `labels` (texts such as " French", C of them), `shards`,
    and those of `settings_of` (S). Frames "labels": `text` U32[T], `label_tokens` U32[C], `first`
    and `total` F64[S, T, C]: -log p of a label's first token, and its sum over the label's tokens,
    in nats.
    """
    asked = bench.job.params
    prompts = bench.texts(asked["texts"])
    settings = settings_of(bench)
    labels = [label_ids(bench.loaded, str(label)) for label in asked["labels"]]
    total, done = texts_of(bench.job) * len(settings), 0
    for shard, own in shards_of(bench.job, prompts):
        rows = [behind(prompt, label) for prompt in own for label in labels]
        refuse_long(bench.loaded, rows)
        first, whole = np.zeros((2, len(settings), len(own), len(labels)))
        for number, setting in enumerate(settings):
            bench.job.check_cancelled()

            def read(
                rows: Sequence[TokenizedText] = rows, setting: Setting = setting
            ) -> list[np.ndarray]:
                wanted = [
                    np.arange(len(row.ids)) >= len(row.ids) - len(labels[at % len(labels)])
                    for at, row in enumerate(rows)
                ]
                with setting.over(bench.loaded, rows):
                    return token_losses(bench.loaded, rows, wanted)

            found = within_memory(bench.loaded, shard, read)
            shape = (len(own), len(labels))
            first[number] = np.reshape([losses[0] for losses in found], shape)
            whole[number] = np.reshape([losses.sum() for losses in found], shape)
            done += len(own)
            bench.tell("identification", done, total)
        tensors: list[tuple[str, Array | bytes]] = [
            ("first", first),
            ("total", whole),
            ("text", np.array(shard["texts"], dtype=np.uint32)),
            ("label_tokens", np.array([len(label) for label in labels], dtype=np.uint32)),
        ]
        bench.sender.send("result", {"name": "labels"}, tensors)
    return texts_of(bench.job)


def label_ids(loaded: LoadedModel, label: str) -> np.ndarray:
    """Ids of a label, without special tokens. Raises "request" for one that has none."""
    ids = loaded.tokenizer(label, add_special_tokens=False)["input_ids"]
    if not ids:
        raise EngineError(
            "request",
            f"The label {label!r} has no tokens. The name of a language was expected. Choose "
            "another.",
        )
    return np.array(ids, dtype=np.uint32)


def behind(prompt: TokenizedText, label: np.ndarray) -> TokenizedText:
    """A prompt and what follows it, as plain tokens."""
    more = len(label)
    return TokenizedText(
        np.concatenate([prompt.ids, label]),
        np.concatenate([prompt.role, np.zeros(more, dtype=np.uint8)]),
        np.concatenate([prompt.offsets, np.zeros((more, 2), dtype=np.uint32)]),
    )

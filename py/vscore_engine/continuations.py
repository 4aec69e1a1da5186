"""The `continue` job: what a model writes behind prompts, while it is steered."""

from collections.abc import Sequence

import numpy as np
import torch

from vscore_engine.errors import EngineError
from vscore_engine.frames import Array, to_json
from vscore_engine.models import LoadedModel
from vscore_engine.passes import shards_of, texts_of, within_memory
from vscore_engine.steer_settings import Bench, Setting, settings_of
from vscore_engine.tokens import TokenizedText, pad


def continuations(bench: Bench) -> int:
    """Send greedy continuations of prompts under every setting.

    Parameters: `texts` (prompts, by name), `shards`, `max_new_tokens`, `cache` (whether keys and
    values of earlier tokens are kept), and those of `settings_of`. Frames "continuations": `text`
    U32[T] and JSON [setting][text] of {"text", "tokens": ids}, special tokens left out of the text.
    """
    asked, loaded = bench.job.params, bench.loaded
    prompts = bench.texts(asked["texts"])
    settings = settings_of(bench)
    length = int(asked["max_new_tokens"])
    refuse_long(loaded, prompts, length)
    total, done = texts_of(bench.job) * len(settings), 0
    for shard, own in shards_of(bench.job, prompts):
        rows = []
        for setting in settings:
            bench.job.check_cancelled()

            def read(own: list[TokenizedText] = own, setting: Setting = setting) -> list[list[int]]:
                return generate(loaded, own, setting, length, bool(asked["cache"]))

            written = within_memory(loaded, shard, read)
            rows.append(
                [
                    {
                        "text": loaded.tokenizer.decode(ids, skip_special_tokens=True),
                        "tokens": ids,
                    }
                    for ids in written
                ]
            )
            done += len(own)
            bench.tell("continuations", done, total)
        tensors: list[tuple[str, Array | bytes]] = [
            ("text", np.array(shard["texts"], dtype=np.uint32)),
            ("json", to_json(rows)),
        ]
        bench.sender.send("result", {"name": "continuations"}, tensors)
    return texts_of(bench.job)


def refuse_long(loaded: LoadedModel, texts: Sequence[TokenizedText], more: int = 0) -> None:
    """Raises "request" where a text and `more` tokens are longer than the model's context."""
    longest = max((len(text.ids) for text in texts), default=0) + more
    if loaded.max_positions is not None and longest > loaded.max_positions:
        raise EngineError(
            "request",
            f"A prompt, with what is to follow it, has {longest} tokens. The model reads "
            f"{loaded.max_positions}. Use shorter texts, or fewer new tokens.",
        )


def generate(
    loaded: LoadedModel,
    prompts: Sequence[TokenizedText],
    setting: Setting,
    length: int,
    cache: bool,
) -> list[list[int]]:
    """Ids of greedy continuations, up to and without the token that ends a text."""
    from transformers import GenerationConfig

    padding, ends = int(loaded.tokenizer.pad_token_id or 0), _end_tokens(loaded)
    ids, mask = pad(prompts, padding, left=True)
    config = GenerationConfig(
        max_new_tokens=length,
        do_sample=False,
        num_beams=1,
        use_cache=cache,
        pad_token_id=padding,
        eos_token_id=ends or None,
    )
    # Greedy: the model's own most probable token, whatever its published defaults change in it.
    own = loaded.model.generation_config
    loaded.model.generation_config = config
    try:
        with torch.inference_mode(), setting.over(loaded, prompts, left=True):
            written = loaded.model.generate(
                input_ids=torch.from_numpy(ids).to(loaded.device),
                attention_mask=torch.from_numpy(mask).long().to(loaded.device),
                generation_config=config,
            )
    finally:
        loaded.model.generation_config = own
    return [_until_end(row, ends) for row in written[:, ids.shape[1] :].tolist()]


def _end_tokens(loaded: LoadedModel) -> list[int]:
    """Ids that end a text: the model's own, and the tokenizer's."""
    own = loaded.model.generation_config.eos_token_id
    found = own if isinstance(own, list) else [own]
    return sorted(
        {int(each) for each in [*found, loaded.tokenizer.eos_token_id] if each is not None}
    )


def _until_end(ids: list[int], ends: Sequence[int]) -> list[int]:
    stop = next((at for at, each in enumerate(ids) if each in ends), len(ids))
    return ids[:stop]

"""Which tensor of a model does a dictionary fit? The places that it may have been trained on."""

from typing import Any

from vscore_engine.dictionaries import Dictionary
from vscore_engine.errors import EngineError
from vscore_engine.hook_points import HookPoint, find_hook_point, hook_names, width_of

# What a block, and its parts, put out; the input of a block is the output of the one before.
_PUT_OUT = ("hook_resid_mid", "hook_resid_post", "hook_attn_out", "hook_mlp_out")


def candidates(
    entry: Dictionary, text_config: Any, reach: int | None = None
) -> list[tuple[str, HookPoint]]:
    """Tensors of the width that a dictionary reads: every hook of its own block, and the outputs of
    all others, as (name, point). Two names of one tensor count once. With a `reach`, which is for
    looking again and again: the point that it reads, what the block and its parts put out, and the
    outputs of blocks so far away at most.
    """
    architecture = text_config.model_type
    own = entry.point.layer
    wanted = int(entry.sae.cfg.d_in)
    names = [
        f"blocks.{own}.{name}"
        for name in hook_names(architecture)
        if reach is None or name in _PUT_OUT
    ]
    names += [
        f"blocks.{layer}.hook_resid_post"
        for layer in range(int(text_config.num_hidden_layers))
        if layer != own and (reach is None or abs(layer - own) <= reach)
    ]
    found: dict[HookPoint, str] = {}
    if reach is not None:
        metadata = entry.sae.cfg.metadata
        found[entry.point] = str(metadata.hook_name or metadata.hf_hook_name)
    for name in names:
        try:
            point = find_hook_point(
                architecture,
                name,
                model_kwargs=entry.sae.cfg.metadata.model_from_pretrained_kwargs,
                parallel_residual=bool(getattr(text_config, "use_parallel_residual", False)),
            )
        except EngineError:
            # Not there in this model, or changed by how the dictionary's authors loaded it.
            continue
        if width_of(point, text_config) == wanted:
            found.setdefault(point, name)
    return [(name, point) for point, name in found.items()]

"""The job, against forward passes with hooks put in by hand, one text at a time."""

import numpy as np
import pytest
import torch

from engine_process import EngineProcess, load_request
from short_texts import SHARDS, TEXTS


@pytest.fixture(scope="module")
def engine(loaded_engine):
    return loaded_engine


def ablate(engine, layer, sets, shards=SHARDS, projection="span", hook="metadata"):
    """Losses f64 [sets, texts] in the order of TEXTS, and predicted tokens."""
    frames = engine.run(
        "ablate",
        **{"language": "eng", "layer": layer, "sets": sets, "shards": shards},
        **{"projection": projection, "hook": hook},
    )
    if frames[-1].kind == "error":
        return frames[-1].json
    losses, tokens = np.full((len(sets), len(TEXTS)), np.nan), np.zeros(len(TEXTS), int)
    for frame in frames:
        if frame.kind == "result":
            losses[:, frame.tensors["text"]] = frame.tensors["loss"]
            tokens[frame.tensors["text"]] = frame.tensors["tokens"]
    return losses, tokens


def by_hand(tiny, layer, features):
    """The same losses, from a plain forward pass a text, with a hook written here."""
    from sae_lens import SAE
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(tiny / "model", dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(tiny / "model")
    if features:
        sae = SAE.load_from_disk(str(tiny / "dictionaries" / f"layer_{layer}"), device="cpu")
        basis, _ = torch.linalg.qr(sae.W_dec[features].T)
        block = model.model.layers[layer]
        module = block.mlp if layer == 3 else block

        def take(module, args, out):
            hidden = out[0] if isinstance(out, tuple) else out
            left = hidden - hidden @ basis @ basis.T
            return (left, *out[1:]) if isinstance(out, tuple) else left

        module.register_forward_hook(take)
    found = []
    with torch.no_grad():
        for text in TEXTS:
            ids = tokenizer(text, return_tensors="pt")["input_ids"]
            logits = model(input_ids=ids).logits[0, :-1]
            found.append(-float(torch.log_softmax(logits, -1).gather(1, ids[0, 1:, None]).sum()))
    return found


@pytest.mark.parametrize(("layer", "features"), [(None, []), (1, [5]), (2, [3, 40]), (3, [7, 9])])
def test_losses_are_those_of_a_hook_put_in_by_hand_at_the_tensor_that_is_rebuilt(
    engine, tiny, layer, features
):
    losses, tokens = ablate(engine, layer, [features])
    assert losses[0] == pytest.approx(by_hand(tiny, layer, features), rel=1e-4)
    assert tokens.tolist() == [len(own) for own in by_length(tiny)]


def by_length(tiny):
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny / "model")
    return [tokenizer(text)["input_ids"][1:] for text in TEXTS]


def test_sets_do_not_touch_each_other_and_batches_change_nothing(engine):
    losses, _ = ablate(engine, 1, [[], [5], [], [6], [5]])
    assert np.array_equal(losses[0], losses[2])
    assert np.array_equal(losses[1], losses[4])
    assert not np.allclose(losses[1], losses[3])
    alone = [{"shard": at, "texts": [at]} for at in range(len(TEXTS))]
    assert np.allclose(ablate(engine, 1, [[5]], alone)[0][0], losses[1], rtol=1e-5)


def test_of_features_whose_directions_share_a_part_the_projections_differ(engine):
    sets = [[3, 40]]
    span, paper, legacy = (
        ablate(engine, 2, sets, projection=name)[0] for name in ("span", "paper", "legacy")
    )
    assert not np.allclose(span, paper, rtol=1e-7)
    assert not np.allclose(paper, legacy, rtol=1e-7)
    one = [[3]]
    assert np.allclose(
        ablate(engine, 2, one)[0], ablate(engine, 2, one, projection="paper")[0], rtol=1e-6
    )


def test_by_the_companions_reading_a_transcoder_is_taken_out_of_what_it_reads(engine):
    assert not np.allclose(
        ablate(engine, 3, [[7]])[0], ablate(engine, 3, [[7]], hook="block-output")[0]
    )


def test_the_model_is_as_before_behind_it(engine):
    before, _ = ablate(engine, None, [[]])
    assert ablate(engine, 1, [[99]])["kind"] == "bug"
    assert np.array_equal(ablate(engine, None, [[]])[0], before)


def test_what_was_not_prepared_is_refused(engine):
    frames = engine.run(
        "ablate", language="fra", layer=1, sets=[[1]], shards=[], projection="span", hook="metadata"
    )
    assert "not tokenized" in frames[-1].json["message"]
    assert "not loaded" in ablate(engine, 0, [[1]])["message"]
    assert "no projection" in ablate(engine, 1, [[1]], projection="odd")["message"]


def test_a_decoder_row_without_a_direction_is_refused_by_its_number(tmp_path, tiny):
    from safetensors.torch import load_file, save_file

    for layer in (1, 2, 3):
        source, target = tiny / "dictionaries" / f"layer_{layer}", tmp_path / f"layer_{layer}"
        target.mkdir()
        for file in source.iterdir():
            (target / file.name).write_bytes(file.read_bytes())
    weights = load_file(tmp_path / "layer_1" / "sae_weights.safetensors")
    weights["W_dec"][5] = 0
    save_file(weights, tmp_path / "layer_1" / "sae_weights.safetensors")
    request = load_request(tiny)
    for entry in request["dictionaries"]:
        entry["path"] = str(tmp_path / entry["sae_id"])
    process = EngineProcess(tmp_path)
    assert "ok" in process.open()
    process.run("load", **request)
    process.run("tokenize", language="eng", texts=TEXTS)
    error = ablate(process, 1, [[4, 5]])
    process.stop()
    assert error["kind"] == "request"
    assert "feature 5" in error["message"]
